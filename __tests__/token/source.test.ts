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

/** Waits for what goes on in the background. */
async function settled(condition: () => boolean): Promise<void> {
  await vi.waitUntil(condition, { timeout: 5_000, interval: 5 })
}

describe('single flight', () => {
  it('a cold start of 200 requests costs one token request', async () => {
    const { account, api } = await startBench()
    const answers = await times(200, () => api.get(PHYSICIANS))
    expect(answers.map(({ status }) => status)).toEqual(Array(200).fill(200))
    expect(account.log.token).toHaveLength(1)
  })

  it('all who wait share a failure, each in an error of his own with his own request', async () => {
    const { account, api } = await startBench({ retries: 0 })
    account.tokenEndpoint.fail()
    const errors = await times(20, (i) => rejectionOf(api.get(PHYSICIANS, { params: { i } })))
    expect(account.log.token).toHaveLength(1)
    expect(new Set(errors).size).toBe(20)
    expect(errors.map((error) => error.config.params.i)).toEqual(errors.map((_, i) => i))
    expect(errors.every((error) => error.response.config === error.config)).toBe(true)
  })

  it('two accounts in one process do not share a flight', async () => {
    const [a, b] = [await startAccount(), await startAccount()]
    const tokens = await Promise.all(
      [a, b].map((account) => createCaspioAuth(account.credentials).getAccessToken()),
    )
    expect(tokens[0]?.access_token).not.toBe(tokens[1]?.access_token)
    expect([a.log.token.length, b.log.token.length]).toEqual([1, 1])
  })
})

describe('laziness', () => {
  it('nothing is fetched before the first request for Caspio', async () => {
    const { account, api } = await startBench()
    const stranger = await startRawServer()
    await api.get(`${stranger.url}/charges`)
    await sleep(50)
    expect(account.log.token).toHaveLength(0)
    await api.get(PHYSICIANS)
    expect(account.log.token).toHaveLength(1)
  })
})

