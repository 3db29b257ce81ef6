import axios, { type AxiosInstance } from 'axios'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { resolveOptions } from '../../src/contract/options.js'
import {
  attachCaspioAuth,
  type CaspioAuth,
  type CaspioAuthEvent,
  type CaspioAuthOptions,
  type CaspioTokenStore,
  createCaspioAuth,
} from '../../src/index.js'
import { now } from '../../src/lib/clock.js'
import { shareTokens } from '../../src/store/shared-tokens.js'
import type { CaspioAccount } from '../../src/testing/index.js'
import type { Issued } from '../../src/token/issuer.js'
import { PHYSICIANS, rejectionOf, sleep, startAccount, times } from '../support/account.js'
import { atRest, fakeClocks, fakeTime } from '../support/clocks.js'
import { witness } from '../support/hygiene.js'
import { issueRequest } from '../support/issue-request.js'
import { MemoryStore } from '../support/memory-store.js'
import { leaksIn } from '../support/secrets.js'
import { watchUnhandled } from '../support/unhandled.js'

const HOUR = 3_600_000

interface Member {
  readonly api: AxiosInstance
  readonly auth: CaspioAuth
  readonly events: CaspioAuthEvent[]
}

/** Starts what represents one process of a fleet: an instance with a token source. */
function startMember(
  account: CaspioAccount,
  tokenStore: CaspioTokenStore,
  options: CaspioAuthOptions = {},
): Member {
  const events: CaspioAuthEvent[] = witness([])
  const api = axios.create({ baseURL: `${account.url}/rest/v2`, adapter: 'http' })
  const auth = attachCaspioAuth(api, account.credentials, {
    tokenStore,
    onEvent: (event) => events.push(event),
    ...options,
  })
  return { api, auth: witness(auth), events }
}

function ofType<T extends CaspioAuthEvent['type']>(
  events: CaspioAuthEvent[],
  type: T,
): Extract<CaspioAuthEvent, { type: T }>[] {
  return events.filter((event) => event.type === type) as never
}

function sources({ events }: Member): string[] {
  return ofType(events, 'token-taken').map(({ source }) => source)
}

async function eventually(condition: () => boolean): Promise<void> {
  await vi.waitUntil(condition, { timeout: 5_000, interval: 5 })
}

async function accessTokenOf({ auth }: Member): Promise<string> {
  return (await auth.getAccessToken()).access_token
}

