import axios from 'axios'
import { describe, expect, it, vi } from 'vitest'
import { resolveOptions } from '../../src/contract/options.js'
import {
  attachCaspioAuth,
  type CaspioAccessToken,
  type CaspioAuthEvent,
  type CaspioAuthOptions,
  createCaspioAuth,
} from '../../src/index.js'
import { now } from '../../src/lib/clock.js'
import { withoutSharing } from '../../src/store/without-sharing.js'
import type { Issued } from '../../src/token/issuer.js'
import { TokenSource } from '../../src/token/source.js'
import {
  outcomesOf,
  PHYSICIANS,
  rejectionOf,
  sleep,
  startAccount,
  startBench,
  times,
} from '../support/account.js'
import { atRest, fakeClocks, fakeTime } from '../support/clocks.js'
import { startRawServer } from '../support/raw-server.js'
import { watchUnhandled } from '../support/unhandled.js'

const SECOND = 1_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE

function grants(events: CaspioAuthEvent[]): string[] {
  return events.flatMap((event) => (event.type === 'token-request' ? [event.grant] : []))
}

/** Waits until something in the background has happened. */
async function waitUntil(condition: () => boolean): Promise<void> {
  await vi.waitUntil(condition, { timeout: 5_000, interval: 5 })
}

describe('single flight', () => {
  it('sends one token request for 200 requests at a cold start', async () => {
    const { account, api } = await startBench()
    const answers = await times(200, () => api.get(PHYSICIANS))
    expect(answers.map(({ status }) => status)).toEqual(Array(200).fill(200))
    expect(account.log.token).toHaveLength(1)
  })

  it('rejects every waiting request with its own error, which holds its own config', async () => {
    const { account, api } = await startBench({ retries: 0 })
    account.tokenEndpoint.fail()
    const errors = await times(20, (i) => rejectionOf(api.get(PHYSICIANS, { params: { i } })))
    expect(account.log.token).toHaveLength(1)
    expect(new Set(errors).size).toBe(20)
    expect(errors.map((error) => error.config.params.i)).toEqual(errors.map((_, i) => i))
    expect(errors.every((error) => error.response.config === error.config)).toBe(true)
  })

  it('sends separate token requests for two accounts in one process', async () => {
    const [a, b] = [await startAccount(), await startAccount()]
    const tokens = await Promise.all(
      [a, b].map((account) => createCaspioAuth(account.credentials).getAccessToken()),
    )
    expect(tokens[0]?.access_token).not.toBe(tokens[1]?.access_token)
    expect([a.log.token.length, b.log.token.length]).toEqual([1, 1])
  })
})

describe('the first token request', () => {
  it('is sent at the first request to Caspio, and not before', async () => {
    const { account, api } = await startBench()
    const otherServer = await startRawServer()
    await api.get(`${otherServer.url}/charges`)
    await sleep(50)
    expect(account.log.token).toHaveLength(0)
    await api.get(PHYSICIANS)
    expect(account.log.token).toHaveLength(1)
  })
})

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
      await waitUntil(() => account.log.token.length === 2)
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
        await waitUntil(() => failures().length === i)
        vi.advanceTimersByTime(1.75 * MINUTE)
      }
      account.tokenEndpoint.restore()
      await api.get(PHYSICIANS)
      await waitUntil(() => events.filter(({ type }) => type === 'token-taken').length === 2)
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
      await waitUntil(() => events.some(({ type }) => type === 'acquisition-failed'))
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
      await waitUntil(() => account.log.token.length === 2)
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

