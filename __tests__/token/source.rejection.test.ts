import axios from 'axios'
import { describe, expect, it, vi } from 'vitest'
import { resolveOptions } from '../../src/contract/options.js'
import { attachCaspioAuth } from '../../src/index.js'
import { now } from '../../src/lib/clock.js'
import { withoutSharing } from '../../src/store/without-sharing.js'
import type { Token } from '../../src/token/life.js'
import { TokenSource } from '../../src/token/source.js'
import { PHYSICIANS, rejectionOf, sleep, startBench, times } from '../support/account.js'
import { fakeClocks, fakeTime, withoutJitter } from '../support/clocks.js'
import { HOUR, SECOND } from '../support/durations.js'
import { startRawServer } from '../support/raw-server.js'

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
  fakeClocks()
  withoutJitter()

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
    it('are repeated after 1 s, then 2 s, 4 s … of one resource', async () => {
      const { account, api } = await startBench()
      account.api.fail({ status: 401 })
      await rejectionOf(api.get(PHYSICIANS))
      for (const seconds of [1, 2, 4, 8, 16, 32, 64, 128]) {
        account.log.clear()
        for (const part of [0, 0.5, 0.49]) {
          vi.advanceTimersByTime(part * seconds * SECOND)
          await rejectionOf(api.get(PHYSICIANS))
          expect(account.log.token).toHaveLength(0)
        }
        vi.advanceTimersByTime(0.01 * seconds * SECOND)
        await rejectionOf(api.get(PHYSICIANS))
        expect(account.log.token).toHaveLength(1)
      }
    })

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

describe('a late rejection of an old token', () => {
  fakeTime()

  it.each([
    ['returns the current token', 10, 't2'],
    ['returns a new token if the current one has expired', 60, 't3'],
  ])('%s', async (_, age, expected) => {
    let issued = 0
    const issue = async (): Promise<Token> => {
      const accessToken = `t${++issued}`
      const token = { accessToken, tokenType: 'bearer', lifeSeconds: 60, refreshToken: undefined }
      return { ...token, requestedAt: now(), grant: 'client_credentials' }
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
