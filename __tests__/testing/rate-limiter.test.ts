import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { RateLimiter } from '../../src/testing/rate-limiter.js'
import { openAccount, openApi } from './client.js'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'] })
})

afterEach(() => {
  vi.useRealTimers()
})

function limiterOf(limit?: RateLimiter['limit']): RateLimiter {
  const limiter = new RateLimiter()
  limiter.limit = limit
  return limiter
}

const moveClock = (ms: number) => vi.setSystemTime(Date.now() + ms)

/** Whether it admits each of so many requests. */
const admissions = (limiter: RateLimiter, count: number) =>
  Array.from({ length: count }, () => limiter.admit())

describe('with a limit', () => {
  it('admits again when the window has passed, and no millisecond earlier', () => {
    const limiter = limiterOf({ requests: 2, seconds: 10 })
    expect(admissions(limiter, 3)).toEqual([true, true, false])
    moveClock(9_999)
    expect(limiter.admit()).toBe(false)
    moveClock(1)
    expect(admissions(limiter, 3)).toEqual([true, true, false])
  })

  it('says how many more requests it admits', () => {
    const limiter = limiterOf({ requests: 2, seconds: 10 })
    expect(limiter.usage).toEqual({ limit: 2, windowSeconds: 10, remaining: 2 })
    admissions(limiter, 3)
    expect(limiter.usage.remaining).toBe(0)
  })

  it('of a number means requests per second', () => {
    expect(limiterOf(3).usage).toEqual({ limit: 3, windowSeconds: 1, remaining: 3 })
  })

  it('forgets the requests that are in the future after the clock was set back', () => {
    const limiter = limiterOf({ requests: 1, seconds: 10 })
    limiter.admit()
    moveClock(-1)
    expect(admissions(limiter, 2)).toEqual([true, false])
  })

  it('counts from nothing after it was set again', () => {
    const limiter = limiterOf(1)
    limiter.admit()
    limiter.limit = 1
    expect(admissions(limiter, 2)).toEqual([true, false])
  })
})

describe('without a limit', () => {
  it('admits everything, and counts in windows of 300 s', () => {
    const limiter = limiterOf()
    expect(admissions(limiter, 2)).toEqual([true, true])
    expect(limiter.usage).toEqual({ limit: 2_000, windowSeconds: 300, remaining: 1_998 })
    moveClock(299_999)
    limiter.admit()
    expect(limiter.usage.remaining).toBe(1_997)
    moveClock(1)
    limiter.admit()
    expect(limiter.usage.remaining).toBe(1_999)
  })

  it('starts a new window if the clock is set back', () => {
    const limiter = limiterOf()
    admissions(limiter, 2)
    moveClock(-1)
    limiter.admit()
    expect(limiter.usage.remaining).toBe(1_999)
  })

  it('never says that less than nothing remains', () => {
    const limiter = limiterOf()
    admissions(limiter, 2_001)
    expect(limiter.usage.remaining).toBe(0)
  })
})

describe('the headers of the rate limit', () => {
  const NAMES = ['limit', 'remaining', 'window'].map((name) => `x-ratelimit-${name}`)
  const headersOf = ({ headers }: Response) => NAMES.map((name) => headers.get(name))

  it('come with every answer of v4, refusals included, and with no other', async () => {
    const account = await openAccount()
    const call = await openApi(account, '')
    account.rateLimit = { requests: 3, seconds: 60 }
    const v4 = '/integrations/rest/v4/me'
    expect(headersOf(await call(v4))).toEqual(['3', '2', '60'])
    expect(headersOf(await call('/integrations/rest/v3/tables'))).toEqual([null, null, null])
    expect(headersOf(await call('/integrations/rest/v4/nothing'))).toEqual(['3', '0', '60'])
    const refused = await call(v4)
    expect([refused.status, headersOf(refused)]).toEqual([429, ['3', '0', '60']])
  })

  it('can be replaced by those of a fault', async () => {
    const account = await openAccount()
    const call = await openApi(account, '/integrations/rest/v4')
    account.api.fail({ status: 503, headers: { 'X-RateLimit-Remaining': '0' } })
    expect(headersOf(await call('/me'))).toEqual(['2000', '0', '300'])
  })
})
