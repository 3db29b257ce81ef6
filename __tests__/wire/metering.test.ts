import { setMaxListeners } from 'node:events'
import { Readable } from 'node:stream'
import axios from 'axios'
import axiosRetry from 'axios-retry'
import { describe, expect, it, vi } from 'vitest'
import { attachCaspioAuth, type CaspioAuthOptions, createCaspioAuth } from '../../src/index.js'
import {
  type CallKind,
  type CallMeterOptions,
  type CallSummary,
  createCallMeter,
} from '../../src/metering/index.js'
import type { CaspioAccount } from '../../src/testing/index.js'
import { outcomesOf, PHYSICIANS, rejectionOf, startAccount, times } from '../support/account.js'
import { ADAPTERS } from '../support/axios-features.js'
import { fakeClocks } from '../support/clocks.js'
import { MemoryStore } from '../support/memory-store.js'
import { startRawServer } from '../support/raw-server.js'

const PATIENTLY = { timeout: 10_000 }

/** An account, and an instance whose calls are counted. */
async function startMetered(
  options: CaspioAuthOptions = {},
  adapter?: 'http' | 'fetch',
  meterOptions?: CallMeterOptions,
) {
  const account = await startAccount()
  const meter = createCallMeter(meterOptions)
  const api = axios.create({
    baseURL: `${account.url}/integrations/rest/v3`,
    ...(adapter && { adapter }),
  })
  const auth = attachCaspioAuth(api, account.credentials, {
    retries: 0,
    ...options,
    onEvent: meter.onEvent,
  })
  return { account, api, auth, meter }
}

/** How many calls the account received, and how many of them it answered. */
function received({ log }: CaspioAccount) {
  const calls = [...log.token, ...log.api]
  return { answered: calls.filter(({ status }) => status > 0).length, all: calls.length }
}

/** Resolves when `count` of the promises have settled. */
function ends(promises: Promise<unknown>[], count: number): Promise<void> {
  let ended = 0
  return new Promise((resolve) => {
    const end = () => {
      ended += 1
      if (ended === count) resolve()
    }
    for (const promise of promises) promise.then(end, end)
  })
}

function expectExactly(
  { calls, byKind }: CallSummary,
  account: CaspioAccount,
  counts: Record<CallKind, number>,
): void {
  const { all } = received(account)
  expect(calls).toEqual({ lower: all, upper: all })
  const kinds = Object.entries(byKind).map(([kind, { upper }]) => [kind, upper])
  expect(Object.fromEntries(kinds)).toEqual(counts)
}