describe('a token store', () => {
  it('passes the token of one process to the next, which reports it and sends no token request', async () => {
    const account = await startAccount()
    const store = new MemoryStore()
    const first = startMember(account, store)
    const second = startMember(account, store)
    await first.api.get(PHYSICIANS)
    await eventually(() => store.token !== undefined)
    await second.api.get(PHYSICIANS)
    expect(account.log.token).toHaveLength(1)
    expect(await accessTokenOf(second)).toBe(await accessTokenOf(first))
    expect(sources(first)).toEqual(['issued'])
    expect(ofType(second.events, 'token-taken')).toEqual([
      { type: 'token-taken', source: 'store', expiresIn: expect.any(Number) },
    ])
    const [{ expiresIn = 0 } = {}] = ofType(second.events, 'token-taken')
    expect(expiresIn).toBeLessThanOrEqual(86_399)
    expect(expiresIn).toBeGreaterThan(86_380)
  })

  it('is not read while the process has a valid token', async () => {
    const account = await startAccount()
    const store = new MemoryStore({ lock: true })
    const { api } = startMember(account, store)
    await api.get(PHYSICIANS)
    await eventually(() => store.calls.includes('release'))
    store.calls.length = 0
    await times(20, () => api.get(PHYSICIANS))
    expect(store.calls).toEqual([])
  })

  it('contains one versioned JSON value per account and client ID, and no client secret', async () => {
    const account = await startAccount()
    const { clientID, clientSecret, tokenEndpointURL } = account.credentials
    const store = new MemoryStore()
    const set = vi.spyOn(store, 'set')
    const { access_token } = await startMember(account, store).auth.getAccessToken()
    await eventually(() => store.token !== undefined)
    const [[key, value, ttl] = ['', '', 0]] = set.mock.calls
    expect(JSON.parse(value)).toEqual({
      v: 1,
      access_token,
      token_type: 'bearer',
      expires_in: 86_399,
      refresh_token: expect.stringMatching(/^[\da-f]{64}$/),
      issued_at: expect.closeTo(Date.now(), -4),
    })
    expect(key).toBe(
      `axios-caspio-auth:${encodeURIComponent(tokenEndpointURL.replace('http://', ''))}:${clientID}`,
    )
    expect(leaksIn([key, value], [clientSecret])).toEqual([])
    expect(ttl).toBeGreaterThan(86_390_000)
    expect(ttl).toBeLessThanOrEqual(86_399_000)
    expect(Number.isInteger(ttl)).toBe(true)
  })

  it('keeps the tokens of different accounts apart', async () => {
    const store = new MemoryStore()
    const [north, south] = [await startAccount(), await startAccount()]
    for (const account of [north, south]) await startMember(account, store).api.get(PHYSICIANS)
    await eventually(() => store.keys.length === 2)
    expect([north.log.token.length, south.log.token.length]).toEqual([1, 1])
  })

  it('may be synchronous, return parsed JSON, and return null for a missing value', async () => {
    const account = await startAccount()
    const values = new Map<string, unknown>()
    const store: CaspioTokenStore = {
      get: (key) => values.get(key) ?? null,
      set: (key, value) => void values.set(key, JSON.parse(value)),
      delete: (key) => values.delete(key),
    }
    const members = [startMember(account, store), startMember(account, store)]
    for (const { api } of members) {
      await api.get(PHYSICIANS)
      await eventually(() => values.size === 1)
    }
    expect(account.log.token).toHaveLength(1)
    expect(members.flatMap(({ events }) => ofType(events, 'store-failed'))).toEqual([])
  })

  it('keeps a token of unknown life for a day', async () => {
    const account = await startAccount()
    account.tokenEndpoint.fail({
      status: 200,
      body: JSON.stringify({ access_token: 'a-token', token_type: 'bearer' }),
    })
    const store = new MemoryStore()
    const set = vi.spyOn(store, 'set')
    const member = startMember(account, store)
    await member.auth.getAccessToken()
    await eventually(() => store.token !== undefined)
    expect(set.mock.calls[0]?.[2]).toBe(24 * HOUR)
    const other = startMember(account, store)
    expect(await other.auth.getAccessToken()).toEqual({
      access_token: 'a-token',
      token_type: 'bearer',
    })
    expect(account.log.token).toHaveLength(1)
  })

  it('does not get a token that had expired on arrival', async () => {
    const account = await startAccount()
    account.tokenEndpoint.latency = 60
    account.tokenEndpoint.fail({
      status: 200,
      body: JSON.stringify({ access_token: 'a-token', token_type: 'bearer', expires_in: 0.05 }),
    })
    const store = new MemoryStore()
    const set = vi.spyOn(store, 'set')
    await startMember(account, store).auth.getAccessToken()
    await sleep(50)
    expect(set).not.toHaveBeenCalled()
  })

  it('also works for a handle without an instance', async () => {
    const account = await startAccount()
    const tokenStore = new MemoryStore()
    await createCaspioAuth(account.credentials, { tokenStore }).getAccessToken()
    await eventually(() => tokenStore.token !== undefined)
    await createCaspioAuth(account.credentials, { tokenStore }).getAccessToken()
    expect(account.log.token).toHaveLength(1)
  })
})

