import type { AxiosInstance } from 'axios'
import rateLimit, { type RateLimitedAxiosInstance } from 'axios-rate-limit'
import { expect, it, vi } from 'vitest'
import { times } from '../support/account.js'
import { HOUR } from '../support/durations.js'
import {
  countRuns,
  describeEachOrder,
  PHYSICIANS,
  resultOf,
  startWithCompanion,
  startWithoutPlugin,
  statusesOf,
} from './support.js'

const limitedTo =
  (maxRequests: number) =>
  (api: AxiosInstance): void => {
    rateLimit(api, { maxRequests, perMilliseconds: HOUR })
  }

describeEachOrder('axios-rate-limit, attached %s the plugin', (order) => {
  it('does not block a token request or a resend, even with one request an hour', async () => {
    const { account, api, auth } = await startWithCompanion(order, limitedTo(1))
    const alone = await startWithoutPlugin(limitedTo(1))
    const runs = [countRuns(api), countRuns(alone.api)]
    auth.invalidate()
    account.api.fail({ status: 401, times: 1 })
    expect(resultOf(await api.get(PHYSICIANS))).toEqual(resultOf(await alone.api.get(PHYSICIANS)))
    expect(statusesOf(account)).toEqual([401, 200])
    expect(account.log.token).toHaveLength(2)
    expect(runs[0]).toEqual(runs[1])
  })

  it('counts calls, but neither resends nor token requests', async () => {
    const { account, api } = await startWithCompanion(order, limitedTo(5))
    const limited = api as RateLimitedAxiosInstance
    account.revoke()
    await times(5, () => api.get(PHYSICIANS))
    expect(statusesOf(account).filter((status) => status === 200)).toHaveLength(5)
    expect(account.log.api.length).toBeGreaterThan(5)
    expect(account.log.token).toHaveLength(1)
    const sixth = api.get(PHYSICIANS)
    await vi.waitUntil(() => limited.getQueue().length === 1)
    limited.setRateLimitOptions({ maxRequests: 5, perMilliseconds: HOUR })
    expect((await sixth).status).toBe(200)
  })

  it('sends a delayed call with the current token', async () => {
    const { account, api, auth } = await startWithCompanion(order, limitedTo(1))
    const limited = api as RateLimitedAxiosInstance
    await api.get(PHYSICIANS)
    const second = api.get(PHYSICIANS)
    await vi.waitUntil(() => limited.getQueue().length === 1)
    account.revoke()
    const { access_token } = await auth.getAccessToken({ renew: true })
    limited.setRateLimitOptions({ maxRequests: 1, perMilliseconds: HOUR })
    expect((await second).status).toBe(200)
    expect(statusesOf(account)).toEqual([200, 200])
    expect(account.log.api[1]?.headers.authorization).toBe(`Bearer ${access_token}`)
  })
})