describe('renewal ahead of expiry', () => {
  describe('of 24 hours', () => {
    fakeClocks()

    it('begins in the last tenth of the life, and not before', async () => {
      const { account, api } = await startBench()
      await api.get(PHYSICIANS)
      vi.advanceTimersByTime(21.5 * HOUR)
      await api.get(PHYSICIANS)
      await sleep(30)
      expect(account.log.token).toHaveLength(1)
      // The window is 2 h 24 min, less a jitter of up to a fifth.
      vi.advanceTimersByTime(0.6 * HOUR)
      await api.get(PHYSICIANS)
      await settled(() => account.log.token.length === 2)
    })

    it('opens at another time in every source, within a fifth of the window', async () => {
      // Answers at once: a request on its way would count as lost when the clock is put forward.
      const opened = Array.from({ length: 12 }, () => {
        let asked = 0
        const auth = createCaspioAuth(async () => {
          const access_token = `t${++asked}`
          return { access_token, token_type: 'bearer', expires_in: 86_399 }
        })
        return { auth, asked: () => asked }
      })
      for (const { auth } of opened) await auth.getAccessToken()
      const windows: number[] = []
      const step = 3 * MINUTE
      vi.advanceTimersByTime(21.5 * HOUR)
      for (let left = 2.5 * HOUR; left > 1.8 * HOUR; left -= step) {
        await Promise.all(opened.map(({ auth }) => auth.getAccessToken()))
        await atRest()
        windows.push(opened.filter(({ asked }) => asked() === 2).length)
        vi.advanceTimersByTime(step)
      }
      expect(windows[0]).toBe(0)
      expect(windows.at(-1)).toBe(12)
      // Not all at once.
      expect(new Set(windows).size).toBeGreaterThan(3)
    })

    it('an outage of two hours is invisible, and rejects nothing that nobody awaits', async () => {
      const { unhandled, end } = watchUnhandled()
      const { account, api, events } = await startBench({ retries: 0 })
      await api.get(PHYSICIANS)
      vi.advanceTimersByTime(22.1 * HOUR)
      account.tokenEndpoint.fail()
      for (let i = 0; i < 60; i++) {
        await api.get(PHYSICIANS)
        await sleep(5)
        vi.advanceTimersByTime(1.75 * MINUTE)
      }
      account.tokenEndpoint.restore()
      await api.get(PHYSICIANS)
      await settled(() => events.filter(({ type }) => type === 'token-taken').length === 2)
      end()
      expect(account.log.api.filter(({ status }) => status !== 200)).toEqual([])
      const failures = events.filter((event) => event.type === 'acquisition-failed')
      expect(failures.length).toBeGreaterThan(10)
      expect(failures.every(({ background }) => background)).toBe(true)
      expect(unhandled).toEqual([])
    })

    it('that fails is not tried again before the end of its pause', async () => {
      const { account, api, events } = await startBench({ retries: 0 })
      await api.get(PHYSICIANS)
      vi.advanceTimersByTime(22.1 * HOUR)
      account.tokenEndpoint.fail()
      await api.get(PHYSICIANS)
      await settled(() => events.some(({ type }) => type === 'acquisition-failed'))
      for (let i = 0; i < 20; i++) await api.get(PHYSICIANS)
      await sleep(30)
      expect(account.log.token).toHaveLength(2)
    })

    it('renewBefore says when, but never more than half of the life', async () => {
      const { account, api } = await startBench({ renewBefore: 1_000_000 })
      await api.get(PHYSICIANS)
      vi.advanceTimersByTime(11.9 * HOUR)
      await api.get(PHYSICIANS)
      await sleep(30)
      expect(account.log.token).toHaveLength(1)
      vi.advanceTimersByTime(2.6 * HOUR)
      await api.get(PHYSICIANS)
      await settled(() => account.log.token.length === 2)
    })

    it('renewBefore 0 renews when the token has expired', async () => {
      const { account, api } = await startBench({ renewBefore: 0 })
      await api.get(PHYSICIANS)
      vi.advanceTimersByTime(24 * HOUR - 10 * SECOND)
      await api.get(PHYSICIANS)
      await sleep(30)
      expect(account.log.token).toHaveLength(1)
      // Within the margin of expiry: waited for.
      vi.advanceTimersByTime(6 * SECOND)
      await api.get(PHYSICIANS)
      expect(account.log.token).toHaveLength(2)
      expect(account.log.api.every(({ status }) => status === 200)).toBe(true)
    })

    it('the life counts from when the token request was sent', async () => {
      const account = await startAccount()
      const auth = createCaspioAuth(account.credentials)
      account.tokenEndpoint.latency = 50
      const pending = auth.getAccessToken()
      vi.advanceTimersByTime(10 * SECOND)
      expect((await pending).expires_in).toBe(86_389)
    })

    it('an idle machine that slept through the expiry fetches before it sends', async () => {
      const { account, api } = await startBench()
      await api.get(PHYSICIANS)
      vi.setSystemTime(Date.now() + 30 * HOUR)
      await api.get(PHYSICIANS)
      expect(account.log.api.map(({ status }) => status)).toEqual([200, 200])
      expect(account.log.token).toHaveLength(2)
    })

    it('a wall clock that is set back does not prolong the life', async () => {
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
  it('200 requests on a revoked token cost one further token request', async () => {
    const { account, api } = await startBench()
    await api.get(PHYSICIANS)
    account.revoke()
    const answers = await times(200, () => api.get(PHYSICIANS))
    expect(answers.every(({ status }) => status === 200)).toBe(true)
    expect(account.log.token).toHaveLength(2)
  })

  it('a late 401 on an old token fetches nothing', async () => {
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
    // The 401s straggle in over 400 ms, long after the renewal ended.
    const answers = await times(200, (i) => api.get(`/${i * 2}`))
    expect(answers.every(({ status }) => status === 200)).toBe(true)
    expect(issued).toBe(2)
  })

  it('a 401 that comes in while the renewal runs joins it', async () => {
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

describe('fruitless renewals', () => {
  it('50 calls in a row of a resource that always answers 401 cost 2 token requests', async () => {
    const { account, api } = await startBench()
    account.api.fail({ status: 401 })
    for (let i = 0; i < 50; i++) {
      const error = await rejectionOf(api.get(PHYSICIANS))
      expect(error.response.status).toBe(401)
    }
    expect(account.log.token).toHaveLength(2)
    // Resent once, and then not any more.
    expect(account.log.api).toHaveLength(51)
  })

  it('stragglers are not resent with a token that is known to be rejected as well', async () => {
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
    // The first 401 comes at once, the others when its resend has long been answered.
    await times(20, (i) => rejectionOf(api.get(`/${i && 200 + i * 10}`)))
    expect(issued).toBe(2)
    expect(server.received.filter(({ url }) => url !== '/oauth/token')).toHaveLength(21)
  })

  it('a renewal that once helped does not excuse more than one that does not', async () => {
    const { account, api } = await startBench()
    await api.get(PHYSICIANS)
    account.revoke()
    await api.get(PHYSICIANS)
    account.log.clear()
    account.api.fail({ status: 401 })
    for (let i = 0; i < 20; i++) await rejectionOf(api.get(PHYSICIANS))
    expect(account.log.token).toHaveLength(2)
  })

  it('a resend that was never answered does not prove that renewing helps', async () => {
    const { account, api } = await startBench()
    account.api.fail({ status: 401, times: 1 })
    account.api.fail({ reset: true, times: 1 })
    account.api.fail({ status: 401, times: 1 })
    expect((await rejectionOf(api.get(PHYSICIANS))).response).toBeUndefined()
    expect((await rejectionOf(api.get(PHYSICIANS))).response.status).toBe(401)
    expect(account.log.token).toHaveLength(2)
  })

  it('a stream that is always rejected costs no token each time either', async () => {
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

    it('are tried again after 1 s, then 2 s, 4 s … up to 60 s', async () => {
      const { account, api } = await startBench()
      account.api.fail({ status: 401 })
      const pauses: number[] = []
      let since = 0
      await rejectionOf(api.get(PHYSICIANS))
      let count = account.log.token.length
      for (; pauses.length < 8; since += 500) {
        await rejectionOf(api.get(PHYSICIANS))
        if (account.log.token.length > count) {
          count = account.log.token.length
          pauses.push(since / SECOND)
          since = 0
        }
        vi.advanceTimersByTime(500)
      }
      expect(pauses).toEqual([1, 2, 4, 8, 16, 32, 60, 60])
    }, 60_000)

    it('other traffic does not end the pause; a recovery that succeeds does', async () => {
      const { account, api } = await startBench()
      account.api.fail({ status: 401, path: '/rest/v2/tables/Locked' })
      const locked = () => rejectionOf(api.get('/tables/Locked/records'))
      await locked()
      await api.get(PHYSICIANS)
      await locked()
      expect(account.log.token).toHaveLength(2)

      // Truly revoked: after the pause one recovery succeeds.
      vi.advanceTimersByTime(1.1 * SECOND)
      account.revoke()
      await api.get(PHYSICIANS)
      expect(account.log.token).toHaveLength(3)
      // No pause is left, so the locked resource is tried at once, and it begins anew with 1 s.
      await locked()
      expect(account.log.token).toHaveLength(4)
      vi.advanceTimersByTime(1.1 * SECOND)
      await locked()
      expect(account.log.token).toHaveLength(5)
    })

    it('a 401 of a forbidden resource does not keep the others from being recovered', async () => {
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

    it('a token that served for an hour is not taken for a fresh one', async () => {
      const { account, api } = await startBench()
      account.api.fail({ status: 401, times: 1 })
      // The resend that would have proved the new token is lost to the network.
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
  it('503 twice, then well: the request succeeds', async () => {
    const { account, api } = await startBench()
    account.tokenEndpoint.fail({ times: 2 })
    expect((await api.get(PHYSICIANS)).status).toBe(200)
    expect(account.log.token.map(({ status }) => status)).toEqual([503, 503, 200])
  })

  it('a connection that is reset is tried again', async () => {
    const { account, api } = await startBench()
    account.tokenEndpoint.fail({ times: 1, reset: true })
    expect((await api.get(PHYSICIANS)).status).toBe(200)
  })

  it('a rate limit that Caspio tells by a 400 is tried again', async () => {
    const { account, api } = await startBench()
    account.tokenEndpoint.fail({ times: 1, status: 400, body: '{"Code":"api-calls-rate"}' })
    expect((await api.get(PHYSICIANS)).status).toBe(200)
  })

  it('an attempt ends after the timeout, even if bytes trickle in', async () => {
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
    // Its connection ends with it.
    await settled(() => open === 0)
  })

  it('Retry-After is waited for within a fetch up to 10 s', async () => {
    const { account, api } = await startBench()
    account.tokenEndpoint.fail({ times: 1, status: 429, retryAfter: 1 })
    const started = performance.now()
    await api.get(PHYSICIANS)
    expect(performance.now() - started).toBeGreaterThan(990)
  })

  describe('over time', () => {
    fakeClocks()

    it('are answered without another call for 1 s, then 2 s, 4 s … up to 30 s, by single attempts', async () => {
      const { account, api } = await startBench()
      account.tokenEndpoint.fail()
      const first = await rejectionOf(api.get(PHYSICIANS))
      expect(account.log.token).toHaveLength(3)
      expect(first.nextAttemptAt.getTime() - Date.now()).toBe(1_000)
      expect(first.message).toContain(first.nextAttemptAt.toISOString())

      const pauses: number[] = []
      let since = 0
      let count = 3
      for (; pauses.length < 7; since += 500) {
        const error = await rejectionOf(api.get(PHYSICIANS))
        expect(error.code).toBe('ERR_CASPIO_TOKEN_ENDPOINT')
        if (account.log.token.length > count) {
          expect(account.log.token.length).toBe(count + 1)
          count = account.log.token.length
          pauses.push(since / SECOND)
          since = 0
        }
        vi.advanceTimersByTime(500)
      }
      expect(pauses).toEqual([1, 2, 4, 8, 16, 30, 30])

      account.tokenEndpoint.restore()
      vi.advanceTimersByTime(30 * SECOND)
      expect((await api.get(PHYSICIANS)).status).toBe(200)
    }, 30_000)

    it('a Retry-After beyond 10 s ends the fetch at once, and the pause carries it', async () => {
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

    it('a Retry-After of a day is cut to 5 minutes', async () => {
      const { account, api } = await startBench()
      account.tokenEndpoint.fail({ status: 503, retryAfter: 86_400, times: 1 })
      const error = await rejectionOf(api.get(PHYSICIANS))
      expect(error.nextAttemptAt.getTime() - Date.now()).toBe(5 * MINUTE)
      vi.advanceTimersByTime(5 * MINUTE)
      expect((await api.get(PHYSICIANS)).status).toBe(200)
    })

    it('wrong credentials cost one token request, and the next 30 s later', async () => {
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

    it('getAccessToken({ renew: true }) does not wait for the end of a pause', async () => {
      const { account, api, auth } = await startBench({ retries: 0 })
      account.tokenEndpoint.fail({ times: 1, retryAfter: 300 })
      await rejectionOf(api.get(PHYSICIANS))
      await auth.getAccessToken({ renew: true })
      expect((await api.get(PHYSICIANS)).status).toBe(200)
    })

    it('a wall clock that is set back does not prolong a pause', async () => {
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

  it('renewal ahead of expiry uses the refresh token, and mints none', async () => {
    const { account, api, events } = await startBench()
    for (let day = 0; day < 5; day++) {
      await api.get(PHYSICIANS)
      vi.advanceTimersByTime(22.2 * HOUR)
      await api.get(PHYSICIANS)
      await settled(() => account.log.token.length === day + 2)
    }
    expect(grants(events)).toEqual(['client_credentials', ...Array(5).fill('refresh_token')])
    expect(account.liveRefreshTokens).toBe(1)
  })

  it('so does a fetch after the token expired unused', async () => {
    const { api, events } = await startBench()
    await api.get(PHYSICIANS)
    vi.advanceTimersByTime(40 * HOUR)
    await api.get(PHYSICIANS)
    expect(grants(events)).toEqual(['client_credentials', 'refresh_token'])
  })

  it('a refused refresh token is followed by client credentials, once, and forgotten', async () => {
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

  it('an outage does not cost the refresh token', async () => {
    const { account, api, events } = await startBench({ retries: 0 })
    await api.get(PHYSICIANS)
    vi.advanceTimersByTime(40 * HOUR)
    account.tokenEndpoint.fail({ times: 1 })
    await rejectionOf(api.get(PHYSICIANS))
    vi.advanceTimersByTime(2 * SECOND)
    await api.get(PHYSICIANS)
    expect(grants(events)).toEqual(['client_credentials', 'refresh_token', 'refresh_token'])
  })

  it('a refresh grant that is refused is followed by client credentials, whatever the reason', async () => {
    const { account, api, events } = await startBench()
    await api.get(PHYSICIANS)
    account.rotateSecret()
    vi.advanceTimersByTime(40 * HOUR)
    expect((await rejectionOf(api.get(PHYSICIANS))).code).toBe('ERR_CASPIO_CREDENTIALS')
    expect(grants(events)).toEqual(['client_credentials', 'refresh_token', 'client_credentials'])
  })

  it('after a rejection: client credentials', async () => {
    const { account, api, events } = await startBench()
    await api.get(PHYSICIANS)
    account.revoke()
    await api.get(PHYSICIANS)
    expect(grants(events)).toEqual(['client_credentials', 'client_credentials'])
  })

  it('an answer without a refresh token leaves the old one in use (RFC 6749 §6)', async () => {
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

describe('an unknown life', () => {
  fakeClocks()

  it('means that the token is used until it is rejected', async () => {
    let issued = 0
    let dead = ''
    const server = await startRawServer((request, response) => {
      if (request.url === '/oauth/token') {
        response.end(JSON.stringify({ access_token: `t${++issued}`, token_type: 'Bearer' }))
      } else {
        response.statusCode = request.headers.authorization === `Bearer ${dead}` ? 401 : 200
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
    dead = 't1'
    await api.get('/')
    expect(issued).toBe(2)
  })
})

describe('when a token is renewed, and when it is no longer used', () => {
  fakeTime()

  /** What a request does at that age of a token: nothing, renew beside, or wait for another. */
  async function atAge(life: number, age: number, renewBefore?: number, random = 0) {
    const spread = vi.spyOn(Math, 'random').mockReturnValue(random)
    let issued = 0
    const broker = async () => {
      await null
      return { access_token: `t${++issued}`, token_type: 'bearer', expires_in: life }
    }
    const auth = createCaspioAuth(broker, { ...(renewBefore !== undefined && { renewBefore }) })
    spread.mockRestore()
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
    [40, 'half of the life at most', 20],
    [1, 'half of the life at most', 0.5],
  ])('of %i s: %s before its end', async (life, _, age) => {
    expect(await atAge(life, age - 0.001)).toBe('used')
    expect(await atAge(life, age)).toBe('renewed')
  })

  it('later by up to a fifth of that, so that a fleet does not come at once', async () => {
    expect(await atAge(1_000, 919, undefined, 0.999)).toBe('used')
    expect(await atAge(1_000, 920, undefined, 0.999)).toBe('renewed')
  })

  it.each([
    [86_400, 5],
    [100, 5],
    [60, 3],
    [1, 0.05],
  ])('of %i s: not used any more %d s before its end', async (life, margin) => {
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
  ])('renewBefore %i of 1000 s, at %d s: %s', async (renewBefore, age, outcome) => {
    expect(await atAge(1_000, age, renewBefore)).toBe(outcome)
  })

  describe('to the millisecond, however lately it was used', () => {
    /** Tokens with these lives, one after the other; and the name of the one that a request gets. */
    function tokensOf(...lives: number[]) {
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
      const used = async (options?: { renew: boolean }) =>
        (await auth.getAccessToken(options)).access_token
      return used
    }

    it('its own end', async () => {
      const used = tokensOf(100, 100)
      expect(await used()).toBe('t1')
      vi.advanceTimersByTime(94_700)
      expect(await used()).toBe('t1')
      vi.advanceTimersByTime(299)
      expect(await used()).toBe('t1')
      vi.advanceTimersByTime(1)
      expect(await used()).toBe('t2')
    })

    it.each([
      ['a shorter one in its place', 0.5, 474],
      ['one that ends before the clocks are looked at again', 0.008, 7],
    ])('that of %s', async (_, life, lastMs) => {
      const used = tokensOf(86_400, life, 100)
      expect(await used()).toBe('t1')
      expect(await used()).toBe('t1')
      expect(await used({ renew: true })).toBe('t2')
      vi.advanceTimersByTime(lastMs)
      expect(await used()).toBe('t2')
      vi.advanceTimersByTime(1)
      expect(await used()).toBe('t3')
    })

    it('where the wall clock is set back meanwhile', async () => {
      const used = tokensOf(100, 100)
      expect(await used()).toBe('t1')
      expect(await used()).toBe('t1')
      vi.setSystemTime(Date.now() - HOUR)
      vi.advanceTimersByTime(94_999)
      expect(await used()).toBe('t1')
      vi.advanceTimersByTime(1)
      expect(await used()).toBe('t2')
    })
  })
})

describe('a late rejection of an old token', () => {
  fakeTime()

  it.each([
    ['is answered with the one in use', 10, 't2'],
    ['is answered with a new one, if the one in use has expired', 60, 't3'],
  ])('%s', async (_, age, expected) => {
    let issued = 0
    const issue = async (): Promise<Issued> => {
      const accessToken = `t${++issued}`
      const token = { accessToken, tokenType: 'bearer', lifeSeconds: 60, refreshToken: undefined }
      return { token: { ...token, requestedAt: now() }, grant: 'client_credentials' }
    }
    const via = () => ({})
    const source = new TokenSource(issue, resolveOptions(), () => {})
    const old = await source.acquire(via)
    await source.renew(via)
    vi.advanceTimersByTime(age * SECOND)
    expect(await source.replace(old, via)).toMatchObject({ accessToken: expected })
  })
})

it('a renewal that ends after invalidate(), without a refresh token of its own, gives its token', async () => {
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
  const via = () => ({})
  const source = new TokenSource(issue, resolveOptions(), () => {})
  const first = source.acquire(via)
  answers[0]?.()
  await first
  const renewed = source.renew(via)
  source.invalidate()
  answers[1]?.()
  expect(await renewed).toMatchObject({ accessToken: 't2', refreshToken: undefined })
})

describe('a fetch that is never answered, since the worker that began it is gone', () => {
  fakeTime()

  function startHeld(options?: CaspioAuthOptions) {
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
    return { source: new TokenSource(issue, resolveOptions(options), () => {}), answers }
  }
  const via = () => ({})

  it.each([
    ['the defaults', undefined, 95],
    ['half a second and no retries', { retries: 0, timeout: 500 }, 17],
  ])('is waited for as long as it may take, and no longer: %s', async (_, options, seconds) => {
    const { source, answers } = startHeld(options)
    source.acquire(via)
    vi.advanceTimersByTime(seconds * SECOND - 1)
    source.acquire(via)
    expect(answers).toHaveLength(1)
    vi.advanceTimersByTime(1)
    const waiting = [source.acquire(via), source.acquire(via)]
    expect(answers).toHaveLength(2)
    answers[1]?.()
    expect(await Promise.all(waiting)).toMatchObject(Array(2).fill({ accessToken: 't2' }))
  })

  it('does not keep the token from being renewed ahead of expiry', async () => {
    const { source, answers } = startHeld()
    const first = source.acquire(via)
    answers[0]?.()
    await first
    // In the last tenth of its life.
    vi.advanceTimersByTime(930 * SECOND)
    for (const seconds of [0, 40]) {
      vi.advanceTimersByTime(seconds * SECOND)
      expect(await source.acquire(via)).toMatchObject({ accessToken: 't1' })
      expect(answers).toHaveLength(2)
    }
    // Expired meanwhile.
    vi.advanceTimersByTime(55 * SECOND)
    const waiting = source.acquire(via)
    answers[2]?.()
    expect(await waiting).toMatchObject({ accessToken: 't3' })
  })

  it('does not end the next one if it is answered after all', async () => {
    const { source, answers } = startHeld()
    const late = source.acquire(via)
    vi.advanceTimersByTime(95 * SECOND)
    source.acquire(via)
    answers[0]?.()
    await late
    source.renew(via)
    expect(answers).toHaveLength(2)
  })
})

describe('the process', () => {
  fakeTime()

  /** A source whose broker answers when it is told to. */
  function startHeld() {
    const asked: { resolve(): void; reject(): void }[] = []
    const broker = () =>
      new Promise<CaspioAccessToken>((resolve, reject) => {
        const token = { access_token: `t${asked.length}`, token_type: 'bearer', expires_in: 60 }
        asked.push({ resolve: () => resolve(token), reject: () => reject(new Error('no')) })
      })
    const held = vi.spyOn(globalThis, 'setInterval')
    const released = vi.spyOn(globalThis, 'clearInterval')
    const holds = () => held.mock.calls.length - released.mock.calls.length
    return { auth: createCaspioAuth(broker), asked, holds }
  }

  it.each(['resolve', 'reject'] as const)(
    'is held while somebody waits for a token, and no longer: %s',
    async (end) => {
      const { auth, asked, holds } = startHeld()
      const outcomes = outcomesOf([1, 2, 3].map(() => auth.getAccessToken()))
      await atRest()
      expect(holds()).toBe(1)
      asked[0]?.[end]()
      await outcomes
      expect(holds()).toBe(0)
    },
  )

  it.each(['resolve', 'reject'] as const)(
    'is not held by a renewal ahead of expiry, until somebody waits for that: %s',
    async (end) => {
      const { auth, asked, holds } = startHeld()
      const first = auth.getAccessToken()
      await atRest()
      asked[0]?.resolve()
      await first
      vi.advanceTimersByTime(40 * SECOND)
      expect((await auth.getAccessToken()).access_token).toBe('t0')
      await atRest()
      expect([asked.length, holds()]).toEqual([2, 0])
      const outcomes = outcomesOf([auth.getAccessToken({ renew: true })])
      await atRest()
      expect([asked.length, holds()]).toEqual([2, 1])
      asked[1]?.[end]()
      await outcomes
      expect(holds()).toBe(0)
    },
  )
})
