import { defineConfig } from 'vitest/config'

// AXIOS=axios-1-16 runs the suite on the lowest axios of the peer range.
const axios = process.env.AXIOS

export default defineConfig({
  test: {
    include: ['__tests__/**/*.test.ts'],
    testTimeout: 15_000,
    hookTimeout: 120_000,
    ...(axios && {
      alias: [{ find: /^axios$/, replacement: axios }],
      // So that their own import of axios is replaced as well.
      server: { deps: { inline: ['axios-auth-refresh', 'axios-retry'] } },
    }),
  },
})
