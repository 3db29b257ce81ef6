// What `import 'axios-caspio-auth'` takes on top of `import 'axios'`: each sample is a fresh
// process, in which axios is there already when the clock starts. ESM and CommonJS take turns.
// Run: node bench/import.mjs [samples]
import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { median } from './support/median.mjs'

const LIMIT_IN_MS = 3
const SAMPLES = Number(process.argv[2] ?? 25)
const cwd = fileURLToPath(new URL('..', import.meta.url))

// The package finds itself by its name.
const PROGRAMS = {
  ESM: `const before = performance.now()
    await import('axios')
    const between = performance.now()
    await import('axios-caspio-auth')
    console.log(between - before, performance.now() - between)`,
  CommonJS: `const before = performance.now()
    require('axios')
    const between = performance.now()
    require('axios-caspio-auth')
    console.log(between - before, performance.now() - between)`,
}

const samples = { ESM: [], CommonJS: [] }
for (let i = 0; i < SAMPLES; i++) {
  for (const [name, program] of Object.entries(PROGRAMS)) {
    const type = `--input-type=${name === 'ESM' ? 'module' : 'commonjs'}`
    const printed = execFileSync(process.execPath, [type, '-e', program], { cwd, encoding: 'utf8' })
    samples[name].push(printed.split(' ').map(Number))
  }
}

console.log(`Import time, median of ${SAMPLES} fresh processes, Node ${process.version}`)
for (const [name, pairs] of Object.entries(samples)) {
  const [axios, ours] = [0, 1].map((index) => median(pairs.map((pair) => pair[index])))
  console.log(
    `  ${name}: axios ${axios.toFixed(1)} ms, axios-caspio-auth ${ours.toFixed(2)} ms more`,
  )
  if (ours > LIMIT_IN_MS) {
    console.log(`  more than the ${LIMIT_IN_MS} ms that are promised`)
    process.exitCode = 1
  }
}
