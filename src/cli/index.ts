#!/usr/bin/env node
// Becomes dist/cli/index.js: connects `main` to the process. It only runs in a process of its own, so
// __tests__/cli/process.test.ts tests it, and the coverage leaves it out.
/* v8 ignore start -- @preserve */
import { main } from './main.js'

for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    // The reader may stop reading, as `head` does.
    if (error.code !== 'EPIPE') throw error
  })
}
// process.exit() runs the exit listeners, which remove the lock of a token file.
process.once('SIGINT', () => process.exit(130))
process.once('SIGTERM', () => process.exit(143))

// No process.exit() here: output may still be on its way to a pipe.
process.exitCode = await main(process.argv.slice(2), process)
/* v8 ignore stop -- @preserve */