describe('replacing a rejected token', () => {
  it('sends one more token request for 200 requests with a revoked token', async () => {
    const { account, api } = await startBench()
    await api.get(PHYSICIANS)
    account.revoke()
    const answers = await times(200, () => api.get(PHYSICIANS))
    expect(answers.every(({ status }) => status === 200)).toBe(true)
    expect(account.log.token).toHaveLength(2)
  })

  it('requests no token for a late 401 that rejects an old one', async () => {
    let token = 0
    let issued = 0
    const server = await startRawServer((request, response) => {
      if (request.url === '/oauth/token') {
        issued++
        response.end(JSON.stringify({ access_token: `t${++token}`, token_type: 'bearer' }))
        return
      }
      const isStale = request.headers.authorization === 'Bearer t1'
      const delay = isStale ? Number(request.url.slice(1)) : 0
      setTimeout(() => {
        response.statusCode = isStale && issued > 0 ? 401 : 200
        response.end('{}')
      }, delay)
    })
    const api = axios.create({ baseURL: server.url })
    attachCaspioAuth(api, {
      clientID: 'id',
      clientSecret: 'secret',
      tokenEndpointURL: `${server.url}/oauth/token`,
    })
    // The 401s arrive over 400 ms, long after the renewal has ended.
    const answers = await times(200, (i) => api.get(`/${i * 2}`))
    expect(answers.every(({ status }) => status === 200)).toBe(true)
    expect(issued).toBe(2)
  })

  it('shares a renewal that is already running', async () => {
    const { account, api } = await startBench()
    await api.get(PHYSICIANS)
    account.revoke()
    account.tokenEndpoint.latency = 150
    const answers = await times(30, async (i) => {
      await sleep(i * 5)
      return api.get(PHYSICIANS)
    })
    expect(answers.every(({ status }) => status === 200)).toBe(true)
    expect(account.log.token).toHaveLength(2)
  })
})

describe('useless renewals', () => {
  it('sends 2 token requests for 50 requests to a resource that always answers 401', async () => {
    const { account, api } = await startBench()
    account.api.fail({ status: 401 })
    for (let i = 0; i < 50; i++) {
      const error = await rejectionOf(api.get(PHYSICIANS))
      expect(error.response.status).toBe(401)
    }
    expect(account.log.token).toHaveLength(2)
    // Only the first request is resent.
    expect(account.log.api).toHaveLength(51)
  })

  it('resends requests that were sent with an older token, and sends no token request for them', async () => {
    let issued = 0
    const server = await startRawServer((request, response) => {
      if (request.url === '/oauth/token') {
        response.end(JSON.stringify({ access_token: `t${++issued}`, token_type: 'bearer' }))
        return
      }
      const isFirst = request.headers.authorization === 'Bearer t1'
      setTimeout(() => response.writeHead(401).end(), isFirst ? Number(request.url.slice(1)) : 0)
    })
    const api = axios.create({ baseURL: server.url })
    attachCaspioAuth(api, {
      clientID: 'id',
      clientSecret: 'secret',
      tokenEndpointURL: `${server.url}/oauth/token`,
    })
    // The first 401 arrives at once, the others long after its resend has been answered.
    await times(20, (i) => rejectionOf(api.get(`/${i && 200 + i * 10}`)))
    expect(issued).toBe(2)
    expect(server.received.filter(({ url }) => url !== '/oauth/token')).toHaveLength(40)
  })

  it('starts a cooldown at once, although the renewal before it was useful', async () => {
    const { account, api } = await startBench()
    await api.get(PHYSICIANS)
    account.revoke()
    await api.get(PHYSICIANS)
    account.log.clear()
    account.api.fail({ status: 401 })
    for (let i = 0; i < 20; i++) await rejectionOf(api.get(PHYSICIANS))
    expect(account.log.token).toHaveLength(1)
  })

  it('does not count a resend without an answer as a useful renewal', async () => {
    const { account, api } = await startBench()
    account.api.fail({ status: 401, times: 1 })
    account.api.fail({ reset: true, times: 1 })
    account.api.fail({ status: 401, times: 1 })
    expect((await rejectionOf(api.get(PHYSICIANS))).response).toBeUndefined()
    expect((await rejectionOf(api.get(PHYSICIANS))).response.status).toBe(401)
    expect(account.log.token).toHaveLength(2)
  })

  it('does not request a token each time that a stream is rejected', async () => {
    const { Readable } = await import('node:stream')
    const { account, api } = await startBench()
    account.api.fail({ status: 401 })
    for (let i = 0; i < 20; i++) {
      await rejectionOf(api.post(PHYSICIANS, Readable.from(['{}']), { maxRedirects: 0 }))
    }
    expect(account.log.token.length).toBeLessThanOrEqual(3)
  })

  describe('over time', () => {
    fakeClocks()

    it('are repeated after 1 s, then 2 s, 4 s … of one resource', async () => {
      const { account, api } = await startBench()
      account.api.fail({ status: 401 })
      const cooldowns: number[] = []
      let since = 0
      await rejectionOf(api.get(PHYSICIANS))
      let count = account.log.token.length
      for (; cooldowns.length < 8; since += 500) {
        await rejectionOf(api.get(PHYSICIANS))
        if (account.log.token.length > count) {
          count = account.log.token.length
          cooldowns.push(since / SECOND)
          since = 0
        }
        vi.advanceTimersByTime(500)
      }
      expect(cooldowns).toEqual([1, 2, 4, 8, 16, 32, 64, 128])
    }, 60_000)

    it('of one resource do not keep another one from being recovered at once', async () => {
      const { account, api } = await startBench()
      account.api.fail({ status: 401, path: '/rest/v2/tables/Locked' })
      const locked = () => rejectionOf(api.get('/tables/Locked/records'))
      for (const seconds of [1, 2, 4, 8, 16, 32]) {
        await locked()
        account.revoke()
        account.log.clear()
        await locked()
        expect(account.log.token).toHaveLength(0)
        await api.get(PHYSICIANS)
        expect(account.log.token).toHaveLength(1)
        vi.advanceTimersByTime(seconds * SECOND)
      }
    })

    it('do not keep other requests from being recovered, if one resource is forbidden', async () => {
      const { account, api } = await startBench()
      account.api.fail({ status: 401, path: '/rest/v2/tables/Locked' })
      await api.get(PHYSICIANS)
      account.revoke()
      const [locked, ...others] = await Promise.all([
        rejectionOf(api.get('/tables/Locked/records')),
        ...Array.from({ length: 20 }, () => api.get(PHYSICIANS)),
      ])
      expect(locked.response.status).toBe(401)
      expect(others.every(({ status }) => status === 200)).toBe(true)
      expect(account.log.token).toHaveLength(2)
    })

    it('are not assumed for a token that has worked for an hour', async () => {
      const { account, api } = await startBench()
      account.api.fail({ status: 401, times: 1 })
      // The resend that would have proved that the new token works fails in the network.
      account.api.fail({ reset: true, times: 1 })
      await rejectionOf(api.get(PHYSICIANS))
      await api.get(PHYSICIANS)
      vi.advanceTimersByTime(HOUR)
      account.revoke()
      expect((await api.get(PHYSICIANS)).status).toBe(200)
    })
  })
})

