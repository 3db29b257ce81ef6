import type { AxiosInstance } from 'axios'
import { buildMemoryStorage, type CacheOptions, setupCache } from 'axios-cache-interceptor'
import { describe, expect, it, vi } from 'vitest'
import { outcomesOf, rejectionOf, times } from '../support/account.js'
import { fakeClocks } from '../support/clocks.js'
import {
  countRuns,
  describeEachOrder,
  PHYSICIANS,
  resultOf,
  startAlone,
  startCompany,
  statusesOf,
} from './support.js'

const caching =
  (options?: CacheOptions) =>
  (api: AxiosInstance): void => {
    setupCache(api, options)
  }

const HOUR = 3_600_000
const RECORDS = JSON.stringify({ Result: [{ PK_ID: 1 }] })

// So that no pause of ours ends by itself.
fakeClocks()

describeEachOrder('axios-cache-interceptor, attached %s ours', (order) => {
  it('caches what a recovery brought, as it caches any answer', async () => {
    const { account, api } = await startCompany(order, caching())
    const alone = await startAlone(caching())
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

  it('makes one request of many at once, through a recovery as well', async () => {
    const { account, api } = await startCompany(order, caching())
    account.revoke()
    const answers = await times(20, () => api.get(PHYSICIANS))
    for (const { data } of answers) expect(data.Result).toHaveLength(12)
    expect(statusesOf(account)).toEqual([401, 200])
    expect(account.log.token).toHaveLength(1)
  })

  it('never keeps a 401, whatever the caller accepts', async () => {
    const { account, api } = await startCompany(order, caching())
    account.api.fail({ status: 401 })
    expect((await rejectionOf(api.get(PHYSICIANS))).response.status).toBe(401)
    expect((await api.get(PHYSICIANS, { validateStatus: () => true })).status).toBe(401)
    account.api.restore()
    expect(await api.get(PHYSICIANS)).toMatchObject({ status: 200, cached: false })
    expect(statusesOf(account)).toEqual([401, 401, 401, 200])
  })

  it('gives the failure of the token endpoint to all who wait, and keeps nothing of it', async () => {
    const { account, api, auth } = await startCompany(order, caching(), { retries: 0 })
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

  it('holds no token', async () => {
    const storage = buildMemoryStorage()
    const { account, api } = await startCompany(order, caching({ storage }))
    await api.get(PHYSICIANS)
    const held = JSON.stringify([...storage.data.values()])
    expect(held).toContain('Result')
    const [, token = 'none'] = `${account.log.api[0]?.headers.authorization}`.split(' ')
    expect(held).not.toContain(token)
  })

  describe('when what it holds is stale', () => {
    it('revalidates through a recovery', async () => {
      const { account, api } = await startCompany(order, caching())
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

    it('it serves that where no token can be had', async () => {
      const { account, api, auth } = await startCompany(order, caching(), { retries: 0 })
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

// Its interceptor hands out what is cached by an adapter of its own. Ours runs behind it when ours
// was attached before it, and cannot know that this adapter needs no token.
describe('a cached answer, without a token in hand', () => {
  it('attached before ours, costs no token request and survives an outage', async () => {
    const { account, api, auth } = await startCompany('before', caching())
    await api.get(PHYSICIANS)
    auth.invalidate()
    account.tokenEndpoint.fail()
    expect(await api.get(PHYSICIANS)).toMatchObject({ status: 200, cached: true })
    expect(account.log.token).toHaveLength(0)
  })

  it('attached after ours, waits for a token that nobody uses, and fails without', async () => {
    const { account, api, auth } = await startCompany('after', caching(), { retries: 0 })
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

describeEachOrder('where the server says Vary: Authorization, attached %s ours', (order) => {
  const varying = { status: 200, headers: { Vary: 'Authorization' }, body: RECORDS }

  /** What three equal calls were, and whether the storage holds the token. */
  async function callThrice(options: CacheOptions) {
    const storage = buildMemoryStorage()
    const { account, api } = await startCompany(order, caching({ storage, ...options }))
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

  // Where it looks for the header of a request, ours is not there yet; where it keeps it, it is.
  it('the second call is a miss, and the token is kept in its storage', async () => {
    expect(await callThrice({})).toEqual({ hits: [false, false, true], holdsToken: true })
  })

  it('with vary: false all is as it should be', async () => {
    expect(await callThrice({ vary: false })).toEqual({
      hits: [false, true, true],
      holdsToken: false,
    })
  })
})
