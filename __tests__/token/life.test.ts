import { describe, expect, it } from 'vitest'
import { msLeft, renewAfterMs, usableForMs } from '../../src/token/life.js'
import { fakeClocks } from '../support/clocks.js'

describe('how long a token is used', () => {
  it.each([
    [86_400, 86_395_000],
    [100, 95_000],
    [60, 57_000],
    [1, 950],
    [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY],
  ])('with a life of %d s: for %d ms', (life, ms) => {
    expect(usableForMs(life)).toBe(ms)
  })
})

describe('when a token is renewed', () => {
  it.each<[number, number | undefined, number, number]>([
    [86_400, undefined, 1, 77_760_000],
    [86_400, undefined, 0.8, 79_488_000],
    [100, undefined, 1, 70_000],
    [40, undefined, 1, 20_000],
    [1_000, 10, 1, 990_000],
    [1_000, 700, 1, 500_000],
    // At the latest when it is no longer used.
    [1_000, 0, 1, 995_000],
    [1_000, 2, 1, 995_000],
    [Number.POSITIVE_INFINITY, undefined, 1, Number.POSITIVE_INFINITY],
    [Number.POSITIVE_INFINITY, 10, 1, Number.POSITIVE_INFINITY],
  ])('with a life of %d s, renewBefore %s and the jitter %d: after %d ms', (...given) => {
    const [life, renewBefore, jitter, ms] = given
    expect(renewAfterMs(life, renewBefore, jitter)).toBe(ms)
  })
})

describe('the rest of a life', () => {
  fakeClocks()

  it('counts from the token request', () => {
    const requestedAt = { wall: Date.now() - 20_000, monotonic: performance.now() - 20_000 }
    const left = (lifeSeconds: number) =>
      msLeft({
        accessToken: 'a',
        tokenType: 'bearer',
        lifeSeconds,
        refreshToken: '',
        requestedAt,
        grant: undefined,
      })
    expect(left(60)).toBe(40_000)
    expect(left(10)).toBe(-10_000)
    expect(left(Number.POSITIVE_INFINITY)).toBe(Number.POSITIVE_INFINITY)
  })
})
