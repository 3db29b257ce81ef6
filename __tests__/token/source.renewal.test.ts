import axios from 'axios'
import { describe, expect, it, vi } from 'vitest'
import { attachCaspioAuth, createCaspioAuth } from '../../src/index.js'
import { PHYSICIANS, sleep, startAccount, startBench } from '../support/account.js'
import { atRest, fakeClocks, fakeTime } from '../support/clocks.js'
import { HOUR, MINUTE, SECOND } from '../support/durations.js'
import { startRawServer } from '../support/raw-server.js'
import { watchUnhandled } from '../support/unhandled.js'

describe('renewal before expiry', () => {
  describe('of a token that lives 24 hours', () => {
    fakeClocks()

    it('starts in the last tenth of its life, not earlier', async () => {
      const { account, api } = await startBench()
      await api.get(PHYSICIANS)
      vi.advanceTimersByTime(21.5 * HOUR)
      await api.get(PHYSICIANS)
      await sleep(30)
      expect(account.log.token).toHaveLength(1)
      // The window is 2 h 24 min long, shortened by a jitter of up to a fifth.
      vi.advanceTimersByTime(0.6 * HOUR)
      await api.get(PHYSICIANS)
      await vi.waitUntil(() => account.log.token.length === 2)
    })

    it('starts at a different time in each token source, within a fifth of the window', async () => {
      // The brokers answer at once: if the clock jumped during a token request, it would count as lost.
      const sources = Array.from({ length: 12 }, () => {
        let calls = 0
        const auth = createCaspioAuth(async () => {
          const access_token = `t${++calls}`
          return { access_token, token_type: 'bearer', expires_in: 86_399 }
        })
        return { auth, calls: () => calls }
      })
      for (const { auth } of sources) await auth.getAccessToken()
      const renewed: number[] = []
      const step = 3 * MINUTE
      vi.advanceTimersByTime(21.5 * HOUR)
      for (let left = 2.5 * HOUR; left > 1.8 * HOUR; left -= step) {
        await Promise.all(sources.map(({ auth }) => auth.getAccessToken()))
        await atRest()
        renewed.push(sources.filter(({ calls }) => calls() === 2).length)
        vi.advanceTimersByTime(step)
      }
      expect(renewed[0]).toBe(0)
      expect(renewed.at(-1)).toBe(12)
      // They do not all renew at the same time.
      expect(new Set(renewed).size).toBeGreaterThan(3)
    })

    it('hides an outage of two hours, and leaves no unhandled rejection', async () => {
      const { unhandled, end } = watchUnhandled()
      const { account, api, events } = await startBench({ retries: 0 })
      await api.get(PHYSICIANS)
      vi.advanceTimersByTime(22.1 * HOUR)
      account.tokenEndpoint.fail()
      const failures = () => events.filter((event) => event.type === 'acquisition-failed')
      for (let i = 1; i <= 60; i++) {
        await api.get(PHYSICIANS)
        await vi.waitUntil(() => failures().length === i)
        vi.advanceTimersByTime(1.75 * MINUTE)
      }
      account.tokenEndpoint.restore()
      await api.get(PHYSICIANS)
      await vi.waitUntil(() => events.filter(({ type }) => type === 'token-taken').length === 2)
      end()
      expect(account.log.api.filter(({ status }) => status !== 200)).toEqual([])
      expect(failures().length).toBeGreaterThan(10)
      expect(failures().every(({ background }) => background)).toBe(true)
      expect(unhandled).toEqual([])
    })

    it('is not retried before the cooldown ends, if it fails', async () => {
      const { account, api, events } = await startBench({ retries: 0 })
      await api.get(PHYSICIANS)
      vi.advanceTimersByTime(22.1 * HOUR)
      account.tokenEndpoint.fail()
      await api.get(PHYSICIANS)
      await vi.waitUntil(() => events.some(({ type }) => type === 'acquisition-failed'))
      for (let i = 0; i < 20; i++) await api.get(PHYSICIANS)
      await sleep(30)
      // The refresh grant, and the client credentials.
      expect(account.log.token).toHaveLength(3)
    })

    it('starts renewBefore seconds before expiry, but never before half of its life has passed', async () => {
      const { account, api } = await startBench({ renewBefore: 1_000_000 })
      await api.get(PHYSICIANS)
      vi.advanceTimersByTime(11.9 * HOUR)
      await api.get(PHYSICIANS)
      await sleep(30)
      expect(account.log.token).toHaveLength(1)
      vi.advanceTimersByTime(2.6 * HOUR)
      await api.get(PHYSICIANS)
      await vi.waitUntil(() => account.log.token.length === 2)
    })

    it('waits until the token has expired, if renewBefore is 0', async () => {
      const { account, api } = await startBench({ renewBefore: 0 })
      await api.get(PHYSICIANS)
      vi.advanceTimersByTime(24 * HOUR - 10 * SECOND)
      await api.get(PHYSICIANS)
      await sleep(30)
      expect(account.log.token).toHaveLength(1)
      // Too close to expiry to be used: the request waits for a new token.
      vi.advanceTimersByTime(6 * SECOND)
      await api.get(PHYSICIANS)
      expect(account.log.token).toHaveLength(2)
      expect(account.log.api.every(({ status }) => status === 200)).toBe(true)
    })

    it('counts the life from the time when the token request was sent', async () => {
      const account = await startAccount()
      const auth = createCaspioAuth(account.credentials)
      account.tokenEndpoint.latency = 50
      const pending = auth.getAccessToken()
      vi.advanceTimersByTime(10 * SECOND)
      expect((await pending).expires_in).toBe(86_389)
    })

    it('happens before the next request, if the machine slept past the expiry', async () => {
      const { account, api } = await startBench()
      await api.get(PHYSICIANS)
      vi.setSystemTime(Date.now() + 30 * HOUR)
      await api.get(PHYSICIANS)
      expect(account.log.api.map(({ status }) => status)).toEqual([200, 200])
      expect(account.log.token).toHaveLength(2)
    })

    it('is not delayed by a wall clock that is set back', async () => {
      const { account, api } = await startBench()
      await api.get(PHYSICIANS)
      const then = Date.now()
      vi.advanceTimersByTime(23.9999 * HOUR)
      vi.setSystemTime(then - 24 * HOUR)
      await api.get(PHYSICIANS)
      expect(account.log.token).toHaveLength(2)
    })
  })
})

