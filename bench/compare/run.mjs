import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { CONTESTANTS } from './contestants/index.mjs'
import { install } from './install.mjs'
import { measureBehaviours, measureCosts } from './measure.mjs'
import { writePage } from './report/page.mjs'
import { choosePanels } from './report/panels.mjs'
import { brokenRules, judgeTargets } from './report/verdict.mjs'

/**
 * Compares the plugin with the alternatives. Writes docs/compare.md and docs/compare.svg. Fails if the
 * plugin is not best in a row that gives no reason, if a target is missed, or if a count differs from
 * run to run. Needs an idle machine.
 *
 * Usage: npm run compare [-- --quick] [--contestant plugin] [--no-costs] [--no-install] [--out docs]
 */
const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    contestant: { type: 'string', multiple: true },
    'no-costs': { type: 'boolean', default: false },
    'no-install': { type: 'boolean', default: false },
    out: { type: 'string', default: fileURLToPath(new URL('../../docs', import.meta.url)) },
  },
})
const contestants = CONTESTANTS.filter(({ id }) => options.contestant?.includes(id) ?? true)
const started = performance.now()
const logProgress = (step) => {
  console.log(`${((performance.now() - started) / 1_000).toFixed(0).padStart(4)} s  ${step}`)
}

if (!options['no-install']) {
  await install()
  logProgress('installed')
}
const behaviours = await measureBehaviours(
  contestants,
  { times: options.quick ? 1 : 3, atATime: availableParallelism() },
  logProgress,
)
const costs = options['no-costs']
  ? undefined
  : await measureCosts(contestants, options.quick ? 'quick' : 'full', logProgress)
const results = [...behaviours, ...(costs?.results ?? [])]
const targets = costs ? judgeTargets(costs.measured) : []

const page = writePage({
  contestants,
  behaviours,
  costs: costs?.results ?? [],
  targets,
  baseline: costs && {
    stubbed: costs.measured['time-stubbed'].baseline,
    loopback: costs.measured['time-loopback'].baseline,
  },
  versions: await readVersions(),
  isQuick: options.quick,
})
await mkdir(options.out, { recursive: true })
await writeFile(`${options.out}/compare.md`, page)
if (costs) {
  const { drawChart } = await import('./report/chart.mjs')
  await writeFile(`${options.out}/compare.svg`, await drawChart(contestants, choosePanels(results)))
}
logProgress('written')

// The times of a quick run are not reliable.
const broken = brokenRules(results, options.quick ? [] : targets)
for (const line of broken) console.log(`FAILED: ${line}`)
if (broken.length > 0) process.exitCode = 1

async function readVersions() {
  const read = async (path) => JSON.parse(await readFile(new URL(path, import.meta.url), 'utf8'))
  const { dependencies } = await read('package.json')
  const { version } = await read('../../package.json')
  return {
    node: process.versions.node,
    cores: availableParallelism(),
    axios: dependencies.axios,
    packages: { ...dependencies, 'axios-caspio-auth': version },
  }
}
