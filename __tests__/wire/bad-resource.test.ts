import axios from 'axios'
import { describe, expect, it, vi } from 'vitest'
import { attachCaspioAuth } from '../../src/index.js'
import { PHYSICIANS, rejectionOf, startBench, times } from '../support/account.js'
import { fakeClocks, withoutJitter } from '../support/clocks.js'
import { HOUR, SECOND } from '../support/durations.js'
import { startHeldBench } from '../support/held-bench.js'
import { startRawServer } from '../support/raw-server.js'

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

describe('resources that always answer 401', () => {
  fakeClocks()

  /** The token requests of ten minutes, in which a request is sent every second. */
  async function costOf(pathOf: (second: number) => string, statusOf = (_: number) => 401) {
    const { account, api } = await startBench()
    await api.get(PHYSICIANS)
    account.log.clear()
    for (let second = 0; second < 600; second += 2) {
      account.api.fail({ status: statusOf(second), times: 2, path: '/rest/v2/files' })
      account.api.fail({ status: statusOf(second), times: 2, path: '/rest/v2/tables/Locked' })
      await rejectionOf(api.get(pathOf(second)))
      account.api.restore()
      vi.advanceTimersByTime(SECOND)
      // Others accept the token.
      await api.get(PHYSICIANS)
      vi.advanceTimersByTime(SECOND)
    }
    const grants = account.log.token.map(({ grant }) => grant)
    return {
      clientCredentials: grants.filter((grant) => grant === 'client_credentials').length,
      refreshes: grants.filter((grant) => grant === 'refresh_token').length,
    }
  }

  const table = () => '/tables/Locked/records'
  const sometimes = (status: number) => (second: number) => (second % 20 ? 401 : status)

  it.each<[string, number, (second: number) => string, ((second: number) => number)?]>([
    ['under the same URL', 10, table],
    ['of 50 tables in turn', 200, (second) => `/tables/Locked${second % 100}/records`],
    ['of files, each with its own URL', 10, (second) => `/files/${second}`],
    ['and sometimes 429', 10, table, sometimes(429)],
    ['and sometimes 503', 10, table, sometimes(503)],
  ])('%s use up no refresh tokens', async (_, mostRefreshes, pathOf, statusOf) => {
    const { clientCredentials, refreshes } = await costOf(pathOf, statusOf)
    expect(clientCredentials).toBeLessThanOrEqual(2)
    expect(refreshes).toBeLessThanOrEqual(mostRefreshes)
  })
})

describe('a good token', () => {
  fakeClocks()
  withoutJitter()

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

  it('is replaced after a second revocation, though only other resources have accepted it', async () => {
    const { Readable } = await import('node:stream')
    const { account, api } = await startBench()
    await api.get(PHYSICIANS)
    account.revoke()
    await rejectionOf(api.post(PHYSICIANS, Readable.from(['{}'])))
    await times(5, () => api.get('/tables'))
    account.revoke()
    expect((await api.post(PHYSICIANS, {})).status).toBe(201)
    expect(account.log.token).toHaveLength(3)
  })

  it('is replaced after a second revocation, though the first caller did not wait for it', async () => {
    const events: string[] = []
    const { account, api, hold, release } = await startHeldBench({
      onEvent: ({ type }) => events.push(type),
    })
    await api.get(PHYSICIANS)
    account.revoke()
    hold()
    const controller = new AbortController()
    const aborted = rejectionOf(api.get(PHYSICIANS, { signal: controller.signal }))
    await vi.waitUntil(() => events.includes('token-rejected'))
    controller.abort()
    expect((await aborted).code).toBe('ERR_CANCELED')
    release()
    await vi.waitUntil(() => events.filter((type) => type === 'token-taken').length === 2)
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
