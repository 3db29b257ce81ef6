import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import type { Failure } from '../../src/contract/errors.js'
import type { TokenAnswer } from '../../src/token/answer.js'
import {
  createIssuer,
  type IssueRequest,
  retryDelayMs,
  type TokenIssuer,
} from '../../src/token/issuer.js'
import { issueRequest } from '../support/issue-request.js'
import { rejectionOf } from '../support/outcomes.js'

const OUT_OF_ORDER: Failure = {
  code: 'ERR_CASPIO_TOKEN_ENDPOINT',
  message: 'it is out of order',
}
const REFUSED: Failure = {
  code: 'ERR_CASPIO_TOKEN_RESPONSE',
  message: 'it refused the grant',
}

function answer(life = 60, refreshToken?: string): TokenAnswer {
  const token = { accessToken: 'a', tokenType: 'bearer', lifeSeconds: life, refreshToken }
  return { ...token, answer: token, grant: 'client_credentials' }
}

type Step = Failure | TokenAnswer | (() => TokenAnswer)

/** An issuer whose attempts end in these steps; and the start and refresh token of each attempt. */
function issuerOf(retries: number, ...steps: Step[]) {
  const startTimes: number[] = []
  const refreshTokens: (string | undefined)[] = []
  const started = performance.now()
  const issuer = createIssuer(async ({ refreshToken }) => {
    startTimes.push(performance.now() - started)
    refreshTokens.push(refreshToken)
    const step = steps[startTimes.length - 1] as Step
    if (typeof step === 'function') return step()
    if ('code' in step) throw step
    return step
  }, retries)
  const issue = (request: Partial<IssueRequest> = {}): ReturnType<TokenIssuer> =>
    issuer(issueRequest(request))
  return { issue, startTimes, refreshTokens }
}

/** Advances the fake clocks until the promise settles. */
async function afterTimers<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {})
  await vi.advanceTimersByTimeAsync(120_000)
  return promise
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date', 'performance'] })
  onTestFinished(() => {
    vi.useRealTimers()
    vi.restoreAllMocks()
  })
})

describe('attempts', () => {
  it.each([
    [0, [0, 250, 750, 1_750]],
    [0.999_999, [0, 500, 1_500, 3_500]],
  ])('wait between half and all of 0.5 s, 1 s, 2 s … (random: %f)', async (random, times) => {
    vi.spyOn(Math, 'random').mockReturnValue(random)
    const { issue, startTimes } = issuerOf(3, OUT_OF_ORDER, OUT_OF_ORDER, OUT_OF_ORDER, answer())
    await afterTimers(issue())
    for (const [i, time] of times.entries()) expect(startTimes[i]).toBeCloseTo(time, -1)
  })

  it('are one more than the retries, and end with the last failure', async () => {
    const last = { ...OUT_OF_ORDER, message: 'it still is' }
    const { issue, startTimes } = issuerOf(2, OUT_OF_ORDER, OUT_OF_ORDER, last)
    expect(await rejectionOf(afterTimers(issue()))).toMatchObject(last)
    expect(startTimes).toHaveLength(3)
  })

  it('are limited to one if the caller wants no retry', async () => {
    const { issue, startTimes } = issuerOf(2, OUT_OF_ORDER)
    await rejectionOf(afterTimers(issue({ retry: false })))
    expect(startTimes).toHaveLength(1)
  })

  it('are limited to one if another would not help', async () => {
    const { issue, startTimes } = issuerOf(2, REFUSED)
    await rejectionOf(afterTimers(issue()))
    expect(startTimes).toHaveLength(1)
  })

  it('are limited to one if a proxy wants a password', async () => {
    const answer = { status: 407, statusText: '', headers: undefined, data: undefined }
    const { issue, startTimes } = issuerOf(2, { ...OUT_OF_ORDER, answer })
    await rejectionOf(afterTimers(issue()))
    expect(startTimes).toHaveLength(1)
  })

  it.each([
    [2_000, [0, 2_000]],
    // Never earlier than without a Retry-After.
    [1, [0, 500]],
    [10_000, [0, 10_000]],
    [10_001, [0]],
  ])('wait as long as Retry-After asks, up to 10 s: %i ms', async (retryAfterMs, times) => {
    vi.spyOn(Math, 'random').mockReturnValue(1)
    const { issue, startTimes } = issuerOf(1, { ...OUT_OF_ORDER, retryAfterMs }, answer())
    await afterTimers(issue()).catch(() => {})
    expect(startTimes.map(Math.round)).toEqual(times)
  })
})

