import { parseArgs } from 'node:util'
import axios from 'axios'
import { installClock } from './soak/clock.mjs'
import { measure } from './soak/measure.mjs'
import { createRun } from './soak/run.mjs'
import { createChance, INCIDENTS } from './soak/schedule.mjs'
import { createStub } from './soak/stub.mjs'
import { printTable } from './soak/table.mjs'
import { brokenBounds } from './soak/verdict.mjs'
import { startWire } from './soak/wire.mjs'

/**
 * Sends a great many requests on two instances, one with a stubbed adapter and one over the network.
 * A seeded schedule adds renewals, rejections, outages, aborts, attachments and failing listeners. Fails
 * if anything leaks. Needs dist.
 *
 * Usage: npm run soak [-- --stubbed 1000000 --wire 10000]; SOAK_SEED repeats a schedule.
 */
const { values } = parseArgs({
  options: {
    stubbed: { type: 'string', default: '1000000' },
    wire: { type: 'string', default: '10000' },
  },
})
const totals = [Number(values.stubbed), Number(values.wire)]
const seed = Number(process.env.SOAK_SEED || Math.floor(Math.random() * 2 ** 31))
if (![...totals, seed].every(Number.isInteger))
  throw new Error('--stubbed, --wire and SOAK_SEED must be integers')
if (!globalThis.gc) throw new Error('run it with node --expose-gc')
console.log(`soak on axios ${axios.VERSION}, Node ${process.version}, SOAK_SEED=${seed}\n`)

const alarms = { 'unhandled rejections': 0, warnings: 0 }
process.on('unhandledRejection', () => alarms['unhandled rejections']++)
process.on('warning', () => alarms.warnings++)

const started = process.hrtime.bigint()
const clock = installClock()
const worlds = [createStub(), await startWire()]
const runs = worlds.map((world, index) => createRun(world, clock, createChance(seed + index)))

// After this, everything has happened once, the code is compiled, and caches are full.
for (const [index, run] of runs.entries()) {
  await run.rehearse()
  await run.upTo(totals[index] / 4)
}
const before = await measure(runs, worlds)
for (const [index, run] of runs.entries()) await run.upTo(totals[index])
const after = await measure(runs, worlds)

const tokenRequests = await Promise.all(worlds.map((world) => world.tokenRequests()))
for (const { close } of worlds) await close()

const tallies = Object.fromEntries(runs.map(({ tally }, index) => [worlds[index].name, tally]))
const rowOf = (name, read) => [name, ...runs.map(({ tally }) => read(tally) ?? 0)]
const codes = [...new Set(runs.flatMap(({ tally }) => Object.keys(tally.errors)))].sort()
printTable(Object.keys(tallies), [
  rowOf('requests', (tally) => tally.requests),
  rowOf('ok', (tally) => tally.ok),
  ...codes.map((code) => rowOf(code, (tally) => tally.errors[code])),
  ['token requests', ...tokenRequests],
  rowOf('events', (tally) => tally.events),
  ...Object.keys(INCIDENTS).map((name) =>
    rowOf(`before a round: ${name}`, (tally) => tally.incidents[name]),
  ),
])
printTable(
  ['before', 'after'],
  Object.entries(before).map(([name, start]) => [name, start, after[name]]),
)
printTable([''], Object.entries(alarms))
console.log(`took ${Number((process.hrtime.bigint() - started) / 1_000_000_000n)} s`)

const broken = brokenBounds(before, after, tallies, alarms)
for (const line of broken) console.log(`FAILED: ${line}`)
// A leak may keep the process alive.
process.exit(broken.length > 0 ? 1 : 0)
