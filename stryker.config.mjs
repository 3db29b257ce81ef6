// Mutation testing in two parts, each with the tests that are made for it: PART=plugin, the default,
// and PART=testing, the stand-in account. See CONTRIBUTING.md.
const part = process.env.PART ?? 'plugin'

export default {
  testRunner: 'vitest',
  plugins: ['@stryker-mutator/vitest-runner'],
  vitest: { configFile: 'vitest.mutation.config.ts' },
  coverageAnalysis: 'perTest',
  mutate: [
    part === 'testing'
      ? 'src/testing/**/*.ts'
      : 'src/{,contract/,lib/,metering/,request/,store/,token/}*.ts',
    '!src/**/{,*-}types.ts',
  ],
  concurrency: 2,
  timeoutMS: 10_000,
  reporters: ['clear-text', 'json', 'progress-append-only'],
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
  jsonReporter: { fileName: `.stryker/${part}.json` },
  tempDirName: '.stryker/tmp',
  thresholds: { high: 95, low: 90, break: 90 },
}
