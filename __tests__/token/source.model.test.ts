import * as fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { IS_THOROUGH } from '../support/thorough.js'
import { watchUnhandled } from '../support/unhandled.js'
import type { State } from './model/source-model.js'
import { type Step, sequences, take } from './model/steps.js'
import { VirtualClock } from './model/virtual-clock.js'
import { World } from './model/world.js'

// SEQUENCES=100 runs fewer sequences, and SEED=… repeats the same ones.
const SEQUENCES = Number(process.env.SEQUENCES ?? (IS_THOROUGH ? 10_000 : 500))
const SEED = process.env.SEED
// No call may hang: an attempt takes at most 5 s, a wait between attempts at most 10 s.
const LONG_ENOUGH_IN_MS = 60_000
// The longest cooldown: that of a resource which rejected every token.
const LONGEST_PAUSE_IN_MS = 3_600_000

/** Runs one sequence, and reports each step and the state before it. */
async function run(sequence: Step[], onStep: (state: State, step: Step) => void): Promise<void> {
  const clock = new VirtualClock()
  const { unhandled, end } = watchUnhandled()
  const uninstall = clock.install()
  try {
    const world = new World(clock)
    const check = () => {
      expect(world.violations).toEqual([])
      for (const { violations } of world.models.values()) expect(violations).toEqual([])
      expect(unhandled).toEqual([])
    }
    for (const step of sequence) {
      onStep(world.model.state, step)
      await take(step, world, clock)
      check()
    }
    await clock.advance(LONG_ENOUGH_IN_MS)
    check()
    expect(world.open).toBe(0)
    expect(clock.timers).toBe(0)

    // After any sequence, requests succeed again once the account works again.
    world.heal()
    await clock.advance(LONGEST_PAUSE_IN_MS)
    world.request('plain')
    await clock.advance(LONG_ENOUGH_IN_MS)
    check()
    expect(world.lastStatus).toBe(200)
  } finally {
    end()
    uninstall()
  }
}

describe('the token source, compared with a model of it', () => {
  // The model does not know how much the plugin lengthens the cooldown of a resource.
  beforeEach(() => {
    vi.spyOn(Math, 'random').mockReturnValue(0)
  })
  afterEach(() => {
    vi.restoreAllMocks()
  })

  // A failure prints its seed and the shortest sequence that fails.
  it(`breaks no rule of the model in ${SEQUENCES} random sequences`, async () => {
    const seen = new Map<string, number>()
    const states: State[] = [
      'empty',
      'requesting',
      'valid',
      'due',
      'expired',
      'rejected',
      'in cooldown',
    ]
    await fc.assert(
      fc.asyncProperty(sequences, (sequence) =>
        run(sequence, (state, step) => {
          const key = `${state}: ${step.do}`
          seen.set(key, (seen.get(key) ?? 0) + 1)
        }),
      ),
      { numRuns: SEQUENCES, ...(SEED && { seed: Number(SEED) }) },
    )
    // So many sequences must reach every state and take every step there.
    if (SEQUENCES < 10_000) return
    for (const state of states) {
      for (const step of ['request', 'wait', 'revoke', 'fail', 'abort', 'sleep', 'attach']) {
        expect([state, step, (seen.get(`${state}: ${step}`) ?? 0) > 10]).toEqual([
          state,
          step,
          true,
        ])
      }
    }
  }, 300_000)
})
