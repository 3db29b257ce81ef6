import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { type CallDelta, createCallMeter } from '../../src/metering/index.js'
import { atRest } from '../support/clocks.js'
import { rejectionOf } from '../support/outcomes.js'
import { watchUnhandled } from '../support/unhandled.js'
import { callEvent, countOf, memorySink, sumOf, unanswered } from './support.js'

const DOWN = new Error('the sink is down')

/** A sink whose writes the test ends one by one. */
function manualSink() {
  const deltas: CallDelta[] = []
  const ends: { resolve(): void; reject(error: Error): void }[] = []
  let mostAtOnce = 0
  const write = (delta: CallDelta) => {
    deltas.push(delta)
    return new Promise<void>((resolve, reject) => {
      const end = { resolve, reject }
      ends.push(end)
      mostAtOnce = Math.max(mostAtOnce, ends.length)
    })
  }
  return {
    write,
    deltas,
    get mostAtOnce() {
      return mostAtOnce
    },
    async succeed() {
      ends.shift()?.resolve()
      await atRest()
    },
    async fail() {
      ends.shift()?.reject(DOWN)
      await atRest()
    },
  }
}

/** The meter, with timers that stand still until a test moves them. */
function loadWithFakeTimers() {
  vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout'] })
  vi.resetModules()
  onTestFinished(() => {
    vi.useRealTimers()
  })
  return import('../../src/metering/index.js')
}

const sizes = (deltas: readonly CallDelta[]) => deltas.map(({ counts }) => sumOf(counts).upper)

function countCalls(meter: ReturnType<typeof createCallMeter>, count: number): void {
  for (let n = 0; n < count; n++) meter.onEvent(callEvent())
}

describe('write', () => {
  it('gets what is new every 250 calls', async () => {
    const { deltas, write } = memorySink()
    const meter = createCallMeter({ write })
    countCalls(meter, 249)
    expect(deltas.size).toBe(0)
    countCalls(meter, 1)
    expect(sizes([...deltas.values()])).toEqual([250])
    await atRest()
    countCalls(meter, 500)
    await atRest()
    expect(sizes([...deltas.values()])).toEqual([250, 250, 250])
  })

  it('gets one row for each day, kind and resource', async () => {
    const { rows, write } = memorySink()
    const meter = createCallMeter({ write })
    countCalls(meter, 3)
    meter.onEvent(callEvent({ resent: true }))
    meter.onEvent(unanswered('ECONNRESET'))
    await meter.flush()
    const day = new Date().toISOString().slice(0, 10)
    expect(rows()).toEqual([
      { day, kind: 'call', resource: 'tables/Orders', ...countOf(3) },
      { day, kind: 'resend', resource: 'tables/Orders', ...countOf(1) },
      { day, kind: 'call', resource: 'files', ...countOf(0, 1) },
    ])
  })

  it('runs one at a time, and then gets what was counted during it', async () => {
    const sink = manualSink()
    const meter = createCallMeter({ write: sink.write, writeEvery: 2 })
    countCalls(meter, 7)
    expect(sizes(sink.deltas)).toEqual([2])
    await sink.succeed()
    expect(sizes(sink.deltas)).toEqual([2, 5])
    await sink.succeed()
    countCalls(meter, 2)
    expect(sizes(sink.deltas)).toEqual([2, 5, 2])
    expect(sink.mostAtOnce).toBe(1)
    expect(new Set(sink.deltas.map(({ id }) => id)).size).toBe(3)
  })

  it.each([
    ['rejects', (): unknown => Promise.reject(DOWN)],
    [
      'throws',
      (): unknown => {
        throw DOWN
      },
    ],
  ])('gets the same delta again if it %s, and no rejection goes unheard', async (_, fail) => {
    const watch = watchUnhandled()
    const { write, deltas } = memorySink()
    const seen: CallDelta[] = []
    const meter = createCallMeter({
      write(delta) {
        seen.push(delta)
        return seen.length < 3 ? fail() : write(delta)
      },
      writeEvery: 2,
    })
    countCalls(meter, 2)
    await vi.waitUntil(() => deltas.size === 1)
    expect(seen).toHaveLength(3)
    expect(new Set(seen).size).toBe(1)
    expect(watch.unhandled).toEqual([])
    watch.end()
  })

  it('gets the failed delta and then what was counted since, without a further call', async () => {
    const { createCallMeter } = await loadWithFakeTimers()
    const sink = manualSink()
    const meter = createCallMeter({ write: sink.write, writeEvery: 2 })
    countCalls(meter, 2)
    await sink.fail()
    countCalls(meter, 3)
    await vi.advanceTimersToNextTimerAsync()
    await sink.succeed()
    expect(sizes(sink.deltas)).toEqual([2, 2, 3])
  })

  it('waits longer after each failure, up to a minute', async () => {
    const { createCallMeter } = await loadWithFakeTimers()
    const times: number[] = []
    const meter = createCallMeter({
      write() {
        times.push(Date.now())
        if (times.length < 12) throw DOWN
      },
      writeEvery: 1,
    })
    countCalls(meter, 1)
    await vi.advanceTimersByTimeAsync(1_000_000)
    expect(times.slice(1).map((time, index) => time - (times[index] ?? 0))).toEqual([
      250, 500, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000,
    ])
  })

  it('may call Caspio itself: its calls are counted, and never cause writes for ever', async () => {
    let writes = 0
    const meter = createCallMeter({
      async write() {
        writes++
        await atRest()
        meter.onEvent(callEvent())
      },
      writeEvery: 1,
    })
    countCalls(meter, 1)
    for (let n = 0; n < 50; n++) await atRest()
    expect(writes).toBe(2)
    expect(meter.snapshot().calls).toEqual(countOf(3))
    await meter.flush()
    expect(writes).toBe(3)
  })

  it('may call Caspio while it reads, too', async () => {
    let reads = 0
    const meter = createCallMeter({
      write() {},
      async read() {
        reads++
        await atRest()
        meter.onEvent(callEvent())
        return []
      },
      plan: 100,
      onPace() {},
      writeEvery: 1,
    })
    countCalls(meter, 1)
    for (let n = 0; n < 50; n++) await atRest()
    expect(reads).toBe(2)
  })

  it('has IDs where the runtime has no crypto.randomUUID', async () => {
    vi.stubGlobal('crypto', undefined)
    onTestFinished(() => {
      vi.unstubAllGlobals()
    })
    const { deltas, write } = memorySink()
    const meter = createCallMeter({ write, writeEvery: 1 })
    for (let n = 0; n < 100; n++) {
      countCalls(meter, 1)
      await atRest()
    }
    expect(deltas.size).toBe(100)
    expect([...deltas.keys()].every((id) => /^[\da-z-]{20,}$/.test(id))).toBe(true)
  })
})