describe('the meter counts exactly what the account received', () => {
  // A cooldown may not end in the middle of a test.
  fakeClocks()

  it('for a cold start, a revoked token and a renewal', async () => {
    const { account, api, auth, meter } = await startMetered()
    await times(50, () => api.get(PHYSICIANS))
    account.revoke()
    await times(50, () => api.get(PHYSICIANS))
    await auth.getAccessToken({ renew: true })
    expectExactly(meter.snapshot(), account, { token: 3, call: 100, resend: 50 })
    expect(Object.keys(meter.snapshot().byResource)).toEqual(['oauth/token', 'tables/Physicians'])
  })

  it('if the token endpoint or the API answers with an error', async () => {
    const { account, api, auth, meter } = await startMetered({ retries: 1 })
    account.tokenEndpoint.fail({ status: 503, times: 1 })
    await api.get(PHYSICIANS)
    await rejectionOf(api.get('/tables/Nothing/records'))
    account.api.fail({ status: 429, times: 1 })
    await rejectionOf(api.get(PHYSICIANS))
    account.rotateSecret()
    await rejectionOf(auth.getAccessToken({ renew: true }))
    // The last renewal tries the refresh token and the client credentials.
    expectExactly(meter.snapshot(), account, { token: 4, call: 3, resend: 0 })
  })

  it('if a 401 is permanent, or is not recovered', async () => {
    const { account, api, meter } = await startMetered()
    await api.get(PHYSICIANS)
    account.api.fail({ status: 401 })
    await rejectionOf(api.get(PHYSICIANS))
    // Renewals are in a cooldown.
    await rejectionOf(api.get(PHYSICIANS))
    await rejectionOf(api.get(PHYSICIANS, { skipAuthRefresh: true }))
    await rejectionOf(api.post(PHYSICIANS, Readable.from(['{}'])))
    expectExactly(meter.snapshot(), account, { token: 3, call: 5, resend: 1 })
  })

  it('if the token endpoint is down after a 401', async () => {
    const { account, api, meter } = await startMetered()
    await api.get(PHYSICIANS)
    account.revoke()
    account.tokenEndpoint.fail({ status: 503 })
    const outcomes = await outcomesOf(Array.from({ length: 20 }, () => api.get(PHYSICIANS)))
    expect(outcomes.filter(({ status }) => status === 'rejected')).toHaveLength(20)
    expectExactly(meter.snapshot(), account, { token: 2, call: 21, resend: 0 })
  })

  it('if a request is sent three times, because the stored token was revoked as well', async () => {
    const tokenStore = new MemoryStore()
    const { account, api, meter } = await startMetered({ tokenStore })
    await api.get(PHYSICIANS)
    const other = createCaspioAuth(account.credentials, { tokenStore, onEvent: meter.onEvent })
    await other.getAccessToken({ renew: true })
    account.revoke()
    await api.get(PHYSICIANS)
    expect(account.log.api.map(({ status }) => status)).toEqual([200, 401, 401, 200])
    expectExactly(meter.snapshot(), account, { token: 3, call: 2, resend: 2 })
  })

  it('for retries by axios-retry, and for calls that the plugin leaves alone', async () => {
    const { account, api, meter } = await startMetered({ existingAuthorization: 'keep' })
    axiosRetry(api, { retries: 2 })
    account.api.fail({ status: 503, times: 2 })
    await api.get(PHYSICIANS)
    await rejectionOf(api.get(PHYSICIANS, { skipCaspioAuth: true }))
    await rejectionOf(api.get(PHYSICIANS, { auth: { username: 'a', password: 'b' } }))
    await rejectionOf(api.get(PHYSICIANS, { headers: { Authorization: 'Bearer theirs' } }))
    expectExactly(meter.snapshot(), account, { token: 1, call: 6, resend: 0 })
  })

  it('for instances that share a token, and for created ones', async () => {
    const { account, api, auth, meter } = await startMetered()
    const other = axios.create({ baseURL: `${account.url}/rest/v2` })
    attachCaspioAuth(other, auth, { createdInstances: true })
    const created = other.create()
    await times(10, () => api.get(PHYSICIANS))
    account.revoke()
    await Promise.all([
      times(10, () => api.get(PHYSICIANS)),
      times(10, () => other.get(PHYSICIANS)),
      times(10, () => created.get(`${account.url}/rest/v2${PHYSICIANS}`)),
    ])
    expectExactly(meter.snapshot(), account, { token: 2, call: 40, resend: 30 })
  })

  it('if the answer is longer than the caller allows', async () => {
    const { account, api, meter } = await startMetered()
    await rejectionOf(api.get(PHYSICIANS, { maxContentLength: 10 }))
    expectExactly(meter.snapshot(), account, { token: 1, call: 1, resend: 0 })
  })
})

