import { fileURLToPath } from 'node:url'
import { bundle } from './support/bundle.mjs'

/**
 * What the package adds to a browser bundle, axios not counted. Fails when the whole entry is over
 * its limit, or imports anything but axios. Needs dist. Usage: node bench/size.mjs
 */
// What it has come to, so that it does not grow unseen. The goal is 5,000.
const LIMIT_IN_BYTES_GZIPPED = 10_150

const root = fileURLToPath(new URL('..', import.meta.url))
const DIST = "'axios-caspio-auth'"
// dist has axios-auth-refresh inlined: its share can be told only from the sources.
const SOURCES = "'./src/index.ts'"

const whole = await bundle(`export * from ${DIST}`, root)
const plugin = await bundle(`export { attachCaspioAuth } from ${DIST}`, root)
const fromSources = await bundle(`export * from ${SOURCES}`, root)
const withoutRefresh = await bundle(`export * from ${SOURCES}`, root, ['axios-auth-refresh'])
const refresh = {
  minified: fromSources.minified - withoutRefresh.minified,
  gzipped: fromSources.gzipped - withoutRefresh.gzipped,
}

console.log(`${'bytes'.padEnd(34)}minified   gzipped`)
print('whole entry', whole)
print('loaded when tokenStore is used', whole.later)
print('attachCaspioAuth alone', plugin)
print('axios-auth-refresh, share of each', refresh)

const strangers = whole.imports.filter((path) => path !== 'axios')
if (strangers.length > 0) fail(`the bundle imports ${strangers.join(', ')}, not only axios`)
if (whole.gzipped > LIMIT_IN_BYTES_GZIPPED) {
  const excess = whole.gzipped - LIMIT_IN_BYTES_GZIPPED
  fail(`the whole entry is ${excess} bytes over its limit of ${LIMIT_IN_BYTES_GZIPPED} gzipped`)
}

function print(what, { minified, gzipped }) {
  console.log(`${what.padEnd(34)}${String(minified).padStart(8)}${String(gzipped).padStart(10)}`)
}

function fail(what) {
  console.log(`FAILED: ${what}`)
  process.exitCode = 1
}
