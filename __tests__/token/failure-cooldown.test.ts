import { describe, expect, it, vi } from 'vitest'
import { createFailure } from '../../src/contract/errors.js'
import { createFailureCooldown } from '../../src/token/failure-cooldown.js'
import { fakeClocks } from '../support/clocks.js'

const DOWN = createFailure('ERR_CASPIO_TOKEN_ENDPOINT', 'it is down')
const UNREACHED = createFailure('ERR_CASPIO_TOKEN_ENDPOINT', 'it did not answer', {
  isTransportFault: true,
})
const REFUSED = createFailure('ERR_CASPIO_CREDENTIALS', 'it refused the client')

const here = { defaults: {} }
const elsewhere = { defaults: { proxy: false } }

function after(retryAfterMs: number) {
  return createFailure('ERR_CASPIO_TOKEN_ENDPOINT', 'it is down', { retryAfterMs })
}

describe('the cooldown after a failed token request', () => {
  fakeClocks()

  it('gives callers the last failure until it ends, with the time of the next attempt', () => {
    const cooldown = createFailureCooldown()
    expect(cooldown.activeFailure(here)).toBeUndefined()
    const startedAt = Date.now()
    const { retryInMs } = cooldown.start(DOWN, here, 0)
    expect(retryInMs).toBe(1_000)
    expect(cooldown.activeFailure(here)).toMatchObject({
      code: DOWN.code,
      message: DOWN.message,
      nextAttemptAt: new Date(startedAt + 1_000),
    })
    vi.advanceTimersByTime(1_000)
    expect(cooldown.activeFailure(here)).toBeUndefined()
  })

  it('remembers for a minute that the last token request failed, until a reset', () => {
    const cooldown = createFailureCooldown()
    expect(cooldown.hasFailedLately(here)).toBe(false)
    cooldown.start(DOWN, here, 0)
    vi.advanceTimersByTime(60_999)
    expect(cooldown.hasFailedLately(here)).toBe(true)
    vi.advanceTimersByTime(1)
    expect(cooldown.hasFailedLately(here)).toBe(false)
    cooldown.start(DOWN, here, 0)
    cooldown.reset()
    expect(cooldown.hasFailedLately(here)).toBe(false)
  })

  it('is shared by all instances, unless the token endpoint was not reached', () => {
    const cooldown = createFailureCooldown()
    cooldown.start(UNREACHED, here, 0)
    expect([cooldown.activeFailure(here)?.message, cooldown.activeFailure(elsewhere)]).toEqual([
      UNREACHED.message,
      undefined,
    ])
    expect([here, elsewhere].map(cooldown.hasFailedLately)).toEqual([true, false])
    cooldown.start(DOWN, here, 0)
    expect(cooldown.activeFailure(elsewhere)?.message).toBe(DOWN.message)
    expect(cooldown.hasFailedLately(elsewhere)).toBe(true)
  })

  it('of one instance and the one of all have lengths of their own', () => {
    const cooldown = createFailureCooldown()
    const lengthOf = (failure: typeof DOWN) => cooldown.start(failure, here, 0).retryInMs
    expect([lengthOf(UNREACHED), lengthOf(DOWN)]).toEqual([1_000, 1_000])
    expect([lengthOf(UNREACHED), lengthOf(DOWN)]).toEqual([2_000, 2_000])
  })

  it('gives callers the newest failure', () => {
    const cooldown = createFailureCooldown()
    cooldown.start(DOWN, here, 0)
    cooldown.start(REFUSED, here, 0)
    expect(cooldown.activeFailure(elsewhere)?.message).toBe(REFUSED.message)
  })

  it('is kept for the ten instances that failed last', () => {
    const cooldown = createFailureCooldown()
    const instances = Array.from({ length: 11 }, (_, port) => ({ defaults: { proxy: { port } } }))
    for (const instance of instances) cooldown.start(UNREACHED, instance, 0)
    const active = instances.map((instance) => cooldown.activeFailure(instance) !== undefined)
    expect(active).toEqual([false, ...Array(10).fill(true)])
  })

  it('doubles to 30 s', () => {
    const cooldown = createFailureCooldown()
    const lengths = Array.from({ length: 7 }, () => cooldown.start(DOWN, here, 0).retryInMs)
    expect(lengths).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000])
  })

  it('ends at a reset, and begins with a second again', () => {
    const cooldown = createFailureCooldown()
    for (let i = 0; i < 3; i++) cooldown.start(DOWN, here, 0)
    cooldown.reset()
    expect(cooldown.activeFailure(here)).toBeUndefined()
    expect(cooldown.start(DOWN, here, 0).retryInMs).toBe(1_000)
  })

  it('lasts 30 s at once if the client was refused', () => {
    expect(createFailureCooldown().start(REFUSED, here, 0).retryInMs).toBe(30_000)
  })

  it('counts the time that callers waited for the answer, in whole seconds', () => {
    expect(createFailureCooldown().start(REFUSED, here, 10_900).retryInMs).toBe(20_000)
    expect(createFailureCooldown().start(REFUSED, here, 60_000).retryInMs).toBe(1_000)
  })

  it.each([
    [500, 1_000],
    [7_000, 7_000],
    [300_000, 300_000],
    [3_600_000, 300_000],
  ])('obeys a Retry-After of %i ms, up to 5 min', (retryAfterMs, expected) => {
    expect(createFailureCooldown().start(after(retryAfterMs), here, 0).retryInMs).toBe(expected)
  })
})
