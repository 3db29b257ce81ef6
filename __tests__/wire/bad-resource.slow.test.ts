import axios, { AxiosError, type AxiosInstance, type InternalAxiosRequestConfig } from 'axios'
import { describe, expect, it, vi } from 'vitest'
import { attachCaspioAuth } from '../../src/index.js'
import { outcomesOf } from '../support/account.js'
import { fakeTime } from '../support/clocks.js'
import { HOUR, SECOND } from '../support/durations.js'
import { MemoryStore } from '../support/memory-store.js'

const URL_OF_ACCOUNT = 'https://a1bcd234.caspio.com'

describe('a day of polling a resource that always answers 401', () => {
  fakeTime()

  /** An account in memory, whose table Locked rejects every token. */
  function startFleet(size: number, lock: boolean) {
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
    const tokenStore = new MemoryStore({ lock })
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

  it.each([
    ['with a lock', true, 3],
    // Each process requests the first one.
    ['without a lock', false, 7],
  ])(
    'costs a fleet whose store is %s at most 60 token requests, and few refresh tokens',
    async (_, lock, refreshTokens) => {
      const { stackTraceLimit } = Error
      Error.stackTraceLimit = 0
      const { clients, counts, revoke } = startFleet(6, lock)
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
      expect(counts.refreshTokens).toBeLessThanOrEqual(refreshTokens)

      // A real revocation is recovered at once elsewhere.
      revoke()
      for (const client of clients) {
        const answered = client.get('/tables/Orders/records')
        await vi.advanceTimersByTimeAsync(2 * SECOND)
        expect((await answered).status).toBe(200)
      }
    },
    120_000,
  )
})