describe('renewal in a fleet', () => {
  fakeClocks()

  it('is done by the first process to reach its renewal time; the others take its token', async () => {
    const account = await startAccount()
    account.tokenEndpoint.latency = 30
    const store = new MemoryStore({ lock: true })
    const fleet = Array.from({ length: 6 }, () => startMember(account, store))
    for (const { api } of fleet) {
      await api.get(PHYSICIANS)
      await eventually(() => store.token !== undefined)
    }
    vi.advanceTimersByTime(21.5 * HOUR)
    // Each process renews at some time between 21.6 and 22.1 hours.
    for (let minutes = 0; minutes < 45; minutes++) {
      await Promise.all(fleet.map(({ api }) => api.get(PHYSICIANS)))
      await sleep(10)
      // A minute is longer than a lock lasts.
      await eventually(() => store.entries.size === 1)
      vi.advanceTimersByTime(60_000)
    }
    expect(account.log.token.map(({ grant }) => grant)).toEqual([
      'client_credentials',
      'refresh_token',
    ])
    const tokens = await Promise.all(fleet.map(accessTokenOf))
    expect(new Set(tokens)).toEqual(new Set([store.token?.access_token]))
    expect(account.log.api.filter(({ status }) => status !== 200)).toEqual([])
    expect(account.liveRefreshTokens).toBe(1)
  })

  it('is due by the age of the token, no matter when a process took it from the store', async () => {
    const account = await startAccount()
    const store = new MemoryStore()
    await startMember(account, store).api.get(PHYSICIANS)
    await eventually(() => store.token !== undefined)
    vi.advanceTimersByTime(21 * HOUR)
    const late = startMember(account, store)
    await late.api.get(PHYSICIANS)
    vi.advanceTimersByTime(0.5 * HOUR)
    await late.api.get(PHYSICIANS)
    await sleep(20)
    expect(account.log.token).toHaveLength(1)
    vi.advanceTimersByTime(0.6 * HOUR)
    await late.api.get(PHYSICIANS)
    await eventually(() => account.log.token.length === 2)
    expect(account.log.token[1]?.grant).toBe('refresh_token')
  })

  it('does not take a token that expires sooner than the current one', async () => {
    const account = await startAccount()
    const store = new MemoryStore()
    await startMember(account, store).api.get(PHYSICIANS)
    await eventually(() => store.token !== undefined)
    const [key = ''] = store.keys
    const sooner = store.entries.get(key)
    store.entries.clear()
    vi.advanceTimersByTime(HOUR)
    const member = startMember(account, store)
    await member.api.get(PHYSICIANS)
    await eventually(() => store.token !== undefined)
    if (sooner) store.entries.set(key, { ...sooner, endsAt: Number.POSITIVE_INFINITY })
    vi.advanceTimersByTime(22.2 * HOUR)
    await member.api.get(PHYSICIANS)
    await eventually(() => account.log.token.length === 3)
    expect(sources(member)).toEqual(['issued', 'issued'])
  })

  it('never takes an expired token, no matter how long the store keeps it', async () => {
    const account = await startAccount()
    const store = new MemoryStore()
    await startMember(account, store).api.get(PHYSICIANS)
    await eventually(() => store.token !== undefined)
    for (const [key, entry] of store.entries) {
      store.entries.set(key, { ...entry, endsAt: Number.POSITIVE_INFINITY })
    }
    vi.advanceTimersByTime(24 * HOUR)
    const late = startMember(account, store)
    await late.api.get(PHYSICIANS)
    expect(sources(late)).toEqual(['issued'])
    expect(ofType(late.events, 'store-failed')[0]?.reason).toMatch(/expired/)
  })

  it('never extends the life of a token if the clock of another machine is ahead', async () => {
    const account = await startAccount()
    const store = new MemoryStore()
    await startMember(account, store).api.get(PHYSICIANS)
    await eventually(() => store.token !== undefined)
    vi.setSystemTime(Date.now() - HOUR)
    const { expires_in = 0 } = await startMember(account, store).auth.getAccessToken()
    expect(expires_in).toBeLessThanOrEqual(86_399)
    expect(account.log.token).toHaveLength(1)
  })
})

