import { builtinModules } from 'node:module'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'

/**
 * What the package adds to a browser bundle, axios not counted. Fails when the whole entry is over
 * its limit, or imports anything but axios. Needs dist. Usage: node bench/size.mjs
 */
// What it has come to, so that it does not grow unseen. The goal is 5,000.
const LIMIT_IN_BYTES_GZIPPED = 9_900

const root = fileURLToPath(new URL('..', import.meta.url))
const DIST = "'axios-caspio-auth'"
// dist has axios-auth-refresh inlined: its share can be told only from the sources.
const SOURCES = "'./src/index.ts'"

const whole = await measure(`export * from ${DIST}`)
const plugin = await measure(`export { attachCaspioAuth } from ${DIST}`)
const fromSources = await measure(`export * from ${SOURCES}`)
const withoutRefresh = await measure(`export * from ${SOURCES}`, ['axios-auth-refresh'])
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

async function measure(contents, external = []) {
  const { outputFiles, metafile } = await build({
    stdin: { contents, resolveDir: root },
    bundle: true,
    minify: true,
    // What is loaded when it is used makes a file of its own.
    splitting: true,
    outdir: 'out',
    write: false,
    metafile: true,
    format: 'esm',
    platform: 'browser',
    // Built-ins are let through here, to be named above.
    external: ['axios', 'node:*', ...builtinModules, ...external],
    logLevel: 'error',
  })
  const outputs = Object.entries(metafile.outputs)
  const [entry] = outputs.find(([, { entryPoint }]) => entryPoint === '<stdin>')
  const atOnce = new Set([entry])
  for (const name of atOnce) {
    for (const { path, kind } of metafile.outputs[name].imports) {
      if (kind === 'import-statement' && metafile.outputs[path]) atOnce.add(path)
    }
  }
  const imports = outputs.flatMap(([, output]) => output.imports.map(({ path }) => path))
  const later = outputs.map(([name]) => name).filter((name) => !atOnce.has(name))
  return {
    ...sizeOf(atOnce),
    later: sizeOf(later),
    imports: [...new Set(imports)].filter((path) => !metafile.outputs[path]),
  }

  function sizeOf(names) {
    const codes = [...names].map(
      (name) => outputFiles.find(({ path }) => path.endsWith(`/${name}`)).contents,
    )
    return {
      minified: codes.reduce((sum, code) => sum + code.length, 0),
      gzipped: codes.reduce((sum, code) => sum + gzipSync(code, { level: 9 }).length, 0),
    }
  }
}

function print(what, { minified, gzipped }) {
  console.log(`${what.padEnd(34)}${String(minified).padStart(8)}${String(gzipped).padStart(10)}`)
}

function fail(what) {
  console.log(`FAILED: ${what}`)
  process.exitCode = 1
}
