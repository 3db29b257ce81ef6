#!/usr/bin/env node
// The process around main: dist/cli/index.js. Left out of the coverage, since it runs in a process of its
// own only, where __tests__/cli/process.test.ts looks at each line of it.
/* v8 ignore start -- @preserve */
import { main } from './main.js'

for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    // Who reads may stop reading, as head does.
    if (error.code !== 'EPIPE') throw error
  })
}
// With process.exit(), so that what is to be done on exit is done.
process.once('SIGINT', () => process.exit(130))
process.once('SIGTERM', () => process.exit(143))

// It ends by itself: a token may still be on its way to its file.
process.exitCode = await main(process.argv.slice(2), process)
/* v8 ignore stop -- @preserve */