describe('after a rejection', () => {
  it('the plugin takes a different token from the store and sends no token request', async () => {
    const account = await startAccount()
    const store = new MemoryStore({ lock: true })
    const [first, second] = [startMember(account, store), startMember(account, store)] as const
    await first.api.get(PHYSICIANS)
    await eventually(() => store.token !== undefined)
    await second.api.get(PHYSICIANS)
    account.revoke()
    await first.api.get(PHYSICIANS)
    await eventually(() => store.calls.filter((call) => call === 'release').length === 2)
    await second.api.get(PHYSICIANS)
    expect(account.log.token).toHaveLength(2)
    expect(sources(second)).toEqual(['store', 'store'])
    expect(ofType(second.events, 'request-resent')).toHaveLength(1)
  })

  it('the plugin does not take the rejected token from the store again', async () => {
    const account = await startAccount()
    const store = new MemoryStore()
    const member = startMember(account, store)
    await member.api.get(PHYSICIANS)
    await eventually(() => store.token !== undefined)
    account.revoke()
    const { status } = await member.api.get(PHYSICIANS)
    expect(status).toBe(200)
    expect(sources(member)).toEqual(['issued', 'issued'])
    expect(account.log.token.map(({ grant }) => grant)).toEqual([
      'client_credentials',
      'client_credentials',
    ])
  })

  it('the plugin also replaces the token from the store if that is revoked, too', async () => {
    const account = await startAccount()
    const store = new MemoryStore()
    const old = startMember(account, store)
    await old.api.get(PHYSICIANS)
    await eventually(() => store.token !== undefined)
    const renewer = startMember(account, store)
    await renewer.auth.getAccessToken()
    await renewer.auth.getAccessToken({ renew: true })
    const renewed = await accessTokenOf(renewer)
    await eventually(() => store.token?.access_token === renewed)
    account.revoke()
    const { status } = await old.api.get(PHYSICIANS)
    expect(status).toBe(200)
    expect(sources(old)).toEqual(['issued', 'store', 'issued'])
    expect(ofType(old.events, 'request-resent')).toHaveLength(2)
    expect(account.log.token).toHaveLength(3)
  })

  it('the plugin resends twice at most: a resource that rejects every token gets three requests', async () => {
    const account = await startAccount()
    const store = new MemoryStore()
    const old = startMember(account, store)
    await old.api.get(PHYSICIANS)
    await eventually(() => store.token !== undefined)
    await startMember(account, store).auth.getAccessToken({ renew: true })
    await eventually(() => account.log.token.length === 2)
    await sleep(20)
    account.log.clear()
    account.api.fail({ status: 401 })
    const error = await rejectionOf(old.api.get(PHYSICIANS))
    expect(error.response.status).toBe(401)
    expect(account.log.api).toHaveLength(3)
    expect(account.log.token).toHaveLength(1)
  })

  it('the plugin pauses renewals if a resource rejects every token, even with a store', async () => {
    const account = await startAccount()
    const store = new MemoryStore({ lock: true })
    const { api } = startMember(account, store)
    await api.get(PHYSICIANS)
    account.api.fail({ status: 401 })
    for (let i = 0; i < 20; i++) await rejectionOf(api.get(PHYSICIANS))
    // The first token, its replacement, and one more, because no renewal had failed before.
    expect(account.log.token.length).toBeLessThanOrEqual(3)
  })
})

describe('asking for a new token', () => {
  it('takes the newer token of another process', async () => {
    const account = await startAccount()
    const store = new MemoryStore()
    const [first, second] = [startMember(account, store), startMember(account, store)] as const
    await first.auth.getAccessToken()
    await eventually(() => store.token !== undefined)
    await second.auth.getAccessToken()
    const old = await accessTokenOf(first)
    const { access_token } = await first.auth.getAccessToken({ renew: true })
    await eventually(() => store.token?.access_token === access_token)
    expect(access_token).not.toBe(old)
    expect((await second.auth.getAccessToken({ renew: true })).access_token).toBe(access_token)
    expect(account.log.token).toHaveLength(2)
  })

  it('requests a token if the process has none, because the stored one may be the rejected one', async () => {
    const account = await startAccount()
    const store = new MemoryStore()
    await startMember(account, store).auth.getAccessToken()
    await eventually(() => store.token !== undefined)
    await startMember(account, store).auth.getAccessToken({ renew: true })
    expect(account.log.token).toHaveLength(2)
  })

  it('invalidate() deletes the token from the store and never uses it again', async () => {
    const account = await startAccount()
    const store = new MemoryStore()
    const remove = vi.spyOn(store, 'delete').mockResolvedValueOnce(undefined)
    const { auth } = startMember(account, store)
    const { access_token } = await auth.getAccessToken()
    await eventually(() => store.token !== undefined)
    auth.invalidate()
    // The token is still in the store.
    expect((await auth.getAccessToken()).access_token).not.toBe(access_token)
    expect(remove).toHaveBeenCalledWith(store.keys[0])
    auth.invalidate()
    await eventually(() => store.keys.length === 0)
  })
})

