import { AxiosError, type AxiosInstance } from 'axios'
import axiosRetry, { type IAxiosRetryConfig } from 'axios-retry'
import { describe, expect, it, vi } from 'vitest'
import { rejectionOf } from '../support/account.js'
import { fakeClocks } from '../support/clocks.js'
import {
  countRuns,
  describeEachOrder,
  PHYSICIANS,
  resultOf,
  startWithCompanion,
  startWithoutPlugin,
  statusesOf,
} from './support.js'

const retrying =
  (options?: IAxiosRetryConfig) =>
  (api: AxiosInstance): void => {
    axiosRetry(api, { retries: 3, retryDelay: () => 1, ...options })
  }

// So that no cooldown of the plugin ends.
fakeClocks()

describeEachOrder('axios-retry, attached %s the plugin', (order) => {
  it('does not retry a request that the plugin resends', async () => {
    const onRetry = vi.fn()
    const { account, api } = await startWithCompanion(order, retrying({ onRetry }))
    const runs = countRuns(api)
    account.revoke()
    const alone = await startWithoutPlugin(retrying())
    expect(resultOf(await api.get(PHYSICIANS))).toEqual(resultOf(await alone.api.get(PHYSICIANS)))
    expect(statusesOf(account)).toEqual([401, 200])
    expect(account.log.token).toHaveLength(1)
    expect(runs).toEqual({ request: 1, response: 1, error: 0 })
    expect(onRetry).not.toHaveBeenCalled()
  })

  it('retries a 503 after a resend, as it does without the plugin', async () => {
    const { account, api } = await startWithCompanion(order, retrying())
    const alone = await startWithoutPlugin(retrying())
    const runs = [countRuns(api), countRuns(alone.api)]
    account.revoke()
    account.api.fail({ status: 401, times: 1 })
    for (const { api } of [account, alone.account]) api.fail({ times: 2 })
    expect(resultOf(await api.get(PHYSICIANS))).toEqual(resultOf(await alone.api.get(PHYSICIANS)))
    expect(statusesOf(account)).toEqual([401, 503, 503, 200])
    expect(statusesOf(alone.account)).toEqual([503, 503, 200])
    expect(runs[0]).toEqual(runs[1])
    expect(account.log.token).toHaveLength(1)
  })

  it('gets one resend, even if an interceptor failed before the request was sent', async () => {
    let failures = 0
    const { account, api } = await startWithCompanion(order, (api) => {
      retrying()(api)
      api.interceptors.request.use((config) => {
        if (failures-- > 0) throw new AxiosError('offline', 'ERR_NETWORK', config)
        return config
      })
    })
    account.api.fail({ status: 401 })
    failures = 3
    expect((await rejectionOf(api.get(PHYSICIANS))).response.status).toBe(401)
    expect(statusesOf(account)).toEqual([401, 401])
  })

  it('gets one resend for a 401 in a retry, as in the first attempt', async () => {
    const { account, api } = await startWithCompanion(order, retrying())
    account.api.fail({ times: 1 })
    account.api.fail({ status: 401 })
    expect((await rejectionOf(api.get(PHYSICIANS))).response.status).toBe(401)
    expect(statusesOf(account)).toEqual([503, 401, 401])
    expect(account.log.token).toHaveLength(1)
  })

  it('does not retry a second 401', async () => {
    const { account, api } = await startWithCompanion(order, retrying())
    const runs = countRuns(api)
    account.api.fail({ status: 401 })
    expect((await rejectionOf(api.get(PHYSICIANS))).response.status).toBe(401)
    expect(statusesOf(account)).toEqual([401, 401])
    expect(account.log.token).toHaveLength(1)
    expect(runs).toEqual({ request: 1, response: 0, error: 1 })
  })

  it('causes one resend and one renewal if it retries 401s', async () => {
    const retryCondition = () => true
    const { account, api } = await startWithCompanion(order, retrying({ retryCondition }))
    account.api.fail({ status: 401 })
    expect((await rejectionOf(api.get(PHYSICIANS))).response.status).toBe(401)
    expect(statusesOf(account)).toEqual([401, 401, 401, 401, 401])
    expect(account.log.token).toHaveLength(1)
  })

  it('sends the same body after a resend and in a retry', async () => {
    const retryCondition = () => true
    const { account, api } = await startWithCompanion(order, retrying({ retryCondition }))
    account.api.fail({ status: 401, times: 1 })
    account.api.fail({ times: 1 })
    const record = { FirstName: 'Nia', LastName: 'Adeyemi' }
    expect((await api.post(PHYSICIANS, record)).status).toBe(201)
    expect(statusesOf(account)).toEqual([401, 503, 201])
    const bodies = account.log.api.map(({ body }) => Buffer.from(body).toString())
    expect(bodies).toEqual(Array(3).fill(JSON.stringify(record)))
  })

  it('returns the answer to a resend with validateResponse instead of validateStatus', async () => {
    const validateResponse = ({ status }: { status: number }) => status === 200
    const { account, api } = await startWithCompanion(order, retrying({ validateResponse }))
    account.revoke()
    expect((await api.get(PHYSICIANS)).data.Result).toHaveLength(12)
    expect(statusesOf(account)).toEqual([401, 200])
  })

  describe('during an outage of the token endpoint', () => {
    it('repeats the request, but not the token request', async () => {
      const onRetry = vi.fn()
      const { account, api } = await startWithCompanion(order, retrying({ onRetry }), {
        retries: 0,
      })
      const alone = await startWithoutPlugin(retrying())
      const runs = [countRuns(api), countRuns(alone.api)]
      account.revoke()
      account.tokenEndpoint.fail()
      alone.account.api.fail()
      // An error of axios: it contains the token in its config.
      expect(await alone.api.get(PHYSICIANS).catch((error) => error.response.status)).toBe(503)
      const error = await rejectionOf(api.get(PHYSICIANS))
      expect(error).toMatchObject({ code: 'ERR_CASPIO_TOKEN_ENDPOINT', status: 503 })
      expect(error.config.url).toBe(PHYSICIANS)
      expect(onRetry).toHaveBeenCalledTimes(3)
      expect(runs[0]).toEqual(runs[1])
      expect(account.log.token).toHaveLength(1)
      expect(statusesOf(account)).toEqual([401, 401, 401, 401])
    })

    it('gets the data when the outage ends', async () => {
      const onRetry = () => {
        account.tokenEndpoint.restore()
        vi.advanceTimersByTime(2_000)
      }
      const { account, api, auth } = await startWithCompanion(order, retrying({ onRetry }), {
        retries: 0,
      })
      auth.invalidate()
      account.tokenEndpoint.fail({ reset: true })
      expect((await api.get(PHYSICIANS)).data.Result).toHaveLength(12)
      expect(account.log.token.map(({ status }) => status)).toEqual([0, 200])
      expect(statusesOf(account)).toEqual([200])
    })
  })
})
