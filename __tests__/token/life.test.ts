import { describe, expect, it } from 'vitest'
import { msLeft, renewAfterMs, toAccessToken, usableForMs } from '../../src/token/life.js'
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

  /** A token that was requested 20 s ago. */
  function tokenOf(lifeSeconds: number) {
    const requestedAt = { wall: Date.now() - 20_000, monotonic: performance.now() - 20_000 }
    return {
      accessToken: 'a',
      tokenType: 'bearer',
      lifeSeconds,
      refreshToken: '',
      requestedAt,
      grant: undefined,
    }
  }

  it.each([
    [60, 40_000],
    [10, -10_000],
    [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY],
  ])('of %d s counts from the token request: %d ms', (lifeSeconds, ms) => {
    expect(msLeft(tokenOf(lifeSeconds))).toBe(ms)
  })

  it.each([
    [60.9, { expires_in: 40 }],
    [20.5, { expires_in: 1 }],
    [10, { expires_in: 1 }],
    [Number.POSITIVE_INFINITY, {}],
  ])('of %d s is handed out in whole seconds, at least 1, if it is known', (lifeSeconds, rest) => {
    const token = toAccessToken(tokenOf(lifeSeconds))
    expect(token).toStrictEqual({ access_token: 'a', token_type: 'bearer', ...rest })
  })
})