describe.each(ADAPTERS)('through many faults, with the %s adapter', (adapter) => {
  it('the account’s log is within the bounds, and answered calls are in the lower one', async () => {
    const { account, api, meter } = await startMetered({}, adapter)
    await api.get(PHYSICIANS)
    account.api.fail({ status: 401, times: 7 })
    account.api.fail({ status: 503, times: 11 })
    account.api.fail({ hang: true, times: 5 })
    account.api.fail({ reset: true, times: 3 })
    const controller = new AbortController()
    const { signal } = controller
    setMaxListeners(0, signal)
    const first = Array.from({ length: 60 }, () => api.get(PHYSICIANS, { signal }))
    // All except the five that hang.
    await ends(first, 55)
    account.revoke()
    await outcomesOf(Array.from({ length: 40 }, () => api.get(PHYSICIANS)))
    account.api.fail({ hang: true, times: 4 })
    // Long enough for a busy machine: a call that times out before it is received is not counted.
    await times(4, () => rejectionOf(api.get(PHYSICIANS, { timeout: 2_000 })))
    controller.abort()
    await outcomesOf(first)

    const { answered, all } = received(account)
    expect(all - answered).toBe(5 + 3 + 4)
    expect(meter.snapshot().calls).toEqual({ lower: answered, upper: all })
  })

  it('a storm of aborts, timeouts and outages stays within the bounds', async () => {
    const { account, api, auth, meter } = await startMetered({ timeout: 300 }, adapter)
    // On a busy machine an answer can take longer than the timeout.
    await vi.waitFor(() => api.get(PHYSICIANS))
    for (let round = 0; round < 6; round++) {
      account.api.latency = 15
      account.tokenEndpoint.latency = 20
      if (round === 2) account.tokenEndpoint.fail({ hang: true, times: 1 })
      if (round === 3) account.tokenEndpoint.fail({ reset: true, times: 1 })
      if (round === 4) account.api.fail({ reset: true, times: 10 })
      const under = Array.from({ length: 40 }, (_, index) => {
        const ms = [0, 5, 10, 20, 40][index % 5] ?? 0
        return index % 2
          ? api.get(PHYSICIANS, { timeout: ms })
          : api.get(PHYSICIANS, { signal: AbortSignal.timeout(ms + 1) })
      })
      account.revoke()
      await outcomesOf(under)
      auth.invalidate()
    }
    // So that no token request is under way any more.
    await vi.waitFor(() => auth.getAccessToken())
    const { answered, all } = received(account)
    const { lower, upper } = meter.snapshot().calls
    expect(lower).toBeLessThanOrEqual(all)
    expect(upper).toBeGreaterThanOrEqual(all)
    // What was answered too late for its caller is in the upper bound only.
    expect(lower).toBeLessThanOrEqual(answered)
    expect(lower).toBeGreaterThan(0)
    expect(upper).toBeGreaterThan(lower)
  })
})

describe('calls without an answer', () => {
  it('are in the upper bound', async () => {
    const { account, api, auth, meter } = await startMetered()
    await api.get(PHYSICIANS)
    account.api.fail({ reset: true, times: 1 })
    await rejectionOf(api.get(PHYSICIANS))
    account.api.fail({ hang: true, times: 1 })
    const controller = new AbortController()
    const aborted = rejectionOf(api.get(PHYSICIANS, { signal: controller.signal }))
    await vi.waitUntil(() => account.log.api.length === 3, PATIENTLY)
    controller.abort()
    await aborted
    account.tokenEndpoint.fail({ reset: true, times: 2 })
    await rejectionOf(auth.getAccessToken({ renew: true }))
    account.tokenEndpoint.fail({ hang: true, times: 1 })
    const options = { timeout: 1_000, retries: 0, onEvent: meter.onEvent }
    await rejectionOf(createCaspioAuth(account.credentials, options).getAccessToken())
    const { answered, all } = received(account)
    expect([answered, all]).toEqual([2, 7])
    expect(meter.snapshot().calls).toEqual({ lower: 2, upper: 7 })
  })

  it('are not counted if no connection could be made', async () => {
    const { account, api, auth, meter } = await startMetered()
    await account.close()
    expect((await rejectionOf(auth.getAccessToken())).cause.code).toBe('ECONNREFUSED')
    await rejectionOf(api.get(PHYSICIANS, { skipCaspioAuth: true }))
    expect(meter.snapshot().calls).toEqual({ lower: 0, upper: 0 })
  })
})

it('calls to other parties and to other accounts are not counted', async () => {
  const [stranger, otherAccount] = [await startRawServer(), await startAccount()]
  const { account, api, meter } = await startMetered()
  await api.get(stranger.url)
  await rejectionOf(api.get(`${otherAccount.url}/rest/v2/tables`))
  expect(meter.snapshot().calls.upper).toBe(0)
  await api.get(PHYSICIANS)
  expectExactly(meter.snapshot(), account, { token: 1, call: 1, resend: 0 })
})

it('a sink on the account itself is counted, and its writes do not cause each other', async () => {
  const { account, api, meter } = await startMetered({}, undefined, {
    writeEvery: 1,
    write: () => api.get('/views'),
  })
  await api.get(PHYSICIANS)
  await meter.close()
  await meter.close()
  expectExactly(meter.snapshot(), account, { token: 1, call: account.log.api.length, resend: 0 })
  expect(account.log.api.length).toBeLessThan(8)
})
