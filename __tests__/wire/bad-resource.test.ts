import axios, { AxiosError, type AxiosInstance, type InternalAxiosRequestConfig } from 'axios'
import { describe, expect, it, vi } from 'vitest'
import { attachCaspioAuth } from '../../src/index.js'
import { outcomesOf, PHYSICIANS, rejectionOf, startBench, times } from '../support/account.js'
import { fakeClocks, fakeTime } from '../support/clocks.js'
import { MemoryStore } from '../support/memory-store.js'
import { startRawServer } from '../support/raw-server.js'

const SECOND = 1_000
const HOUR = 3_600 * SECOND
const URL_OF_ACCOUNT = 'https://a1bcd234.caspio.com'

describe('a day of polling a resource that always answers 401', () => {
  fakeTime()

  /** An account in memory, whose table Locked rejects every token. */
  function startFleet(size: number) {
    const counts = { tokenRequests: 0, refreshTokens: 0, recovered: 0 }
    let live = ''
    const answer = (config: InternalAxiosRequestConfig, status: number, data: object) => {
      const response = { status, statusText: '', headers: {}, config, data: JSON.stringify(data) }
      if (status === 200) return response
      throw new AxiosError('401', 'ERR_BAD_REQUEST', config, {}, response)
    }
    const adapter = async (config: InternalAxiosRequestConfig) => {
      if (config.url?.endsWith('/oauth/token')) {
        if (!`${config.data}`.includes('refresh_token')) counts.refreshTokens++
        live = `token-${++counts.tokenRequests}`
        const token = { access_token: live, token_type: 'bearer', expires_in: 86_399 }
        return answer(config, 200, { ...token, refresh_token: `refresh-${counts.refreshTokens}` })
      }
      const isLive = config.headers.Authorization === `Bearer ${live}`
      return answer(config, isLive && !config.url?.includes('Locked') ? 200 : 401, {})
    }
    const tokenStore = new MemoryStore({ lock: true })
    const clients = Array.from({ length: size }, () => {
      const api = axios.create({ baseURL: `${URL_OF_ACCOUNT}/rest/v3`, adapter })
      const credentials = { clientID: 'id', clientSecret: 'a-client-secret' }
      attachCaspioAuth(
        api,
        { ...credentials, tokenEndpointURL: `${URL_OF_ACCOUNT}/oauth/token` },
        { tokenStore },
      )
      return api
    })
    const revoke = () => {
      live = 'revoked'
    }
    return { clients, counts, revoke }
  }

  const poll = (clients: readonly AxiosInstance[]) =>
    outcomesOf(clients.map((client) => client.get('/tables/Locked/records')))

  it('costs a fleet with a store at most 60 token requests, and three refresh tokens', async () => {
    const { stackTraceLimit } = Error
    Error.stackTraceLimit = 0
    const { clients, counts, revoke } = startFleet(6)
    // Every 250 ms for ten minutes; then so seldom that the test ends, but often in each pause.
    for (let ms = 0; ms < 24 * HOUR; ) {
      const stepMs = ms < 600 * SECOND ? 250 : 10 * SECOND
      const polled = poll(clients)
      await vi.advanceTimersByTimeAsync(stepMs)
      await polled
      ms += stepMs
    }
    Error.stackTraceLimit = stackTraceLimit
    expect(counts.tokenRequests).toBeGreaterThan(10)
    expect(counts.tokenRequests).toBeLessThanOrEqual(60)
    expect(counts.refreshTokens).toBeLessThanOrEqual(3)

    // A real revocation is recovered at once elsewhere.
    revoke()
    for (const client of clients) {
      const answered = client.get('/tables/Orders/records')
      await vi.advanceTimersByTimeAsync(2 * SECOND)
      expect((await answered).status).toBe(200)
    }
  }, 120_000)
})

describe('a forbidden resource', () => {
  it('does not cost other requests their recovery, though its own resend is answered first', async () => {
    let issued = 0
    const server = await startRawServer((request, response) => {
      if (request.url === '/oauth/token') {
        response.end(JSON.stringify({ access_token: `t${++issued}`, token_type: 'bearer' }))
        return
      }
      const isAccepted = request.headers.authorization === 'Bearer t2' && request.url !== '/locked'
      const delayMs = request.url === '/locked' ? 0 : 150
      setTimeout(() => response.writeHead(isAccepted ? 200 : 401).end(), delayMs)
    })
    const api = axios.create({ baseURL: server.url })
    const client = { clientID: 'id', clientSecret: 'a-client-secret' }
    attachCaspioAuth(api, { ...client, tokenEndpointURL: `${server.url}/oauth/token` })
    const [locked, ...others] = await Promise.all([
      rejectionOf(api.get('/locked')),
      ...Array.from({ length: 20 }, (_, i) => api.get(`/open/${i}`)),
    ])
    expect(locked.response.status).toBe(401)
    expect(others.map(({ status }) => status)).toEqual(Array(20).fill(200))
    expect(issued).toBe(2)
  })
})

describe('a good token', () => {
  fakeClocks()

  it('is replaced after a second revocation, though the first resend never happened', async () => {
    const { Readable } = await import('node:stream')
    const { account, api } = await startBench()
    await api.get(PHYSICIANS)
    account.revoke()
    await rejectionOf(api.post(PHYSICIANS, Readable.from(['{}'])))
    await times(5, () => api.get(PHYSICIANS))
    vi.advanceTimersByTime(10 * SECOND)
    account.revoke()
    expect((await api.get(PHYSICIANS)).status).toBe(200)
    expect(account.log.token).toHaveLength(3)
  })

  it('is replaced after a second revocation, though the first caller did not wait for it', async () => {
    const { account, api, events } = await startBench()
    await api.get(PHYSICIANS)
    account.revoke()
    account.tokenEndpoint.latency = 100
    const controller = new AbortController()
    const aborted = rejectionOf(api.get(PHYSICIANS, { signal: controller.signal }))
    await vi.waitUntil(() => account.log.token.length === 2, { interval: 5 })
    controller.abort()
    expect((await aborted).code).toBe('ERR_CANCELED')
    await vi.waitUntil(() => events.filter(({ type }) => type === 'token-taken').length === 2)
    await times(5, () => api.get(PHYSICIANS))
    account.revoke()
    expect((await api.get(PHYSICIANS)).status).toBe(200)
    expect(account.log.token).toHaveLength(3)
  })

  it('is renewed a second after each of seven 401s that come six hours apart', async () => {
    const { account, api } = await startBench()
    await api.get(PHYSICIANS)
    for (let i = 0; i < 7; i++) {
      account.api.fail({ status: 401, times: 2 })
      await rejectionOf(api.get(PHYSICIANS))
      account.log.clear()
      account.revoke()
      vi.advanceTimersByTime(SECOND)
      expect((await api.get(PHYSICIANS)).status).toBe(200)
      expect(account.log.token).toHaveLength(1)
      vi.advanceTimersByTime(6 * HOUR)
    }
  })
})