describe('a refresh token', () => {
  it('is forgotten if it is refused, and the client credentials are used at once', async () => {
    const onRefreshTokenRefused = vi.fn()
    const { issue, startTimes, refreshTokens } = issuerOf(0, REFUSED, answer())
    await afterTimers(issue({ refreshToken: 'old', onRefreshTokenRefused }))
    expect([refreshTokens, startTimes]).toEqual([
      ['old', undefined],
      [0, 0],
    ])
    expect(onRefreshTokenRefused).toHaveBeenCalledOnce()
  })

  it('is forgotten if it is refused, even without a callback', async () => {
    const { issue, refreshTokens } = issuerOf(0, REFUSED, answer())
    await afterTimers(issue({ refreshToken: 'old' }))
    expect(refreshTokens).toEqual(['old', undefined])
  })

  it('is kept during an outage', async () => {
    const onRefreshTokenRefused = vi.fn()
    const { issue, refreshTokens } = issuerOf(1, OUT_OF_ORDER, answer())
    await afterTimers(issue({ refreshToken: 'old', onRefreshTokenRefused }))
    expect(refreshTokens).toEqual(['old', 'old'])
    expect(onRefreshTokenRefused).not.toHaveBeenCalled()
  })

  it('that was not sent cannot be the reason of a refusal: the failure is final', async () => {
    const { issue, refreshTokens } = issuerOf(2, REFUSED)
    expect(await rejectionOf(afterTimers(issue()))).toMatchObject(REFUSED)
    expect(refreshTokens).toEqual([undefined])
  })
})

describe('a token that has expired on arrival', () => {
  const late = (life: number, refreshToken?: string) => () => {
    vi.advanceTimersByTime(life * 1_000)
    return answer(life, refreshToken)
  }

  it('is requested again, but only once', async () => {
    const { issue, startTimes } = issuerOf(0, late(60), answer())
    const started = Date.now()
    const token = await afterTimers(issue())
    expect(startTimes).toEqual([0, 60_000])
    // The life counts from the second token request.
    expect(token.requestedAt.wall - started).toBe(60_000)
    const short = issuerOf(0, late(1), late(1))
    await afterTimers(short.issue())
    expect(short.startTimes).toHaveLength(2)
  })

  it('is replaced with its new refresh token, if it came with one', async () => {
    const { issue, refreshTokens } = issuerOf(0, late(60, 'new'), answer())
    await afterTimers(issue({ refreshToken: 'old' }))
    expect(refreshTokens).toEqual(['old', 'new'])
  })

  it('is replaced with the old refresh token, if it came with none', async () => {
    const { issue, refreshTokens } = issuerOf(0, late(60), answer())
    await afterTimers(issue({ refreshToken: 'old' }))
    expect(refreshTokens).toEqual(['old', 'old'])
  })

  it('is replaced with the client credentials, if no refresh token was used before', async () => {
    const { issue, refreshTokens } = issuerOf(0, late(60, 'new'), answer())
    await afterTimers(issue())
    expect(refreshTokens).toEqual([undefined, undefined])
  })

  it('does not include one that arrives a millisecond before its expiry', async () => {
    const { issue, startTimes } = issuerOf(0, () => {
      vi.advanceTimersByTime(59_999)
      return answer(60)
    })
    await afterTimers(issue())
    expect(startTimes).toHaveLength(1)
  })
})

it('the two grants take turns while token requests fail, until one succeeds', async () => {
  const failed = Array<Step>(5).fill(OUT_OF_ORDER)
  const { issue, refreshTokens } = issuerOf(0, ...failed, answer(), OUT_OF_ORDER)
  const request = { refreshToken: 'r', retry: false }
  for (const _ of failed) await rejectionOf(issue(request))
  await issue(request)
  await rejectionOf(issue(request))
  expect(refreshTokens).toEqual(['r', 'r', undefined, 'r', undefined, 'r', 'r'])
})

describe('the delay before a retry', () => {
  it.each([
    [0, [250, 500, 1_000, 2_000]],
    [1, [500, 1_000, 2_000, 4_000]],
  ])('doubles, and is at least half of its length (random: %i)', (random, delays) => {
    vi.spyOn(Math, 'random').mockReturnValue(random)
    onTestFinished(() => {
      vi.restoreAllMocks()
    })
    expect([0, 1, 2, 3].map(retryDelayMs)).toEqual(delays)
  })
})
