// Mutation testing in parts. PART names one of them; `npm run mutation` runs them all. See CONTRIBUTING.md.

/**
 * For each part: the files of `src` to mutate, and the tests to run, by the beginnings of their paths in
 * `__tests__`. Tests that find much in little time come first, because the first test that fails ends
 * the run of a mutant.
 */
export const PARTS = {
  root: {
    mutate: ['*'],
    tests: [
      'attach',
      'created-instances',
      'auth',
      'handle',
      'redis',
      'store/shared-tokens.test',
      'contract/options',
      'wire/invalidate',
      'wire/shared-failures',
      'wire/existing-authorization',
      'wire/two-accounts',
    ],
  },
  contract: {
    mutate: ['contract/*'],
    tests: [
      'contract/supported',
      'contract/options',
      'contract/',
      'handle',
      'attach',
      'auth',
      'token/client-secret',
      'request/waiting',
    ],
  },
  request: {
    mutate: ['request/*'],
    tests: [
      'request/resource',
      'request/refresh-engine',
      'request/send',
      'request/bodies',
      'request/rejection',
      'request/waiting',
      'request/recovery',
      'request/scope.base-url',
      'request/scope.decisions',
      'request/adapter',
      'request/scope.test',
      'request/redirects',
      'wire/existing-authorization',
      'wire/secrets',
      'wire/pollution',
      'contract/events.api-call',
      'wire/wire',
    ],
  },
  token: {
    mutate: ['token/*'],
    tests: [
      'token/life',
      'token/cooldown',
      'token/failure',
      'token/issuer',
      'token/broker',
      'token/renewal-judge',
      'token/single-flight',
      'token/endpoint',
      'token/answer.test',
      'token/request.test',
      'token/client-secret',
      'token/platform',
      'token/source.model',
      'token/source',
      'token/transport',
      'token/request.http',
      'store/shared-tokens.test',
      'store/shared-tokens.failures',
      'auth',
      'request/recovery',
      'wire/shared-failures',
      'wire/unusual-values',
      'wire/wire.test',
    ],
  },
  store: {
    mutate: ['store/*'],
    tests: [
      'store/stored-token',
      'store/guarded-store',
      'store/shared-tokens',
      'wire/shared-failures',
      'wire/invalidate',
    ],
  },
  lib: {
    mutate: ['lib/*'],
    tests: ['lib/'],
  },
  metering: {
    mutate: ['metering/*'],
    tests: ['metering/'],
  },
  cli: {
    mutate: ['cli/*'],
    tests: ['cli/text', 'cli/colours', 'cli/environment', 'cli/main', 'cli/help', 'cli/'],
  },
  'cli-files': {
    mutate: ['cli/{token,usage}/*'],
    tests: ['cli/token', 'cli/usage'],
  },
  'cli-check': {
    mutate: ['cli/check/*'],
    tests: ['cli/network', 'cli/values', 'cli/check'],
  },
  'cli-demo': {
    mutate: ['cli/demo/*'],
    tests: ['cli/demo'],
  },
  'testing-query': {
    mutate: ['testing/query/*'],
    tests: [
      'testing/query/text',
      'testing/query/kinds',
      'testing/query/compare',
      'testing/query/dates',
      'testing/query/like-pattern',
      'testing/query/read-parameters',
      'testing/query/run-query',
      'testing/query/parse-condition',
      'testing/view',
      'testing/table-records',
    ],
  },
  'testing-data': {
    mutate: ['testing/data/*'],
    tests: [
      'testing/infer-type',
      'testing/view',
      'testing/account-data',
      'testing/field-values',
      'testing/attachments',
      'testing/tables',
      'testing/files',
      'testing/objects',
      'testing/v4',
      'testing/table-records',
      'testing/wording',
    ],
  },
  'testing-rest': {
    mutate: ['testing/{api,v3,v4}/*'],
    tests: [
      'testing/view',
      'testing/objects',
      'testing/v4',
      'testing/attachments',
      'testing/tables',
      'testing/rest-api',
      'testing/files',
      'testing/field-values',
      'testing/table-records',
      'testing/profile',
      'testing/wording',
    ],
  },
  'testing-token': {
    mutate: ['testing/token/*'],
    tests: ['testing/profile', 'testing/token-endpoint', 'testing/faults', 'testing/wording'],
  },
  'testing-errors': {
    mutate: [
      'testing/{account-settings,answer,caspio-error,error-hints}',
      'testing/{multipart,option-error,require-number}',
    ],
    tests: [
      'testing/error-hints',
      'testing/account-data',
      'testing/wording',
      'testing/v4',
      'testing/profile',
      'testing/files',
      'testing/faults',
      'testing/rest-api',
      'testing/start-caspio-account',
    ],
  },
  'testing-server': {
    mutate: [
      'testing/{account,delays,endpoint,fault-answer,index,loopback-server,plan-response}',
      'testing/{rate-limiter,read-body,received-request,request-log,rest-api,start-caspio-account}',
    ],
    tests: [
      'testing/request-log',
      'testing/faults',
      'testing/rest-api',
      'testing/wording',
      'testing/v4',
      'testing/profile',
      'testing/token-endpoint',
      'testing/files',
      'testing/start-caspio-account',
    ],
  },
}

const part = process.env.PART

export default {
  testRunner: 'vitest',
  plugins: ['@stryker-mutator/vitest-runner'],
  vitest: { configFile: 'vitest.mutation.config.ts' },
  coverageAnalysis: 'perTest',
  mutate: [
    ...(PARTS[part]?.mutate ?? []).map((files) => `src/${files}.ts`),
    '!src/**/{,*-}types.ts',
  ],
  concurrency: 2,
  timeoutMS: 20_000,
  reporters: ['clear-text', 'json', 'progress-append-only'],
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
  jsonReporter: { fileName: `.stryker/${part}.json` },
  ignorePatterns: ['.stryker'],
  tempDirName: `.stryker/tmp-${part}`,
  // `npm run mutation` checks the score.
  thresholds: { high: 95, low: 92, break: null },
}