describe('the lock', () => {
  it('limits the cold start of a whole fleet to one token request', async () => {
    const account = await startAccount()
    account.tokenEndpoint.latency = 50
    const store = new MemoryStore({ lock: true })
    const fleet = Array.from({ length: 32 }, () => startMember(account, store))
    await Promise.all(fleet.map(({ api }) => times(5, () => api.get(PHYSICIANS))))
    expect(account.log.token).toHaveLength(1)
    expect(fleet.flatMap(sources).filter((source) => source === 'issued')).toHaveLength(1)
    await eventually(() => store.entries.size === 1)
  })

  it('lasts longer than an attempt may take, and is released once the token is stored', async () => {
    const account = await startAccount()
    const store = new MemoryStore({ lock: true })
    const lock = vi.spyOn(store, 'lock')
    await startMember(account, store, { timeout: 2_000 }).auth.getAccessToken()
    await eventually(() => store.calls.includes('release'))
    expect(lock.mock.calls).toEqual([[`${store.keys[0]}:lock`, 7_000]])
    expect(store.calls).toEqual(['get', 'lock', 'get', 'set', 'release'])
  })

  it('is released after a failed token request, so that the next process can send one', async () => {
    const account = await startAccount()
    account.tokenEndpoint.fail({ times: 1 })
    const store = new MemoryStore({ lock: true })
    await rejectionOf(startMember(account, store, { retries: 0 }).auth.getAccessToken())
    await eventually(() => store.calls.includes('release'))
    await startMember(account, store).auth.getAccessToken()
    expect(account.log.token).toHaveLength(2)
  })

  it('expires if its holder never releases it', async () => {
    const account = await startAccount()
    const store = new MemoryStore({ lock: true })
    // The holder died during its token request. The lock expires in 300 ms.
    await store.lock?.(
      `axios-caspio-auth:${encodeURIComponent(new URL(account.credentials.tokenEndpointURL).host)}%2Foauth%2Ftoken:${account.credentials.clientID}:lock`,
      300,
    )
    const started = performance.now()
    const fleet = Array.from({ length: 8 }, () => startMember(account, store))
    await Promise.all(fleet.map(({ api }) => api.get(PHYSICIANS)))
    expect(performance.now() - started).toBeGreaterThan(250)
    expect(performance.now() - started).toBeLessThan(3_000)
    expect(account.log.token).toHaveLength(1)
  })

  it('is released at once if it arrives after the timeout', async () => {
    const { unhandled, end } = watchUnhandled()
    const account = await startAccount()
    let releases = 0
    const release = async () => {
      releases++
      throw new Error('the release failed')
    }
    const lock = async () => {
      await sleep(60)
      return release
    }
    const tokenStore = {
      get: () => undefined,
      set: () => undefined,
      delete: () => undefined,
      lock,
    }
    const member = startMember(account, tokenStore, { tokenStoreTimeout: 20 })
    await member.api.get(PHYSICIANS)
    expect(ofType(member.events, 'store-failed')).toEqual([
      { type: 'store-failed', operation: 'lock', reason: expect.stringMatching(/20 ms/) },
    ])
    await eventually(() => releases === 1)
    await sleep(20)
    end()
    expect(unhandled).toEqual([])
  })

  it('does not block a process forever if it is never free', async () => {
    const account = await startAccount()
    const tokenStore = {
      get: () => undefined,
      set: () => undefined,
      delete: () => undefined,
      lock: async () => undefined,
    }
    const clock = vi.spyOn(performance, 'now')
    const started = performance.now()
    // The clock advances by half a second each time it is read.
    let reads = 0
    clock.mockImplementation(() => started + reads++ * 500)
    const member = startMember(account, tokenStore)
    await member.auth.getAccessToken()
    clock.mockRestore()
    expect(account.log.token).toHaveLength(1)
  })
})

