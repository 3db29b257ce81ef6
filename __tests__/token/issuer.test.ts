import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import type { Failure } from '../../src/contract/errors.js'
import {
  createIssuer,
  type Granted,
  type IssueRequest,
  type TokenIssuer,
} from '../../src/token/issuer.js'
import { rejectionOf } from '../support/account.js'
import { issueRequest } from '../support/issue-request.js'

const OUT_OF_ORDER: Failure = {
  code: 'ERR_CASPIO_TOKEN_ENDPOINT',
  message: 'it is out of order',
  isTemporary: true,
}
const REFUSED: Failure = {
  code: 'ERR_CASPIO_TOKEN_RESPONSE',
  message: 'it refused the grant',
}

function answer(life = 60, refreshToken?: string): Granted {
  const token = { accessToken: 'a', tokenType: 'bearer', lifeSeconds: life, refreshToken }
  return { token, answer: token, grant: 'client_credentials' }
}

type Step = Failure | Granted | (() => Granted)

/** An issuer whose attempts end so, one after the other; and when each began, with what. */
function issuerOf(retries: number, ...steps: Step[]) {
  const begun: number[] = []
  const asked: (string | undefined)[] = []
  const started = performance.now()
  const issuer = createIssuer(async ({ refreshToken }) => {
    begun.push(performance.now() - started)
    asked.push(refreshToken)
    const step = steps[begun.length - 1] as Step
    if (typeof step === 'function') return step()
    if ('code' in step) throw step
    return step
  }, retries)
  const issue = (request: Partial<IssueRequest> = {}): ReturnType<TokenIssuer> =>
    issuer(issueRequest(request))
  return { issue, begun, asked }
}

/** Lets the fake clocks run until it ends. */
async function ended<T>(promise: Promise<T>): Promise<T> {
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
  ])('are spread over a half of 0.5 s, 1 s, 2 s … (random: %f)', async (random, times) => {
    vi.spyOn(Math, 'random').mockReturnValue(random)
    const { issue, begun } = issuerOf(3, OUT_OF_ORDER, OUT_OF_ORDER, OUT_OF_ORDER, answer())
    await ended(issue())
    for (const [i, time] of times.entries()) expect(begun[i]).toBeCloseTo(time, -1)
  })

  it('are as many as the retries allow, and end with the last failure', async () => {
    const last = { ...OUT_OF_ORDER, message: 'it still is' }
    const { issue, begun } = issuerOf(2, OUT_OF_ORDER, OUT_OF_ORDER, last)
    expect(await rejectionOf(ended(issue()))).toMatchObject(last)
    expect(begun).toHaveLength(3)
  })

  it('are one where that is asked for', async () => {
    const { issue, begun } = issuerOf(2, OUT_OF_ORDER)
    await rejectionOf(ended(issue({ retry: false })))
    expect(begun).toHaveLength(1)
  })

  it('are one where another would not help', async () => {
    const { issue, begun } = issuerOf(2, { ...OUT_OF_ORDER, isTemporary: false })
    await rejectionOf(ended(issue()))
    expect(begun).toHaveLength(1)
  })

  it.each([
    [2_000, [0, 2_000]],
    // Not sooner than it would have been anyway.
    [1, [0, 500]],
    [10_000, [0, 10_000]],
    [10_001, [0]],
  ])('wait as long as Retry-After says, up to 10 s: %i ms', async (retryAfterMs, times) => {
    vi.spyOn(Math, 'random').mockReturnValue(1)
    const { issue, begun } = issuerOf(1, { ...OUT_OF_ORDER, retryAfterMs }, answer())
    await ended(issue()).catch(() => {})
    expect(begun.map(Math.round)).toEqual(times)
  })
})

describe('a refresh token', () => {
  it('that is refused is forgotten, and the client credentials are asked at once', async () => {
    const onRefreshTokenRefused = vi.fn()
    const { issue, begun, asked } = issuerOf(0, REFUSED, answer())
    await ended(issue({ refreshToken: 'old', onRefreshTokenRefused }))
    expect([asked, begun]).toEqual([
      ['old', undefined],
      [0, 0],
    ])
    expect(onRefreshTokenRefused).toHaveBeenCalledOnce()
  })

  it('that is refused is given up, though nobody wants to hear of it', async () => {
    const { issue, asked } = issuerOf(0, REFUSED, answer())
    await ended(issue({ refreshToken: 'old' }))
    expect(asked).toEqual(['old', undefined])
  })

  it('is kept through an outage', async () => {
    const onRefreshTokenRefused = vi.fn()
    const { issue, asked } = issuerOf(1, OUT_OF_ORDER, answer())
    await ended(issue({ refreshToken: 'old', onRefreshTokenRefused }))
    expect(asked).toEqual(['old', 'old'])
    expect(onRefreshTokenRefused).not.toHaveBeenCalled()
  })

  it('is not what was refused where there is none', async () => {
    const { issue, asked } = issuerOf(2, REFUSED)
    expect(await rejectionOf(ended(issue()))).toMatchObject(REFUSED)
    expect(asked).toEqual([undefined])
  })
})

describe('a token that died on its way', () => {
  const late = (life: number, refreshToken?: string) => () => {
    vi.advanceTimersByTime(life * 1_000)
    return answer(life, refreshToken)
  }

  it('is asked for again, once', async () => {
    const { issue, begun } = issuerOf(0, late(60), answer())
    const started = Date.now()
    const { token } = await ended(issue())
    expect(begun).toEqual([0, 60_000])
    // The life counts from the second time.
    expect(token.requestedAt.wall - started).toBe(60_000)
    const short = issuerOf(0, late(1), late(1))
    await ended(short.issue())
    expect(short.begun).toHaveLength(2)
  })

  it('may have brought a new refresh token, which is used', async () => {
    const { issue, asked } = issuerOf(0, late(60, 'new'), answer())
    await ended(issue({ refreshToken: 'old' }))
    expect(asked).toEqual(['old', 'new'])
  })

  it('leaves the old refresh token in use if it brought none', async () => {
    const { issue, asked } = issuerOf(0, late(60), answer())
    await ended(issue({ refreshToken: 'old' }))
    expect(asked).toEqual(['old', 'old'])
  })

  it('is not followed by a refresh token where none was used', async () => {
    const { issue, asked } = issuerOf(0, late(60, 'new'), answer())
    await ended(issue())
    expect(asked).toEqual([undefined, undefined])
  })

  it('did not die a moment before its end', async () => {
    const { issue, begun } = issuerOf(0, () => {
      vi.advanceTimersByTime(59_999)
      return answer(60)
    })
    await ended(issue())
    expect(begun).toHaveLength(1)
  })
})
