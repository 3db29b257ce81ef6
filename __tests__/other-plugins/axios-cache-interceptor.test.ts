import type { AxiosInstance } from 'axios'
import { buildMemoryStorage, type CacheOptions, setupCache } from 'axios-cache-interceptor'
import { describe, expect, it, vi } from 'vitest'
import { outcomesOf, rejectionOf, times } from '../support/account.js'
import { fakeClocks } from '../support/clocks.js'
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

const caching =
  (options?: CacheOptions) =>
  (api: AxiosInstance): void => {
    setupCache(api, options)
  }

const RECORDS = JSON.stringify({ Result: [{ PK_ID: 1 }] })

// So that no cooldown of the plugin ends.
fakeClocks()

describeEachOrder('axios-cache-interceptor, attached %s the plugin', (order) => {
  it('caches the answer to a resend like any other', async () => {
    const { account, api } = await startWithCompanion(order, caching())
    const alone = await startWithoutPlugin(caching())
    const runs = [countRuns(api), countRuns(alone.api)]
    account.revoke()
    for (const cached of [false, true, true]) {
      const answer = await api.get(PHYSICIANS)
      const expected = await alone.api.get(PHYSICIANS)
      expect([answer, expected]).toMatchObject([{ cached }, { cached }])
      expect(resultOf(answer)).toEqual(resultOf(expected))
    }
    expect(statusesOf(account)).toEqual([401, 200])
    expect(statusesOf(alone.account)).toEqual([200])
    expect(account.log.token).toHaveLength(1)
    expect(runs[0]).toEqual(runs[1])
  })

  it('sends one request for many simultaneous calls, even if it is resent', async () => {
    const { account, api } = await startWithCompanion(order, caching())
    account.revoke()
    const answers = await times(20, () => api.get(PHYSICIANS))
    for (const { data } of answers) expect(data.Result).toHaveLength(12)
    expect(statusesOf(account)).toEqual([401, 200])
    expect(account.log.token).toHaveLength(1)
  })

  it('never caches a 401, whatever status the caller accepts', async () => {
    const { account, api } = await startWithCompanion(order, caching())
    account.api.fail({ status: 401 })
    expect((await rejectionOf(api.get(PHYSICIANS))).response.status).toBe(401)
    expect((await api.get(PHYSICIANS, { validateStatus: () => true })).status).toBe(401)
    account.api.restore()
    expect(await api.get(PHYSICIANS)).toMatchObject({ status: 200, cached: false })
    expect(statusesOf(account)).toEqual([401, 401, 401, 200])
  })

  it('passes a failed token request to all waiting callers, and does not cache it', async () => {
    const { account, api, auth } = await startWithCompanion(order, caching(), { retries: 0 })
    auth.invalidate()
    account.tokenEndpoint.fail()
    const outcomes = await outcomesOf(Array.from({ length: 5 }, () => api.get(PHYSICIANS)))
    for (const outcome of outcomes) {
      expect(outcome).toMatchObject({ reason: { code: 'ERR_CASPIO_TOKEN_ENDPOINT', status: 503 } })
    }
    account.tokenEndpoint.restore()
    auth.invalidate()
    expect(await api.get(PHYSICIANS)).toMatchObject({ status: 200, cached: false })
    expect(account.log.token.map(({ status }) => status)).toEqual([503, 200])
  })

  it('does not store the token', async () => {
    const storage = buildMemoryStorage()
    const { account, api } = await startWithCompanion(order, caching({ storage }))
    await api.get(PHYSICIANS)
    const stored = JSON.stringify([...storage.data.values()])
    expect(stored).toContain('Result')
    const [, token = 'none'] = `${account.log.api[0]?.headers.authorization}`.split(' ')
    expect(stored).not.toContain(token)
  })

  describe('with a stale answer', () => {
    it('revalidates it with a resent request', async () => {
      const { account, api } = await startWithCompanion(order, caching())
      const headers = { ETag: '"1"' }
      account.api.fail({ status: 200, headers, body: RECORDS, times: 1 })
      account.api.fail({ status: 401, times: 1 })
      account.api.fail({ status: 304, headers, times: 1 })
      const first = await api.get(PHYSICIANS)
      vi.advanceTimersByTime(HOUR)
      const second = await api.get(PHYSICIANS)
      expect(resultOf(second)).toEqual(resultOf(first))
      expect(second).toMatchObject({ cached: true })
      expect(
        account.log.api.map((entry) => [entry.status, entry.headers['if-none-match']]),
      ).toEqual([
        [200, undefined],
        [401, '"1"'],
        [304, '"1"'],
      ])
    })

    it('serves it if there is no token', async () => {
      const { account, api, auth } = await startWithCompanion(order, caching(), { retries: 0 })
      account.api.fail({ status: 200, headers: { ETag: '"1"' }, body: RECORDS })
      const first = await api.get(PHYSICIANS)
      vi.advanceTimersByTime(HOUR)
      auth.invalidate()
      account.tokenEndpoint.fail()
      const second = await api.get(PHYSICIANS)
      expect(second).toMatchObject({ cached: true, stale: true })
      expect(resultOf(second)).toEqual(resultOf(first))
      expect(account.log.token).toHaveLength(1)
    })
  })
})