describe('without a lock', () => {
  it('processes that start at the same moment end up with the same token', async () => {
    const account = await startAccount()
    account.tokenEndpoint.latency = 30
    const store = new MemoryStore()
    const fleet = Array.from({ length: 8 }, () => startMember(account, store))
    await Promise.all(fleet.map(({ api }) => api.get(PHYSICIANS)))
    expect(account.log.token.length).toBeLessThanOrEqual(8)
    await vi.waitUntil(
      async () => new Set(await Promise.all(fleet.map(accessTokenOf))).size === 1,
      { timeout: 4_000, interval: 50 },
    )
    expect(await accessTokenOf(fleet[0] as Member)).toBe(store.token?.access_token)
  })

  it('a slow process takes the token that others already use and drops the one it requested', async () => {
    const account = await startAccount()
    const store = new MemoryStore()
    account.tokenEndpoint.latency = 150
    const slowMember = startMember(account, store)
    const slow = slowMember.auth.getAccessToken()
    await sleep(30)
    account.tokenEndpoint.latency = 0
    const { access_token } = await startMember(account, store).auth.getAccessToken()
    await eventually(() => store.token !== undefined)
    expect((await slow).access_token).toBe(access_token)
    expect(store.token?.access_token).toBe(access_token)
  })

  it('a process whose token was overwritten in the store takes the new one', async () => {
    const account = await startAccount()
    const store = new MemoryStore()
    await startMember(account, store).auth.getAccessToken()
    await eventually(() => store.token !== undefined)
    const member = startMember(account, store)
    await member.auth.getAccessToken()
    const other = new MemoryStore()
    await startMember(account, other).auth.getAccessToken()
    await eventually(() => other.token !== undefined)
    for (const [key, entry] of other.entries) store.entries.set(key, entry)
    await vi.waitUntil(async () => (await accessTokenOf(member)) === store.token?.access_token, {
      timeout: 3_000,
    })
  })

  it('a token that could not be stored is stored when the store works again', async () => {
    const account = await startAccount()
    const store = new MemoryStore()
    vi.spyOn(store, 'set').mockRejectedValueOnce(new Error('out of memory'))
    const clock = vi.spyOn(performance, 'now')
    const member = startMember(account, store)
    await member.auth.getAccessToken()
    await eventually(() => ofType(member.events, 'store-failed').length === 1)
    // The store is skipped for 10 s after a failure. That time is over.
    const now = performance.now()
    clock.mockImplementation(() => now + 11_000)
    await eventually(() => store.token !== undefined)
    clock.mockRestore()
    expect(account.log.token).toHaveLength(1)
    expect(store.token?.access_token).toBe(await accessTokenOf(member))
  })
})

