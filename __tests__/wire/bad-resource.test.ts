import axios from 'axios'
import { describe, expect, it, vi } from 'vitest'
import { attachCaspioAuth } from '../../src/index.js'
import { PHYSICIANS, rejectionOf, startBench, times } from '../support/account.js'
import { fakeClocks } from '../support/clocks.js'
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
