// What `import 'axios-caspio-auth'` takes on top of `import 'axios'`: each sample is a fresh
// process, in which axios is there already when the clock starts. ESM and CommonJS take turns.
// In between an empty module is loaded, because the first one after axios pays for what axios has
// left to the loader, whichever it is, and axios's garbage is collected, which would fall into
// the time of the one or the other by chance.
// Run: node bench/import.mjs [samples]
import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { median } from './support/median.mjs'

const LIMIT_IN_MS = 3
const SAMPLES = Number(process.argv[2] ?? 25)
const cwd = fileURLToPath(new URL('..', import.meta.url))

// The package finds itself by its name.
const program = (load, extension) => `const times = []
  for (const name of ['axios', './bench/support/empty.${extension}', 'axios-caspio-auth']) {
    gc({ type: 'minor' })
    const started = performance.now()
    ${load}(name)
    times.push(performance.now() - started)
  }
  console.log(JSON.stringify(times))`
const PROGRAMS = { module: program('await import', 'mjs'), commonjs: program('require', 'cjs') }

const samples = { module: [], commonjs: [] }
for (let i = 0; i < SAMPLES; i++) {
  for (const [type, source] of Object.entries(PROGRAMS)) {
    const args = ['--expose-gc', `--input-type=${type}`, '-e', source]
    const printed = execFileSync(process.execPath, args, { cwd, encoding: 'utf8' })
    samples[type].push(JSON.parse(printed))
  }
}

console.log(`Import time, median of ${SAMPLES} fresh processes, Node ${process.version}`)
for (const [type, taken] of Object.entries(samples)) {
  const [axios, empty, ours] = [0, 1, 2].map((step) => median(taken.map((times) => times[step])))
  console.log(
    `  ${type}: axios ${axios.toFixed(1)} ms, an empty module then ${empty.toFixed(2)} ms, axios-caspio-auth ${ours.toFixed(2)} ms more`,
  )
  if (ours > LIMIT_IN_MS) {
    console.log(`  more than the ${LIMIT_IN_MS} ms that are promised`)
    process.exitCode = 1
  }
}