describe('a store that fails does not fail a request:', () => {
  const VALUES: [string, unknown][] = [
    ['rubbish', 'rubbish'],
    ['foreign JSON', '{"access_token":"a","token_type":"bearer","expires_in":86399}'],
    ['a value of another version', '{"v":2,"token":"a"}'],
    ['a value without a token', '{"v":1,"token_type":"bearer","issued_at":1}'],
    [
      'a token that would break out of the header',
      JSON.stringify({ v: 1, access_token: 'a\r\nX: 1', token_type: 'bearer', issued_at: 1e15 }),
    ],
    [
      'an expired token',
      '{"v":1,"access_token":"a","token_type":"bearer","expires_in":9,"issued_at":1}',
    ],
    [
      'a token without its time of issue',
      '{"v":1,"access_token":"a","token_type":"bearer","expires_in":9}',
    ],
    ['a number', 42],
    ['an array', []],
  ]

  it.each(VALUES)('%s is reported and overwritten', async (_, value) => {
    const account = await startAccount()
    const store = new MemoryStore({ lock: true })
    const get = vi.spyOn(store, 'get').mockResolvedValueOnce(value as string)
    const member = startMember(account, store)
    await member.api.get(PHYSICIANS)
    const [failed] = ofType(member.events, 'store-failed')
    expect(failed).toMatchObject({ operation: 'get' })
    expect(failed?.reason).not.toContain('"a"')
    await eventually(() => store.token !== undefined)
    expect(get).toHaveBeenCalled()
    const next = startMember(account, store)
    await next.api.get(PHYSICIANS)
    expect(account.log.token).toHaveLength(1)
  })

  const throwBoom = (): never => {
    throw new Error('boom')
  }
  const FAULTS: [string, Partial<CaspioTokenStore>, string][] = [
    ['get throws', { get: throwBoom }, 'get: boom'],
    ['get rejects', { get: async () => throwBoom() }, 'get: boom'],
    ['set throws', { set: throwBoom }, 'set: boom'],
    ['set rejects', { set: async () => throwBoom() }, 'set: boom'],
    ['set returns false', { set: async () => false }, 'set: it did not keep the token'],
    ['lock throws', { lock: throwBoom }, 'lock: boom'],
    ['lock rejects', { lock: async () => throwBoom() }, 'lock: boom'],
    [
      'lock returns a string',
      { lock: async () => 'yes' as never },
      'lock: its lock did not return a function',
    ],
    ['get hangs', { get: () => new Promise(() => {}) }, 'get: no answer within 50 ms'],
    ['set hangs', { set: () => new Promise(() => {}) }, 'set: no answer within 50 ms'],
    ['lock hangs', { lock: () => new Promise(() => {}) }, 'lock: no answer within 50 ms'],
    ['release throws', { lock: async () => throwBoom }, ''],
    ['release rejects', { lock: async () => async () => throwBoom() }, ''],
    ['release hangs', { lock: async () => () => new Promise(() => {}) }, ''],
  ]

  it.each(FAULTS)('%s', async (_, fault, expected) => {
    const { unhandled, end } = watchUnhandled()
    const account = await startAccount()
    const store = Object.assign(new MemoryStore({ lock: true }), fault)
    const member = startMember(account, store, { tokenStoreTimeout: 50 })
    const started = performance.now()
    await times(20, () => member.api.get(PHYSICIANS))
    expect(performance.now() - started).toBeLessThan(1_000)
    expect(account.log.token).toHaveLength(1)
    const reported = () =>
      ofType(member.events, 'store-failed').map((event) => `${event.operation}: ${event.reason}`)
    await eventually(() => !expected || reported().length > 0)
    await sleep(20)
    expect(reported()).toEqual(expected ? [expected] : [])
    end()
    expect(unhandled).toEqual([])
  })

  it('after a failure the store is skipped for 10 s', async () => {
    const account = await startAccount()
    const store = new MemoryStore()
    const get = vi.spyOn(store, 'get').mockRejectedValue(new Error('down'))
    const { auth } = startMember(account, store)
    await auth.getAccessToken()
    auth.invalidate()
    await auth.getAccessToken()
    expect(get).toHaveBeenCalledTimes(1)
    // No request waits for a write, so the plugin still writes.
    expect(store.calls).toEqual(['set', 'set'])
    store.calls.length = 0
    const now = performance.now()
    const clock = vi.spyOn(performance, 'now').mockImplementation(() => now + 10_100)
    get.mockRestore()
    auth.invalidate()
    await auth.getAccessToken()
    expect(store.calls[0]).toBe('delete')
    expect(store.calls).toContain('get')
    clock.mockRestore()
  })

  it('a value that the store cannot read is overwritten', async () => {
    const account = await startAccount()
    const store = new MemoryStore()
    let isBroken = true
    const read = store.get.bind(store)
    vi.spyOn(store, 'get').mockImplementation(async (key) => {
      if (isBroken) throw new SyntaxError('Unexpected token')
      return read(key)
    })
    vi.spyOn(store, 'set').mockImplementationOnce(async (key, value, ttl) => {
      isBroken = false
      store.entries.set(key, { value, endsAt: performance.now() + ttl })
    })
    await startMember(account, store).auth.getAccessToken()
    await eventually(() => store.token !== undefined)
    await startMember(account, store).auth.getAccessToken()
    expect(account.log.token).toHaveLength(1)
  })

  it('a store that keeps nothing is written to less and less often', async () => {
    const account = await startAccount()
    const set = vi.fn()
    const tokenStore = { get: () => undefined, set, delete: () => undefined }
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date', 'performance'] })
    const issuing = startMember(account, tokenStore).auth.getAccessToken()
    // Sockets are real and do not use the fake time.
    await vi.waitUntil(() => account.log.token.length === 1, { interval: 5 })
    await issuing
    for (let second = 0; second < 3_600; second++) await vi.advanceTimersByTimeAsync(1_000)
    vi.useRealTimers()
    expect(set.mock.calls.length).toBeGreaterThan(30)
    expect(set.mock.calls.length).toBeLessThan(75)
  })

  it('tokens in the errors of the store are redacted', async () => {
    const account = await startAccount()
    const store = new MemoryStore()
    vi.spyOn(store, 'set').mockImplementation(async (key, value) => {
      throw new Error(`SET ${key} ${value} failed`)
    })
    const member = startMember(account, store)
    const { access_token } = await member.auth.getAccessToken()
    await eventually(() => ofType(member.events, 'store-failed').length > 0)
    const [failed] = ofType(member.events, 'store-failed')
    expect(failed?.reason).toContain('SET')
    // The check that runs after every test covers the refresh token.
    expect(leaksIn([failed], [access_token])).toEqual([])
  })
})

