import type { CaspioAuthEvent } from '../src/contract/events.js'
import { createCallMeter } from '../src/metering/index.js'

/**
 * Counts 10 million calls, and measures the time of each and the growth of the heap. Fails over 1 µs,
 * or if the heap grows by more than 8 MB.
 * Usage: npx tsx --expose-gc bench/meter.ts
 */
const CALLS = 10_000_000
const ROUND = 10_000
const MOST_NS = 1_000
const MOST_BYTES = 8_000_000

const API = 'https://a1bcd234.caspio.com/integrations/rest/v3'

/** Which URLs come in turn. */
const CASES: Readonly<Record<string, (index: number) => string>> = {
  'one table': () => `${API}/tables/Orders/records`,
  '5,000 records of one table': (index) => `${API}/tables/Orders/records/${index % 5_000}`,
  '5,000 tables': (index) => `${API}/tables/Table_${index % 5_000}/records`,
  'ever new tables': (index) => `${API}/tables/Table_${index}/records`,
}

const collectGarbage = globalThis.gc
if (!collectGarbage) throw new Error('run node with --expose-gc')

function usedHeap(): number {
  collectGarbage?.()
  return process.memoryUsage().heapUsed
}

console.log(`${'URLs'.padEnd(30)} ns per call   bytes of heap`)
for (const [name, urlOf] of Object.entries(CASES)) {
  let written = 0
  const meter = createCallMeter({
    timeZone: 'America/New_York',
    billingDay: 27,
    writeEvery: 1_000,
    write: ({ counts }) => {
      for (const { upper } of counts) written += upper
    },
  })
  const before = usedHeap()
  let fastest = Number.POSITIVE_INFINITY
  for (let first = 0; first < CALLS; first += ROUND) {
    const events = Array.from({ length: ROUND }, (_, index): CaspioAuthEvent => {
      // Written in one piece: the engine would put it together only when it is read.
      const url = Buffer.from(urlOf(first + index)).toString('latin1')
      return { type: 'api-call', method: 'GET', url, status: 200, resent: false, duration: 80 }
    })
    const started = process.hrtime.bigint()
    for (const event of events) meter.onEvent(event)
    fastest = Math.min(fastest, Number(process.hrtime.bigint() - started) / ROUND)
    // The writes.
    await new Promise(setImmediate)
  }
  await meter.close()
  const growth = usedHeap() - before
  console.log(
    `${name.padEnd(30)} ${fastest.toFixed(0).padStart(11)} ${growth.toLocaleString('en').padStart(15)}`,
  )
  const { upper } = meter.snapshot().calls
  if (upper !== CALLS || written !== CALLS) fail(`${name}: counted ${upper}, wrote ${written}`)
  if (fastest > MOST_NS) fail(`${name}: over ${MOST_NS} ns`)
  if (growth > MOST_BYTES) fail(`${name}: over ${MOST_BYTES} bytes`)
}

function fail(problem: string): void {
  console.log(`FAILED: ${problem}`)
  process.exitCode = 1
}