// The interceptor of axios-cache-interceptor returns a cached answer through a special adapter. If the
// plugin was attached first, its interceptor runs later, and does not know that this adapter needs no
// token.
describe('a cached answer, without a current token', () => {
  it('needs no token request if the cache was attached before the plugin', async () => {
    const { account, api, auth } = await startWithCompanion('before', caching())
    await api.get(PHYSICIANS)
    auth.invalidate()
    account.tokenEndpoint.fail()
    expect(await api.get(PHYSICIANS)).toMatchObject({ status: 200, cached: true })
    expect(account.log.token).toHaveLength(0)
  })

  it('waits for a token, and fails without one, if the cache was attached after the plugin', async () => {
    const { account, api, auth } = await startWithCompanion('after', caching(), { retries: 0 })
    await api.get(PHYSICIANS)
    auth.invalidate()
    expect(await api.get(PHYSICIANS)).toMatchObject({ status: 200, cached: true })
    expect(account.log.token).toHaveLength(1)
    auth.invalidate()
    account.tokenEndpoint.fail()
    const error = await rejectionOf(api.get(PHYSICIANS))
    expect(error.code).toBe('ERR_CASPIO_TOKEN_ENDPOINT')
    expect(statusesOf(account)).toEqual([200])
  })
})

describeEachOrder(
  'an answer with Vary: Authorization, with the cache attached %s the plugin',
  (order) => {
    const varying = { status: 200, headers: { Vary: 'Authorization' }, body: RECORDS }

    /** Which of three equal calls were cache hits, and whether the storage contains the token. */
    async function callThrice(options: CacheOptions) {
      const storage = buildMemoryStorage()
      const { account, api } = await startWithCompanion(order, caching({ storage, ...options }))
      account.api.fail(varying)
      const answers = [
        await api.get(PHYSICIANS),
        await api.get(PHYSICIANS),
        await api.get(PHYSICIANS),
      ]
      return {
        hits: answers.map((answer) => 'cached' in answer && answer.cached),
        holdsToken: JSON.stringify([...storage.data.values()]).includes('Bearer '),
      }
    }

    // The cache looks up a request before the plugin sets the header, and stores the answer after that.
    it('is a cache miss at the second call, and its token is stored', async () => {
      expect(await callThrice({})).toEqual({ hits: [false, false, true], holdsToken: true })
    })

    it('is a cache hit, and no token is stored, with vary: false', async () => {
      expect(await callThrice({ vary: false })).toEqual({
        hits: [false, true, true],
        holdsToken: false,
      })
    })
  },
)
