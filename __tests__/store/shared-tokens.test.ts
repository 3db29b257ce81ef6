import { describe, expect, it, vi } from 'vitest'
import { type CaspioAuthEvent, type CaspioTokenStore, createCaspioAuth } from '../../src/index.js'
import type { CaspioAccount } from '../../src/testing/index.js'
import { PHYSICIANS, rejectionOf, sleep, startAccount, times } from '../support/account.js'
import { fakeClocks } from '../support/clocks.js'
import { HOUR } from '../support/durations.js'
import { MemoryStore } from '../support/memory-store.js'
import { leaksIn } from '../support/secrets.js'
import { accessTokenOf, ofType, sources, startMember } from '../support/shared-tokens.js'

describe('a token store', () => {
  it('passes the token of one process to the next, which reports it and sends no token request', async () => {
    const account = await startAccount()
    const store = new MemoryStore()
    const first = startMember(account, store)
    const second = startMember(account, store)
    await first.api.get(PHYSICIANS)
    await vi.waitUntil(() => store.token !== undefined)
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

  it('without a lock lets processes that obtained tokens at the same time end on the last one written', async () => {
    const account = await startAccount()
    const store = new MemoryStore()
    const members = [1, 2, 3].map(() => startMember(account, store))
    // Each reads before and after its token request, and sees what no other has written yet.
    const get = vi.spyOn(store, 'get')
    for (let reads = 0; reads < 6; reads++) get.mockResolvedValueOnce(undefined)
    await Promise.all(members.map(({ api }) => api.get(PHYSICIANS)))
    expect(account.log.token).toHaveLength(3)
    await vi.waitUntil(async () => {
      const tokens = await Promise.all(members.map(accessTokenOf))
      return tokens.every((token) => token === store.token?.access_token)
    })
    expect(account.log.token).toHaveLength(3)
  })

  it('is not read while the process has a valid token', async () => {
    const account = await startAccount()
    const store = new MemoryStore({ lock: true })
    const { api } = startMember(account, store)
    await api.get(PHYSICIANS)
    await vi.waitUntil(() => store.calls.includes('release'))
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
    await vi.waitUntil(() => store.token !== undefined)
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
    await vi.waitUntil(() => store.keys.length === 2)
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
      await vi.waitUntil(() => values.size === 1)
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
    await vi.waitUntil(() => store.token !== undefined)
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
    await vi.waitUntil(() => tokenStore.token !== undefined)
    await createCaspioAuth(account.credentials, { tokenStore }).getAccessToken()
    expect(account.log.token).toHaveLength(1)
  })
})

/** A member that knows whether it is getting a token: from its first look into the store until it has one. */
function startWatchedMember(account: CaspioAccount, store: MemoryStore) {
  let isRenewing = false
  const { lock } = store as Required<MemoryStore>
  const watched: CaspioTokenStore = {
    get(key) {
      isRenewing = true
      return store.get(key)
    },
    set: (...entry) => store.set(...entry),
    delete: (key) => store.delete(key),
    lock: (...them) => lock(...them),
  }
  const onEvent = ({ type }: CaspioAuthEvent) => {
    if (type === 'token-taken') isRenewing = false
  }
  return { ...startMember(account, watched, { onEvent }), isRenewing: () => isRenewing }
}

describe('renewal in a fleet', () => {
  fakeClocks()

  it('is done by the first process to reach its renewal time; the others take its token', async () => {
    const account = await startAccount()
    account.tokenEndpoint.latency = 30
    const store = new MemoryStore({ lock: true })
    const fleet = Array.from({ length: 6 }, () => startWatchedMember(account, store))
    for (const { api } of fleet) {
      await api.get(PHYSICIANS)
      await vi.waitUntil(() => store.token !== undefined)
    }
    vi.advanceTimersByTime(21.5 * HOUR)
    // Each process renews at some time between 21.6 and 22.1 hours.
    for (let minutes = 0; minutes < 45; minutes++) {
      await Promise.all(fleet.map(({ api }) => api.get(PHYSICIANS)))
      // A minute is longer than a lock lasts, and than a token request may take.
      await vi.waitUntil(() => !fleet.some((one) => one.isRenewing()) && store.entries.size === 1)
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
    await vi.waitUntil(() => store.token !== undefined)
    vi.advanceTimersByTime(21 * HOUR)
    const late = startMember(account, store)
    await late.api.get(PHYSICIANS)
    vi.advanceTimersByTime(0.5 * HOUR)
    await late.api.get(PHYSICIANS)
    await sleep(20)
    expect(account.log.token).toHaveLength(1)
    vi.advanceTimersByTime(0.6 * HOUR)
    await late.api.get(PHYSICIANS)
    await vi.waitUntil(() => account.log.token.length === 2)
    expect(account.log.token[1]?.grant).toBe('refresh_token')
  })

  it('does not take a token that expires sooner than the current one', async () => {
    const account = await startAccount()
    const store = new MemoryStore()
    await startMember(account, store).api.get(PHYSICIANS)
    await vi.waitUntil(() => store.token !== undefined)
    const [key = ''] = store.keys
    const sooner = store.entries.get(key)
    store.entries.clear()
    vi.advanceTimersByTime(HOUR)
    const member = startMember(account, store)
    await member.api.get(PHYSICIANS)
    await vi.waitUntil(() => store.token !== undefined)
    if (sooner) store.entries.set(key, { ...sooner, endsAt: Number.POSITIVE_INFINITY })
    vi.advanceTimersByTime(22.2 * HOUR)
    await member.api.get(PHYSICIANS)
    await vi.waitFor(() => expect(sources(member)).toEqual(['issued', 'issued']))
    expect(account.log.token).toHaveLength(3)
  })

  it('never takes an expired token, no matter how long the store keeps it', async () => {
    const account = await startAccount()
    const store = new MemoryStore()
    await startMember(account, store).api.get(PHYSICIANS)
    await vi.waitUntil(() => store.token !== undefined)
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
    await vi.waitUntil(() => store.token !== undefined)
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
    await vi.waitUntil(() => store.token !== undefined)
    await second.api.get(PHYSICIANS)
    account.revoke()
    await first.api.get(PHYSICIANS)
    await vi.waitUntil(() => store.calls.filter((call) => call === 'release').length === 2)
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
    await vi.waitUntil(() => store.token !== undefined)
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
    await vi.waitUntil(() => store.token !== undefined)
    const renewer = startMember(account, store)
    await renewer.auth.getAccessToken()
    await renewer.auth.getAccessToken({ renew: true })
    const renewed = await accessTokenOf(renewer)
    await vi.waitUntil(() => store.token?.access_token === renewed)
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
    await vi.waitUntil(() => store.token !== undefined)
    const renewer = startMember(account, store)
    await renewer.auth.getAccessToken({ renew: true })
    const renewed = await accessTokenOf(renewer)
    await vi.waitUntil(() => store.token?.access_token === renewed)
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
    await vi.waitUntil(() => store.token !== undefined)
    await second.auth.getAccessToken()
    const old = await accessTokenOf(first)
    const { access_token } = await first.auth.getAccessToken({ renew: true })
    await vi.waitUntil(() => store.token?.access_token === access_token)
    expect(access_token).not.toBe(old)
    expect((await second.auth.getAccessToken({ renew: true })).access_token).toBe(access_token)
    expect(account.log.token).toHaveLength(2)
  })

  it('requests a token if the process has none, because the stored one may be the rejected one', async () => {
    const account = await startAccount()
    const store = new MemoryStore()
    await startMember(account, store).auth.getAccessToken()
    await vi.waitUntil(() => store.token !== undefined)
    await startMember(account, store).auth.getAccessToken({ renew: true })
    expect(account.log.token).toHaveLength(2)
  })

  it('invalidate() deletes the token from the store and never uses it again', async () => {
    const account = await startAccount()
    const store = new MemoryStore()
    const remove = vi.spyOn(store, 'delete').mockResolvedValueOnce(undefined)
    const { auth } = startMember(account, store)
    const { access_token } = await auth.getAccessToken()
    await vi.waitUntil(() => store.token !== undefined)
    auth.invalidate()
    // The token is still in the store.
    expect((await auth.getAccessToken()).access_token).not.toBe(access_token)
    expect(remove).toHaveBeenCalledWith(store.keys[0])
    auth.invalidate()
    await vi.waitUntil(() => store.keys.length === 0)
  })
})
