import { fileURLToPath } from 'node:url'
import { bundle } from './support/bundle.mjs'

/**
 * Measures what the package adds to a browser bundle, minified. axios-auth-refresh counts, axios does
 * not. Fails if the whole entry is over its limit, or imports anything except axios. Needs dist.
 * Usage: node bench/size.mjs
 */
// The current size, so that growth is noticed.
const LIMIT_IN_BYTES_GZIPPED = 12_700

const root = fileURLToPath(new URL('..', import.meta.url))
const EVERYTHING = "export * from 'axios-caspio-auth'"

const whole = await bundle(EVERYTHING, root)
const plugin = await bundle("export { attachCaspioAuth } from 'axios-caspio-auth'", root)
const withoutRefresh = await bundle(EVERYTHING, root, ['axios-auth-refresh'])
const refresh = {
  minified: whole.minified - withoutRefresh.minified,
  gzipped: whole.gzipped - withoutRefresh.gzipped,
}

console.log(`${'bytes'.padEnd(34)}minified   gzipped`)
print('whole entry', whole)
print('attachCaspioAuth alone', plugin)
print('axios-auth-refresh, share of each', refresh)

const others = whole.imports.filter((path) => path !== 'axios')
if (others.length > 0) fail(`the bundle imports ${others.join(', ')}, not only axios`)
if (whole.gzipped > LIMIT_IN_BYTES_GZIPPED) {
  const excess = whole.gzipped - LIMIT_IN_BYTES_GZIPPED
  fail(`the whole entry is ${excess} bytes over its limit of ${LIMIT_IN_BYTES_GZIPPED} gzipped`)
}

function print(name, { minified, gzipped }) {
  console.log(`${name.padEnd(34)}${String(minified).padStart(8)}${String(gzipped).padStart(10)}`)
}

function fail(problem) {
  console.log(`FAILED: ${problem}`)
  process.exitCode = 1
}