describe('a token store over time', () => {
  fakeTime()

  /** One process that shares a store: an issuer, and a token source with its latest token. */
  function share(store: CaspioTokenStore) {
    let [count, current] = [0, '']
    const events: CaspioAuthEvent[] = []
    const issue = vi.fn(async (): Promise<Issued> => {
      const accessToken = `t${++count}`
      const token = {
        accessToken,
        tokenType: 'bearer',
        lifeSeconds: 3_600,
        refreshToken: undefined,
      }
      return { token: { ...token, requestedAt: now() }, grant: 'client_credentials' }
    })
    const shared = shareTokens(
      issue,
      {
        clientID: 'id',
        clientSecret: 'secret',
        tokenEndpointURL: 'https://a.test/OAuth/token?tenant=7#x',
      },
      resolveOptions({ tokenStore: store }),
      (event) => events.push(event),
      (found, replaced) => {
        const isInUse = current === replaced.accessToken
        if (isInUse && found) current = found.token.accessToken
        return isInUse
      },
    )
    const take = async () => {
      const { token } = await shared.issue(issueRequest())
      current = token.accessToken
      return current
    }
    return { take, issue, events, forget: shared.forget }
  }

  it('with a lock is not read a second time after a token was taken from it', async () => {
    const store = new MemoryStore({ lock: true })
    // No timer runs, because the process does not wait for a free lock.
    await share(store).take()
    await atRest()
    store.calls.length = 0
    expect(await share(store).take()).toBe('t1')
    await vi.advanceTimersByTimeAsync(60_000)
    expect(store.calls).toEqual(['get'])
  })

  it('without a lock is read once more, 1 to 2 s later', async () => {
    const store = new MemoryStore()
    await share(store).take()
    await vi.advanceTimersByTimeAsync(2_000)
    store.calls.length = 0
    await share(store).take()
    await vi.advanceTimersByTimeAsync(999)
    expect(store.calls).toEqual(['get'])
    await vi.advanceTimersByTimeAsync(60_000)
    expect(store.calls).toEqual(['get', 'get'])
  })

  it.each([
    [0, [0, 25, 62], 500],
    [1, [0, 50, 125], 1_000],
  ])(
    'whose lock is held is tried less and less often, and ignored after 30 s (random: %i)',
    async (random, first, last) => {
      vi.spyOn(Math, 'random').mockReturnValue(random)
      onTestFinished(() => {
        vi.restoreAllMocks()
      })
      const times: number[] = []
      const started = performance.now()
      const lock = async () => {
        times.push(performance.now() - started)
        return undefined
      }
      const store = Object.assign(new MemoryStore(), { lock })
      const { take, issue } = share(store)
      const taken = take()
      await vi.advanceTimersByTimeAsync(29_999)
      expect(issue).not.toHaveBeenCalled()
      await vi.advanceTimersByTimeAsync(2_000)
      expect(await taken).toBe('t1')
      expect(times.slice(0, 3)).toEqual(first)
      const delays = times.slice(1).map((time, i) => time - (times[i] as number))
      expect(delays.slice(-20)).toEqual(Array(20).fill(last))
    },
  )

  it.each([true, false])(
    'that failed gets the token when it works again (lock: %j)',
    async (lock) => {
      const store = new MemoryStore({ lock })
      vi.spyOn(store, 'set').mockRejectedValueOnce(new Error('out of memory'))
      const { take, issue, events } = share(store)
      await take()
      await vi.advanceTimersByTimeAsync(9_000)
      expect([store.token, events.length]).toEqual([undefined, 1])
      await vi.advanceTimersByTimeAsync(30_000)
      expect(store.token).toMatchObject({ access_token: 't1' })
      expect(issue).toHaveBeenCalledOnce()
    },
  )

  it('gets a key with the token endpoint URL in lower case, without its query', async () => {
    const store = new MemoryStore()
    await share(store).take()
    await atRest()
    expect(store.keys).toEqual(['axios-caspio-auth:a.test%2Foauth%2Ftoken:id'])
  })

  it('that fails to delete a token is reported', async () => {
    const store = new MemoryStore()
    vi.spyOn(store, 'delete').mockRejectedValueOnce(new Error('read only'))
    const { forget, events } = share(store)
    forget()
    await atRest()
    expect(events).toEqual([{ type: 'store-failed', operation: 'delete', reason: 'read only' }])
  })
})