describe('failures', () => {
  it('retries after two answers of 503, and the request succeeds', async () => {
    const { account, api } = await startBench()
    account.tokenEndpoint.fail({ times: 2 })
    expect((await api.get(PHYSICIANS)).status).toBe(200)
    expect(account.log.token.map(({ status }) => status)).toEqual([503, 503, 200])
  })

  it('retries after a connection reset', async () => {
    const { account, api } = await startBench()
    account.tokenEndpoint.fail({ times: 1, reset: true })
    expect((await api.get(PHYSICIANS)).status).toBe(200)
  })

  it('retries if Caspio reports its rate limit with a 400', async () => {
    const { account, api } = await startBench()
    account.tokenEndpoint.fail({ times: 1, status: 400, body: '{"Code":"api-calls-rate"}' })
    expect((await api.get(PHYSICIANS)).status).toBe(200)
  })

  it('ends an attempt after the timeout, even if bytes still arrive', async () => {
    let open = 0
    const server = await startRawServer((_, response) => {
      open++
      response.writeHead(200)
      const timer = setInterval(() => response.write(' '), 20)
      response.on('close', () => {
        open--
        clearInterval(timer)
      })
    })
    const auth = createCaspioAuth(
      { clientID: 'id', clientSecret: 'secret', tokenEndpointURL: `${server.url}/oauth/token` },
      { timeout: 150, retries: 1 },
    )
    const started = performance.now()
    const error = await rejectionOf(auth.getAccessToken())
    expect(error.code).toBe('ERR_CASPIO_TOKEN_ENDPOINT')
    expect(error.cause.code).toBe('ETIMEDOUT')
    expect(server.received).toHaveLength(2)
    expect(performance.now() - started).toBeLessThan(2_000)
    // The connection is closed, too.
    await waitUntil(() => open === 0)
  })

  it('waits as long as Retry-After asks, if that is at most 10 s', async () => {
    const { account, api } = await startBench()
    account.tokenEndpoint.fail({ times: 1, status: 429, retryAfter: 1 })
    const started = performance.now()
    await api.get(PHYSICIANS)
    expect(performance.now() - started).toBeGreaterThan(990)
  })

  describe('over time', () => {
    fakeClocks()

    it('start a cooldown of 1 s, then 2 s, 4 s … up to 30 s, with one attempt after each', async () => {
      const { account, api } = await startBench()
      account.tokenEndpoint.fail()
      const first = await rejectionOf(api.get(PHYSICIANS))
      expect(account.log.token).toHaveLength(3)
      expect(first.nextAttemptAt.getTime() - Date.now()).toBe(1_000)
      expect(first.message).toContain(first.nextAttemptAt.toISOString())

      const cooldowns: number[] = []
      let since = 0
      let count = 3
      for (; cooldowns.length < 7; since += 500) {
        const error = await rejectionOf(api.get(PHYSICIANS))
        expect(error.code).toBe('ERR_CASPIO_TOKEN_ENDPOINT')
        if (account.log.token.length > count) {
          expect(account.log.token.length).toBe(count + 1)
          count = account.log.token.length
          cooldowns.push(since / SECOND)
          since = 0
        }
        vi.advanceTimersByTime(500)
      }
      expect(cooldowns).toEqual([1, 2, 4, 8, 16, 30, 30])

      account.tokenEndpoint.restore()
      vi.advanceTimersByTime(30 * SECOND)
      expect((await api.get(PHYSICIANS)).status).toBe(200)
    }, 30_000)

    it('are not retried if Retry-After exceeds 10 s; the cooldown lasts that long instead', async () => {
      const { account, api } = await startBench()
      account.tokenEndpoint.fail({ status: 429, retryAfter: 120, times: 1 })
      await rejectionOf(api.get(PHYSICIANS))
      expect(account.log.token).toHaveLength(1)
      vi.advanceTimersByTime(119 * SECOND)
      await rejectionOf(api.get(PHYSICIANS))
      expect(account.log.token).toHaveLength(1)
      vi.advanceTimersByTime(2 * SECOND)
      expect((await api.get(PHYSICIANS)).status).toBe(200)
    })

    it('limit a Retry-After of a day to 5 minutes', async () => {
      const { account, api } = await startBench()
      account.tokenEndpoint.fail({ status: 503, retryAfter: 86_400, times: 1 })
      const error = await rejectionOf(api.get(PHYSICIANS))
      expect(error.nextAttemptAt.getTime() - Date.now()).toBe(5 * MINUTE)
      vi.advanceTimersByTime(5 * MINUTE)
      expect((await api.get(PHYSICIANS)).status).toBe(200)
    })

    it('allow one token request every 30 s, if the credentials are wrong', async () => {
      const { account, api } = await startBench()
      account.rotateSecret()
      for (let i = 0; i < 10; i++) {
        expect((await rejectionOf(api.get(PHYSICIANS))).code).toBe('ERR_CASPIO_CREDENTIALS')
      }
      expect(account.log.token).toHaveLength(1)
      vi.advanceTimersByTime(29.9 * SECOND)
      await rejectionOf(api.get(PHYSICIANS))
      expect(account.log.token).toHaveLength(1)
      vi.advanceTimersByTime(0.2 * SECOND)
      await rejectionOf(api.get(PHYSICIANS))
      expect(account.log.token).toHaveLength(2)
    })

    it('do not delay getAccessToken({ renew: true })', async () => {
      const { account, api, auth } = await startBench({ retries: 0 })
      account.tokenEndpoint.fail({ times: 1, retryAfter: 300 })
      await rejectionOf(api.get(PHYSICIANS))
      await auth.getAccessToken({ renew: true })
      expect((await api.get(PHYSICIANS)).status).toBe(200)
    })

    it('start a cooldown that a wall clock set back does not prolong', async () => {
      const { account, api } = await startBench({ retries: 0 })
      account.tokenEndpoint.fail({ times: 1 })
      await rejectionOf(api.get(PHYSICIANS))
      const then = Date.now()
      vi.advanceTimersByTime(1.1 * SECOND)
      vi.setSystemTime(then - 24 * HOUR)
      expect((await api.get(PHYSICIANS)).status).toBe(200)
    })
  })
})

