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
 * A long life in minutes: requests without end on two instances, one against a stub and one over
 * the wire, with renewals, rejections, outages, aborts, attachments and failing listeners from a
 * seeded schedule. Fails if anything is left behind. Needs dist.
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
if (![...totals, seed].every(Number.isInteger)) throw new Error('whole numbers, please')
if (!globalThis.gc) throw new Error('run it with node --expose-gc')
console.log(`soak on axios ${axios.VERSION}, Node ${process.version}, SOAK_SEED=${seed}\n`)

const alarms = { 'unhandled rejections': 0, warnings: 0 }
process.on('unhandledRejection', () => alarms['unhandled rejections']++)
process.on('warning', () => alarms.warnings++)

const started = process.hrtime.bigint()
const clock = installClock()
const worlds = [createStub(), await startWire()]
const runs = worlds.map((world, index) => createRun(world, clock, createChance(seed + index)))

// By then everything has happened, is compiled, and its caches are filled.
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
const per = (name, read) => [name, ...runs.map(({ tally }) => read(tally) ?? 0)]
const codes = [...new Set(runs.flatMap(({ tally }) => Object.keys(tally.errors)))].sort()
printTable(Object.keys(tallies), [
  per('requests', (tally) => tally.requests),
  per('ok', (tally) => tally.ok),
  ...codes.map((code) => per(code, (tally) => tally.errors[code])),
  ['token requests', ...tokenRequests],
  per('events', (tally) => tally.events),
  ...Object.keys(INCIDENTS).map((name) =>
    per(`before a round: ${name}`, (tally) => tally.incidents[name]),
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
// What was left behind may keep the process alive.
process.exit(broken.length > 0 ? 1 : 0)
