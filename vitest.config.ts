import { defineConfig } from 'vitest/config'

// AXIOS=axios-1-16 runs the suite on the lowest axios of the peer range; TEST_REPORT=file writes
// the counts as JSON as well; COVERAGE=true wants all of src covered.
const { AXIOS: axios, TEST_REPORT: outputFile, COVERAGE: coverage } = process.env

export default defineConfig({
  test: {
    include: ['__tests__/**/*.test.ts'],
    setupFiles: ['__tests__/support/setup.ts'],
    testTimeout: 15_000,
    hookTimeout: 120_000,
    coverage: {
      enabled: coverage === 'true',
      include: ['src/**'],
      exclude: ['src/**/types.ts'],
      reporter: ['text'],
      skipFull: true,
      reportOnFailure: true,
      thresholds: { lines: 100, branches: 100 },
    },
    // Most of the time is spent in waiting: on 2 cores one worker would take twice as long.
    maxWorkers: 2,
    ...(outputFile && { reporters: ['default', 'json'], outputFile: { json: outputFile } }),
    ...(axios && {
      alias: [{ find: /^axios$/, replacement: axios }],
      // So that their own import of axios is replaced as well.
      server: { deps: { inline: ['axios-auth-refresh', 'axios-retry'] } },
    }),
  },
})
