// What `import 'axios-caspio-auth'` adds to `import 'axios'`, side by side: a module with the one
// beside a module with the other, each in a fresh process in which axios is there already when the
// clock starts: it takes a hundred times as long, and would drown the difference.
// The first module after axios pays for what axios has left to the loader, and for its garbage:
// an empty module is loaded and the garbage collected before.
// Run: node bench/import/run.mjs [samples]
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

/** Milliseconds for axios and for a module that imports `name`. */
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
  const taken = { axios: [], beside: [], ours: [] }
  for (let i = 0; i < SAMPLES; i++) {
    const { axios, module } = sample(format, 'axios')
    taken.axios.push(axios)
    taken.beside.push(module)
    taken.ours.push(sample(format, 'axios-caspio-auth').module)
  }
  const added = median(taken.ours) - median(taken.beside)
  console.log(
    `  ${title}: axios ${median(taken.axios).toFixed(1)} ms, axios-caspio-auth ${added.toFixed(2)} ms more`,
  )
  if (added > LIMIT_IN_MS) {
    console.log(`  more than the ${LIMIT_IN_MS} ms that are promised`)
    process.exitCode = 1
  }
}