describe('a token whose life is unknown', () => {
  fakeClocks()

  it('is used until it is rejected', async () => {
    let issued = 0
    let revoked = ''
    const server = await startRawServer((request, response) => {
      if (request.url === '/oauth/token') {
        response.end(JSON.stringify({ access_token: `t${++issued}`, token_type: 'Bearer' }))
      } else {
        response.statusCode = request.headers.authorization === `Bearer ${revoked}` ? 401 : 200
        response.end('{}')
      }
    })
    const api = axios.create({ baseURL: server.url })
    const auth = attachCaspioAuth(api, {
      clientID: 'id',
      clientSecret: 'secret',
      tokenEndpointURL: `${server.url}/oauth/token`,
    })
    await api.get('/')
    vi.advanceTimersByTime(400 * 24 * HOUR)
    await api.get('/')
    expect(issued).toBe(1)
    expect(await auth.getAccessToken()).toEqual({ access_token: 't1', token_type: 'Bearer' })
    revoked = 't1'
    await api.get('/')
    expect(issued).toBe(2)
  })
})

describe('the times at which a token is renewed and no longer used', () => {
  fakeTime()

  /**
   * What a request does with a token of this age, in seconds: it uses the token, renews it in the
   * background, or waits for a new one because it has expired.
   */
  async function atAge(life: number, age: number, renewBefore?: number, random = 0) {
    const jitter = vi.spyOn(Math, 'random').mockReturnValue(random)
    let issued = 0
    const broker = async () => {
      await null
      return { access_token: `t${++issued}`, token_type: 'bearer', expires_in: life }
    }
    const auth = createCaspioAuth(broker, { ...(renewBefore !== undefined && { renewBefore }) })
    jitter.mockRestore()
    await auth.getAccessToken()
    vi.advanceTimersByTime(age * SECOND)
    const { access_token } = await auth.getAccessToken()
    await atRest()
    if (issued === 1) return 'used'
    return access_token === 't1' ? 'renewed' : 'expired'
  }

  it.each([
    [86_400, 'a tenth', 77_760],
    [1_000, 'a tenth', 900],
    [100, 'at least 30 s', 70],
    [40, 'at most half of its life', 20],
    [1, 'at most half of its life', 0.5],
  ])('a token of %i s is renewed %s before its end', async (life, _, age) => {
    expect(await atAge(life, age - 0.001)).toBe('used')
    expect(await atAge(life, age)).toBe('renewed')
  })

  it('the renewal is up to a fifth later, so that many processes do not renew at the same time', async () => {
    expect(await atAge(1_000, 919, undefined, 0.999)).toBe('used')
    expect(await atAge(1_000, 920, undefined, 0.999)).toBe('renewed')
  })

  it.each([
    [86_400, 5],
    [100, 5],
    [60, 3],
    [1, 0.05],
  ])('a token of %i s is no longer used %d s before its end', async (life, margin) => {
    expect(await atAge(life, life - margin - 0.001)).toBe('renewed')
    expect(await atAge(life, life - margin)).toBe('expired')
  })

  it.each([
    [10, 990, 'renewed'],
    [10, 989.999, 'used'],
    [700, 500, 'renewed'],
    [700, 499.999, 'used'],
    [0, 994.999, 'used'],
    [0, 995, 'expired'],
    [2, 994.999, 'used'],
    [2, 995, 'expired'],
  ])(
    'with renewBefore %i, a token of 1000 s that is %d s old is %s',
    async (renewBefore, age, outcome) => {
      expect(await atAge(1_000, age, renewBefore)).toBe(outcome)
    },
  )

  describe('a token is used until the exact millisecond', () => {
    /** Issues tokens with these lives, one after the other; returns what gets the current one. */
    function issueTokens(...lives: number[]) {
      let issued = 0
      const broker = async () => {
        await null
        return {
          access_token: `t${++issued}`,
          token_type: 'bearer',
          expires_in: lives[issued - 1] as number,
        }
      }
      const auth = createCaspioAuth(broker, { renewBefore: 0 })
      const currentToken = async (options?: { renew: boolean }) =>
        (await auth.getAccessToken(options)).access_token
      return currentToken
    }

    it('of its end', async () => {
      const currentToken = issueTokens(100, 100)
      expect(await currentToken()).toBe('t1')
      vi.advanceTimersByTime(94_700)
      expect(await currentToken()).toBe('t1')
      vi.advanceTimersByTime(299)
      expect(await currentToken()).toBe('t1')
      vi.advanceTimersByTime(1)
      expect(await currentToken()).toBe('t2')
    })

    it.each([
      ['a shorter life', 0.5, 474],
      ['a life that ends before the clocks are read again', 0.008, 7],
    ])('of its end, if it replaced another token and has %s', async (_, life, lastMs) => {
      const currentToken = issueTokens(86_400, life, 100)
      expect(await currentToken()).toBe('t1')
      expect(await currentToken()).toBe('t1')
      expect(await currentToken({ renew: true })).toBe('t2')
      vi.advanceTimersByTime(lastMs)
      expect(await currentToken()).toBe('t2')
      vi.advanceTimersByTime(1)
      expect(await currentToken()).toBe('t3')
    })

    it('of its end, even if the wall clock is set back', async () => {
      const currentToken = issueTokens(100, 100)
      expect(await currentToken()).toBe('t1')
      expect(await currentToken()).toBe('t1')
      vi.setSystemTime(Date.now() - HOUR)
      vi.advanceTimersByTime(94_999)
      expect(await currentToken()).toBe('t1')
      vi.advanceTimersByTime(1)
      expect(await currentToken()).toBe('t2')
    })
  })
})
