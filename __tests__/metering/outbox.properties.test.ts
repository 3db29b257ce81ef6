import fc from 'fast-check'
import { expect, it } from 'vitest'
import { type CallDelta, createCallMeter } from '../../src/metering/index.js'
import { atRest } from '../support/clocks.js'
import { cases } from '../support/thorough.js'
import { callEvent, memorySink, sumOf, unanswered } from './support.js'

/** What the sink does with one write: a lost answer means that the delta was kept, and that it rejects. */
type Behaviour = 'keep' | 'refuse' | 'lose the answer'

it('whatever the sink refuses or forgets to confirm, its rows add up to what the meter counted', async () => {
  const call = fc.constantFrom(callEvent(), unanswered('ECONNRESET'), unanswered('ECONNREFUSED'))
  const step = fc.oneof(
    { weight: 6, arbitrary: call.map((event) => ({ event })) },
    { weight: 1, arbitrary: fc.constant('rest' as const) },
    { weight: 1, arbitrary: fc.constant('flush' as const) },
  )
  // Three failures in turn at most: flush() tries five times, and the pauses are real.
  const behaviour = fc.constantFrom<Behaviour>('keep', 'keep', 'keep', 'refuse', 'lose the answer')
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { maxLength: 60 }),
      fc.array(behaviour, { maxLength: 4 }),
      fc.integer({ min: 1, max: 20 }),
      async (steps, behaviours, writeEvery) => {
        const sink = memorySink()
        const left = [...behaviours]
        const inOrder: CallDelta[] = []
        let underWay = 0
        const meter = createCallMeter({
          writeEvery,
          async write(delta) {
            expect(++underWay).toBe(1)
            if (inOrder.at(-1) !== delta) inOrder.push(delta)
            await atRest()
            underWay--
            const behaviour = left.shift() ?? 'keep'
            if (behaviour !== 'refuse') sink.write(delta)
            if (behaviour !== 'keep') throw new Error(behaviour)
          },
        })
        const flushes: Promise<void>[] = []
        for (const step of steps) {
          if (step === 'rest') await atRest()
          else if (step === 'flush') flushes.push(meter.flush())
          else meter.onEvent(step.event)
        }
        await Promise.all(flushes)
        await meter.close()
        expect(sumOf(sink.rows())).toEqual(meter.snapshot().calls)
        // The next delta is written after the one before it.
        expect(new Set(inOrder).size).toBe(inOrder.length)
      },
    ),
    { numRuns: cases(200) },
  )
}, 60_000)
