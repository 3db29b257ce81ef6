import { join } from 'node:path'
import { configDefaults, defineConfig } from 'vitest/config'

// AXIOS=axios-1-6 or axios-1-13 runs the suite on an old axios of the peer range; TEST_REPORT=file writes
// the counts as JSON as well; COVERAGE=true wants all of src covered.
const { AXIOS: axios, TEST_REPORT: outputFile, COVERAGE: coverage } = process.env

const ALL = '__tests__/**/*.test.ts'
const SLOW = '__tests__/**/*.slow.test.ts'
const RANDOM = '__tests__/**/*.{model,properties}.test.ts'

// Each of these files gets a process of its own: they replace or reload modules or timers, count all timers,
// or use libraries that change Node's own objects. The other files share processes, so that axios and src
// load once in each.
const ISOLATED = [
  '__tests__/{other-plugins,project}/**/*.test.ts',
  '__tests__/auth.test.ts',
  '__tests__/created-instances.test.ts',
  '__tests__/lib/old-axios.test.ts',
  '__tests__/lib/real-timers.test.ts',
  '__tests__/lib/time-limit.test.ts',
  '__tests__/lib/timers.test.ts',
  '__tests__/metering/outbox.test.ts',
  '__tests__/request/redirects.test.ts',
  '__tests__/request/waiting.test.ts',
  '__tests__/token/request.test.ts',
  '__tests__/token/source.model.test.ts',
  '__tests__/wire/two-accounts.test.ts',
]

// `npm test` runs the fast tests. `npm run test:slow` (--mode slow) runs the slow ones, one after the
// other, because some of them measure time, and the random ones with all their cases.
export default defineConfig(({ mode }) => ({
  plugins: [
    {
      name: 'exclude-in-projects',
      // Vitest does not pass its option --exclude on.
      configureVitest({ project, vitest }) {
        project.config.exclude.push(...(vitest.config.cliExclude ?? []))
      },
    },
  ],
  test: {
    ...(mode === 'slow'
      ? {
          include: [SLOW, RANDOM],
          env: { THOROUGH: 'true' },
          globalSetup: ['__tests__/support/run-folder.ts'],
          testTimeout: 60_000,
          fileParallelism: false,
        }
      : {
          exclude: [...configDefaults.exclude, SLOW],
          // Stryker runs all files in one process (--mode mutation).
          ...(mode === 'mutation'
            ? { include: [ALL] }
            : {
                projects: [
                  { extends: true, test: { name: 'isolated', include: ISOLATED } },
                  {
                    extends: true,
                    test: {
                      name: 'shared',
                      isolate: false,
                      include: [ALL],
                      exclude: ISOLATED,
                      setupFiles: ['__tests__/support/shared-process.ts'],
                    },
                  },
                ],
              }),
          // Only ends what hangs: on a busy machine a test can take twenty times as long.
          testTimeout: 60_000,
          // More than half of the time is spent in waiting: 4 processes keep 2 cores busy.
          maxWorkers: 4,
        }),
    setupFiles: ['__tests__/support/setup.ts'],
    hookTimeout: 300_000,
    coverage: {
      enabled: coverage === 'true',
      include: ['src/**'],
      exclude: ['src/**/types.ts'],
      reporter: ['text'],
      skipFull: true,
      reportOnFailure: true,
      thresholds: { lines: 100, branches: 100 },
    },
    ...(outputFile && { reporters: ['default', 'json'], outputFile: { json: outputFile } }),
    alias: [
      // Examples import the package, which may not be built yet.
      { find: /^axios-caspio-auth$/, replacement: join(import.meta.dirname, 'src/index.ts') },
      ...(axios ? [{ find: /^axios$/, replacement: axios }] : []),
    ],
    ...(axios && {
      // So that their own import of axios is replaced as well.
      server: { deps: { inline: ['axios-auth-refresh', 'axios-retry'] } },
    }),
  },
}))