describe('grants', () => {
  fakeClocks()

  it('renews before expiry with the refresh token, and leaves only one refresh token valid', async () => {
    const { account, api, events } = await startBench()
    for (let day = 0; day < 5; day++) {
      await api.get(PHYSICIANS)
      vi.advanceTimersByTime(22.2 * HOUR)
      await api.get(PHYSICIANS)
      await waitUntil(() => account.log.token.length === day + 2)
    }
    await waitUntil(() => grants(events).length === 6)
    expect(grants(events)).toEqual(['client_credentials', ...Array(5).fill('refresh_token')])
    expect(account.liveRefreshTokens).toBe(1)
  })

  it('uses the refresh token after the access token has expired, too', async () => {
    const { api, events } = await startBench()
    await api.get(PHYSICIANS)
    vi.advanceTimersByTime(40 * HOUR)
    await api.get(PHYSICIANS)
    expect(grants(events)).toEqual(['client_credentials', 'refresh_token'])
  })

  it('forgets a refused refresh token, and uses the client credentials at once', async () => {
    const { account, api, events } = await startBench({ retries: 0 })
    await api.get(PHYSICIANS)
    account.revokeRefreshTokens()
    vi.advanceTimersByTime(40 * HOUR)
    account.tokenEndpoint.fail({ status: 400, body: '{"error":"invalid_grant"}', times: 1 })
    account.tokenEndpoint.fail({ times: 1 })
    await rejectionOf(api.get(PHYSICIANS))
    vi.advanceTimersByTime(2 * SECOND)
    await api.get(PHYSICIANS)
    expect(grants(events)).toEqual([
      'client_credentials',
      'refresh_token',
      'client_credentials',
      'client_credentials',
    ])
  })

  it('keeps the refresh token during an outage', async () => {
    const { account, api, events } = await startBench({ retries: 0 })
    await api.get(PHYSICIANS)
    vi.advanceTimersByTime(40 * HOUR)
    account.tokenEndpoint.fail({ times: 2 })
    await rejectionOf(api.get(PHYSICIANS))
    vi.advanceTimersByTime(2 * SECOND)
    await api.get(PHYSICIANS)
    expect(grants(events)).toEqual([
      'client_credentials',
      'refresh_token',
      'client_credentials',
      'refresh_token',
    ])
  })

  it.each([0, 2])(
    'uses the client credentials if the refresh grant fails %i retries long, too',
    async (retries) => {
      const { account, api, events } = await startBench({ retries })
      await api.get(PHYSICIANS)
      vi.advanceTimersByTime(40 * HOUR)
      account.tokenEndpoint.fail({ status: 503, times: 1 + retries })
      await api.get(PHYSICIANS)
      expect(grants(events)).toEqual([
        'client_credentials',
        ...Array(1 + retries).fill('refresh_token'),
        'client_credentials',
      ])
    },
  )

  it('sends no client credentials at once if the refused refresh grant asks to wait', async () => {
    const { account, api, events } = await startBench()
    await api.get(PHYSICIANS)
    vi.advanceTimersByTime(40 * HOUR)
    account.tokenEndpoint.fail({ status: 429, headers: { 'Retry-After': '60' } })
    await rejectionOf(api.get(PHYSICIANS))
    expect(grants(events)).toEqual(['client_credentials', 'refresh_token'])
  })

  it('uses the client credentials after a refused refresh token, whatever the reason', async () => {
    const { account, api, events } = await startBench()
    await api.get(PHYSICIANS)
    account.rotateSecret()
    vi.advanceTimersByTime(40 * HOUR)
    expect((await rejectionOf(api.get(PHYSICIANS))).code).toBe('ERR_CASPIO_CREDENTIALS')
    expect(grants(events)).toEqual(['client_credentials', 'refresh_token', 'client_credentials'])
  })

  it('uses the client credentials after Caspio rejected the access token', async () => {
    const { account, api, events } = await startBench()
    await api.get(PHYSICIANS)
    account.revoke()
    await api.get(PHYSICIANS)
    expect(grants(events)).toEqual(['client_credentials', 'client_credentials'])
  })

  it('keeps the old refresh token if the answer contains no new one (RFC 6749 §6)', async () => {
    const forms: string[] = []
    const server = await startRawServer((request, response) => {
      forms.push(request.body.toString())
      const isFirst = forms.length === 1
      response.end(
        JSON.stringify({
          access_token: `t${forms.length}`,
          token_type: 'bearer',
          expires_in: 60,
          ...(isFirst && { refresh_token: 'r1' }),
        }),
      )
    })
    const auth = createCaspioAuth({
      clientID: 'id',
      clientSecret: 'secret',
      tokenEndpointURL: `${server.url}/oauth/token`,
    })
    for (let i = 0; i < 3; i++) {
      await auth.getAccessToken()
      vi.advanceTimersByTime(2 * MINUTE)
    }
    const refresh = 'grant_type=refresh_token&refresh_token=r1'
    expect(forms).toEqual(['grant_type=client_credentials', refresh, refresh])
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

    it('of its end, if the wall clock is set back meanwhile', async () => {
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

describe('a late rejection of an old token', () => {
  fakeTime()

  it.each([
    ['returns the current token', 10, 't2'],
    ['returns a new token if the current one has expired', 60, 't3'],
  ])('%s', async (_, age, expected) => {
    let issued = 0
    const issue = async (): Promise<Issued> => {
      const accessToken = `t${++issued}`
      const token = { accessToken, tokenType: 'bearer', lifeSeconds: 60, refreshToken: undefined }
      return { token: { ...token, requestedAt: now() }, grant: 'client_credentials' }
    }
    const transport = { defaults: {} }
    const source = new TokenSource(withoutSharing(issue), resolveOptions(), () => {})
    const old = await source.acquire(transport)
    await source.renew(transport)
    vi.advanceTimersByTime(age * SECOND)
    expect(await source.replace(old, 'GET /', false, transport)).toMatchObject({
      accessToken: expected,
    })
  })
})

it('a renewal that ends after invalidate() returns its token, without the old refresh token', async () => {
  const grants = ['client_credentials', 'refresh_token'] as const
  const answers: (() => void)[] = []
  const issue = () =>
    new Promise<Issued>((resolve) => {
      const grant = grants[answers.length]
      const accessToken = `t${answers.length + 1}`
      const refreshToken = grant === 'client_credentials' ? 'r1' : undefined
      const token = { accessToken, tokenType: 'bearer', lifeSeconds: 60, refreshToken }
      answers.push(() => resolve({ token: { ...token, requestedAt: now() }, grant }))
    })
  const transport = { defaults: {} }
  const source = new TokenSource(withoutSharing(issue), resolveOptions(), () => {})
  const first = source.acquire(transport)
  answers[0]?.()
  await first
  const renewed = source.renew(transport)
  source.invalidate()
  answers[1]?.()
  expect(await renewed).toMatchObject({ accessToken: 't2', refreshToken: undefined })
})

describe('a token request that is never answered, because its worker has ended', () => {
  fakeTime()

  function startUnanswered(options?: CaspioAuthOptions) {
    const answers: (() => void)[] = []
    const issue = () =>
      new Promise<Issued>((resolve) => {
        const accessToken = `t${answers.length + 1}`
        const token = {
          accessToken,
          tokenType: 'bearer',
          lifeSeconds: 1_000,
          refreshToken: undefined,
        }
        const issued = { token: { ...token, requestedAt: now() }, grant: 'client_credentials' }
        answers.push(() => resolve(issued as Issued))
      })
    return {
      source: new TokenSource(withoutSharing(issue), resolveOptions(options), () => {}),
      answers,
    }
  }
  const transport = { defaults: {} }

  it.each([
    ['the default options', undefined, 125],
    ['a timeout of 0.5 s and no retries', { retries: 0, timeout: 500 }, 28],
  ])('is awaited only as long as it may take, with %s', async (_, options, seconds) => {
    const { source, answers } = startUnanswered(options)
    source.acquire(transport)
    vi.advanceTimersByTime(seconds * SECOND - 1)
    source.acquire(transport)
    expect(answers).toHaveLength(1)
    vi.advanceTimersByTime(1)
    const waiting = [source.acquire(transport), source.acquire(transport)]
    expect(answers).toHaveLength(2)
    answers[1]?.()
    expect(await Promise.all(waiting)).toMatchObject(Array(2).fill({ accessToken: 't2' }))
  })

  it('does not keep the token from being renewed before expiry', async () => {
    const { source, answers } = startUnanswered({ renewBefore: 200 })
    const first = source.acquire(transport)
    answers[0]?.()
    await first
    // In the last fifth of its life.
    vi.advanceTimersByTime(845 * SECOND)
    for (const seconds of [0, 100]) {
      vi.advanceTimersByTime(seconds * SECOND)
      expect(await source.acquire(transport)).toMatchObject({ accessToken: 't1' })
      expect(answers).toHaveLength(2)
    }
    // The token has expired meanwhile.
    vi.advanceTimersByTime(70 * SECOND)
    const waiting = source.acquire(transport)
    answers[2]?.()
    expect(await waiting).toMatchObject({ accessToken: 't3' })
  })

  it('does not end the next token request if it is answered after all', async () => {
    const { source, answers } = startUnanswered()
    const late = source.acquire(transport)
    vi.advanceTimersByTime(125 * SECOND)
    source.acquire(transport)
    answers[0]?.()
    await late
    source.renew(transport)
    expect(answers).toHaveLength(2)
  })
})

describe('the Node.js process', () => {
  fakeTime()

  /** A token source whose broker answers when the test says so; and its running intervals. */
  function startSource() {
    const calls: { resolve(): void; reject(): void }[] = []
    const broker = () =>
      new Promise<CaspioAccessToken>((resolve, reject) => {
        const token = { access_token: `t${calls.length}`, token_type: 'bearer', expires_in: 60 }
        calls.push({ resolve: () => resolve(token), reject: () => reject(new Error('no')) })
      })
    const set = vi.spyOn(globalThis, 'setTimeout')
    const cleared = vi.spyOn(globalThis, 'clearTimeout')
    /** The timers that keep the process alive. The others are short. */
    const holds = () => {
      const long = set.mock.results.filter((_, index) => set.mock.calls[index]?.[1] === 2 ** 31 - 1)
      return long.filter(({ value }) => !cleared.mock.calls.some(([timer]) => timer === value))
        .length
    }
    return { auth: createCaspioAuth(broker), calls, holds }
  }

  it.each(['resolve', 'reject'] as const)(
    'stays alive while your code waits for a token, and no longer: %s',
    async (end) => {
      const { auth, calls, holds } = startSource()
      const outcomes = outcomesOf([1, 2, 3].map(() => auth.getAccessToken()))
      await atRest()
      expect(holds()).toBe(1)
      calls[0]?.[end]()
      await outcomes
      expect(holds()).toBe(0)
    },
  )

  it.each(['resolve', 'reject'] as const)(
    'is not kept alive by a renewal in the background, until your code waits for it: %s',
    async (end) => {
      const { auth, calls, holds } = startSource()
      const first = auth.getAccessToken()
      await atRest()
      calls[0]?.resolve()
      await first
      vi.advanceTimersByTime(40 * SECOND)
      expect((await auth.getAccessToken()).access_token).toBe('t0')
      await atRest()
      expect([calls.length, holds()]).toEqual([2, 0])
      const outcomes = outcomesOf([auth.getAccessToken({ renew: true })])
      await atRest()
      expect([calls.length, holds()]).toEqual([2, 1])
      calls[1]?.[end]()
      await outcomes
      expect(holds()).toBe(0)
    },
  )
})
