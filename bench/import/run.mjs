// Measures what `import 'axios-caspio-auth'` adds to `import 'axios'`. It compares a module that imports
// one with a module that imports the other, each in a fresh process that has loaded axios before:
// loading axios takes a hundred times as long, and would hide the difference. Before the measurement it
// loads an empty module and collects the garbage, as both would otherwise count for the first module.
// Usage: node bench/import/run.mjs [samples]
import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { median } from '../support/median.mjs'

const LIMIT_IN_MS = 3
const SAMPLES = Number(process.argv[2] ?? 25)
const cwd = fileURLToPath(new URL('.', import.meta.url))

const FORMATS = {
  ESM: { type: 'module', load: 'await import', extension: 'mjs' },
  CommonJS: { type: 'commonjs', load: 'require', extension: 'cjs' },
}

/** The milliseconds that axios takes, and those that a module that imports `name` takes. */
function sample({ type, load, extension }, name) {
  const program = `const started = performance.now()
    ${load}('axios')
    const axios = performance.now() - started
    ${load}('./empty.${extension}')
    gc({ type: 'minor' })
    const before = performance.now()
    ${load}('./${name}.${extension}')
    console.log(JSON.stringify({ axios, module: performance.now() - before }))`
  const args = ['--expose-gc', `--input-type=${type}`, '-e', program]
  return JSON.parse(execFileSync(process.execPath, args, { cwd, encoding: 'utf8' }))
}

console.log(`Import time, median of ${SAMPLES} fresh processes, Node ${process.version}`)
for (const [title, format] of Object.entries(FORMATS)) {
  const times = { axios: [], baseline: [], plugin: [] }
  for (let i = 0; i < SAMPLES; i++) {
    const { axios, module } = sample(format, 'axios')
    times.axios.push(axios)
    times.baseline.push(module)
    times.plugin.push(sample(format, 'axios-caspio-auth').module)
  }
  const added = median(times.plugin) - median(times.baseline)
  console.log(
    `  ${title}: axios ${median(times.axios).toFixed(1)} ms, axios-caspio-auth ${added.toFixed(2)} ms more`,
  )
  if (added > LIMIT_IN_MS) {
    console.log(`  FAILED: more than the limit of ${LIMIT_IN_MS} ms`)
    process.exitCode = 1
  }
}