describe('flush', () => {
  it('writes what is new, and does nothing if nothing is', async () => {
    const { deltas, write } = memorySink()
    const meter = createCallMeter({ write })
    await meter.flush()
    expect(deltas.size).toBe(0)
    countCalls(meter, 2)
    await meter.flush()
    await meter.flush()
    expect(sizes([...deltas.values()])).toEqual([2])
  })

  it('tries nothing later if it wrote all', async () => {
    const { createCallMeter } = await loadWithFakeTimers()
    const { deltas, write } = memorySink()
    const meter = createCallMeter({ write })
    countCalls(meter, 2)
    await meter.flush()
    expect([deltas.size, vi.getTimerCount()]).toEqual([1, 0])
  })

  it('plans no later write if one is under way when it ends', async () => {
    const { createCallMeter } = await loadWithFakeTimers()
    const sink = manualSink()
    const meter = createCallMeter({ write: sink.write, writeEvery: 1 })
    countCalls(meter, 1)
    const flushed = meter.flush()
    countCalls(meter, 2)
    await sink.succeed()
    await flushed
    expect([sizes(sink.deltas), vi.getTimerCount()]).toEqual([[1, 2], 0])
  })

  it('waits for a write that is under way, and then writes the rest', async () => {
    const sink = manualSink()
    const meter = createCallMeter({ write: sink.write, writeEvery: 2 })
    countCalls(meter, 3)
    let isFlushed = false
    const flushed = meter.flush().then(() => {
      isFlushed = true
    })
    await sink.succeed()
    expect([sizes(sink.deltas), isFlushed]).toEqual([[2, 1], false])
    // What is counted now is not its business.
    countCalls(meter, 1)
    await sink.succeed()
    await flushed
    expect(sizes(sink.deltas)).toEqual([2, 1])
  })

  it('at the same time as another one writes once', async () => {
    const sink = manualSink()
    const meter = createCallMeter({ write: sink.write })
    countCalls(meter, 2)
    const both = Promise.all([meter.flush(), meter.flush(), meter.close()])
    await sink.succeed()
    await both
    expect(sizes(sink.deltas)).toEqual([2])
  })

  it('tries a delta that failed at once, whatever its back-off', async () => {
    const { createCallMeter } = await loadWithFakeTimers()
    const sink = manualSink()
    const meter = createCallMeter({ write: sink.write, writeEvery: 1 })
    countCalls(meter, 1)
    await sink.fail()
    const flushed = meter.flush()
    await sink.succeed()
    // No time passes.
    await flushed
    expect(sink.deltas[0]).toBe(sink.deltas[1])
  })

  it('rejects after 8 s if the sink does not answer, and keeps the counts', async () => {
    const { createCallMeter } = await loadWithFakeTimers()
    const sink = manualSink()
    const meter = createCallMeter({ write: sink.write })
    countCalls(meter, 1)
    const flushed = rejectionOf(meter.flush())
    const closed = rejectionOf(meter.close())
    await vi.advanceTimersByTimeAsync(8_000)
    for (const error of [await flushed, await closed]) {
      expect(error.message).toBe('axios-caspio-auth: the write did not end within 8000 ms')
    }
    expect(vi.getTimerCount()).toBe(0)
    await sink.fail()
    const again = meter.flush()
    await sink.succeed()
    await again
    expect(sink.deltas[1]).toBe(sink.deltas[0])
  })

  it('lets the background go on if the write fails after the 8 s', async () => {
    const { createCallMeter } = await loadWithFakeTimers()
    const sink = manualSink()
    const meter = createCallMeter({ write: sink.write, writeEvery: 2 })
    countCalls(meter, 1)
    const flushed = rejectionOf(meter.flush())
    await vi.advanceTimersByTimeAsync(8_000)
    await flushed
    await sink.fail()
    countCalls(meter, 2)
    await vi.advanceTimersByTimeAsync(250)
    await sink.succeed()
    expect(sizes(sink.deltas)).toEqual([1, 1, 2])
  })

  it('rejects after 8 s with the last error of a sink that fails slowly', async () => {
    const { createCallMeter } = await loadWithFakeTimers()
    const meter = createCallMeter({
      write: () => new Promise((_, reject) => setTimeout(reject, 1_600, DOWN)),
    })
    countCalls(meter, 1)
    const rejection = vi.fn()
    meter.flush().catch(rejection)
    await vi.advanceTimersByTimeAsync(7_999)
    expect(rejection).not.toHaveBeenCalled()
    await vi.advanceTimersByTimeAsync(1)
    expect(rejection).toHaveBeenCalledWith(DOWN)
  })

  it('rejects with the error of the fifth attempt, keeps the counts, and goes on in the background', async () => {
    const { createCallMeter } = await loadWithFakeTimers()
    const seen: CallDelta[] = []
    const meter = createCallMeter({
      write(delta) {
        seen.push(delta)
        if (seen.length < 6) throw DOWN
      },
      writeEvery: 2,
    })
    countCalls(meter, 2)
    const started = Date.now()
    const rejection = rejectionOf(meter.flush())
    await vi.advanceTimersToNextTimerAsync()
    await vi.advanceTimersToNextTimerAsync()
    await vi.advanceTimersToNextTimerAsync()
    await vi.advanceTimersToNextTimerAsync()
    expect(await rejection).toBe(DOWN)
    expect([seen.length, Date.now() - started]).toEqual([5, 3_750])
    await vi.advanceTimersToNextTimerAsync()
    expect([seen.length, Date.now() - started]).toEqual([6, 7_750])
    expect(new Set(seen).size).toBe(1)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('resolves without a sink', async () => {
    const meter = createCallMeter()
    countCalls(meter, 2)
    expect(await meter.flush()).toBeUndefined()
    expect(await meter.close()).toBeUndefined()
  })
})

describe('close', () => {
  it('writes what is new, and does not try again later', async () => {
    const { createCallMeter } = await loadWithFakeTimers()
    const seen: CallDelta[] = []
    const meter = createCallMeter({
      write(delta) {
        seen.push(delta)
        if (seen.length < 6) throw DOWN
      },
    })
    countCalls(meter, 2)
    const rejection = rejectionOf(meter.close())
    await vi.advanceTimersByTimeAsync(3_750)
    expect(await rejection).toBe(DOWN)
    expect([seen.length, vi.getTimerCount()]).toEqual([5, 0])
    await meter.close()
    expect(seen).toHaveLength(6)
    expect(new Set(seen).size).toBe(1)
  })

  it('does not try again if a write that hung fails later', async () => {
    const { createCallMeter } = await loadWithFakeTimers()
    const sink = manualSink()
    const meter = createCallMeter({ write: sink.write })
    countCalls(meter, 1)
    const rejection = rejectionOf(meter.close())
    await vi.advanceTimersByTimeAsync(8_000)
    await rejection
    await sink.fail()
    await vi.advanceTimersByTimeAsync(60_000)
    expect(sink.deltas).toHaveLength(1)
    const again = meter.flush()
    await sink.succeed()
    await again
    expect(sink.deltas[1]).toBe(sink.deltas[0])
  })

  it('leaves a meter that still counts', async () => {
    const { rows, write } = memorySink()
    const meter = createCallMeter({ write })
    await meter.close()
    countCalls(meter, 250)
    await atRest()
    expect(sumOf(rows())).toEqual(countOf(250))
  })
})
