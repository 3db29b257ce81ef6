import { describe, expect, it, vi } from 'vitest'
import { PHYSICIANS, rejectionOf, sleep, startAccount, times } from '../support/account.js'
import { fakeTime } from '../support/clocks.js'
import { startHeldBench } from '../support/held-bench.js'
import { MemoryStore } from '../support/memory-store.js'
import { accessTokenOf, ofType, sources, startMember } from '../support/shared-tokens.js'
import { watchUnhandled } from '../support/unhandled.js'

describe('the lock', () => {
  it('limits the cold start of a whole fleet to one token request', async () => {
    const account = await startAccount()
    account.tokenEndpoint.latency = 50
    const store = new MemoryStore({ lock: true })
    const fleet = Array.from({ length: 32 }, () => startMember(account, store))
    await Promise.all(fleet.map(({ api }) => times(5, () => api.get(PHYSICIANS))))
    expect(account.log.token).toHaveLength(1)
    expect(fleet.flatMap(sources).filter((source) => source === 'issued')).toHaveLength(1)
    await vi.waitUntil(() => store.entries.size === 1)
  })

  it('lasts longer than an attempt may take, and is released once the token is stored', async () => {
    const account = await startAccount()
    const store = new MemoryStore({ lock: true })
    const lock = vi.spyOn(store, 'lock')
    await startMember(account, store, { timeout: 2_000 }).auth.getAccessToken()
    await vi.waitUntil(() => store.calls.includes('release'))
    expect(lock.mock.calls).toEqual([[`${store.keys[0]}:lock`, 7_000]])
    expect(store.calls).toEqual(['get', 'lock', 'get', 'set', 'release'])
  })

  it('is released after a failed token request, so that the next process can send one', async () => {
    const account = await startAccount()
    account.tokenEndpoint.fail({ times: 1 })
    const store = new MemoryStore({ lock: true })
    await rejectionOf(startMember(account, store, { retries: 0 }).auth.getAccessToken())
    await vi.waitUntil(() => store.calls.includes('release'))
    await startMember(account, store).auth.getAccessToken()
    expect(account.log.token).toHaveLength(2)
  })

  it('expires if its holder never releases it', async () => {
    const account = await startAccount()
    const store = new MemoryStore({ lock: true })
    const started = performance.now()
    // The holder died during its token request. The lock expires in 300 ms.
    await store.lock?.(
      `axios-caspio-auth:${encodeURIComponent(new URL(account.credentials.tokenEndpointURL).host)}%2Foauth%2Ftoken:${account.credentials.clientID}:lock`,
      300,
    )
    const fleet = Array.from({ length: 8 }, () => startMember(account, store))
    await Promise.all(fleet.map(({ api }) => api.get(PHYSICIANS)))
    expect(performance.now() - started).toBeGreaterThan(250)
    // They would ignore the lock after 30 s.
    expect(performance.now() - started).toBeLessThan(30_000)
    expect(account.log.token).toHaveLength(1)
  })

  it('is waited for after one failure, even if an older note of a failure expires during the wait', async () => {
    const account = await startAccount()
    const store = new MemoryStore({ lock: true })
    const read = store.get.bind(store)
    const notes = ['old', undefined]
    let later = 0
    vi.spyOn(store, 'get').mockImplementation(async (key) => {
      if (!key.endsWith(':failure')) return read(key)
      if (notes.length > 0) return notes.shift()
      later++
      return 'new'
    })
    let isFree = false
    const lock = store.lock as NonNullable<typeof store.lock>
    const tokenStore = Object.assign(store, {
      lock: async (key: string, ttl: number) => (isFree ? lock(key, ttl) : undefined),
    })
    const waiting = startMember(account, tokenStore).auth.getAccessToken()
    await vi.waitUntil(() => later > 1)
    expect(account.log.token).toHaveLength(0)
    isFree = true
    await waiting
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
      await vi.waitUntil(() => ofType(member.events, 'store-failed').length > 0)
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
    await vi.waitUntil(() => releases === 1)
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

// At some time before that, a process that has got its token looks into the store again.
const LOOKS_AGAIN_WITHIN_MS = 2_000

describe('without a lock', () => {
  fakeTime()

  it('processes that start at the same moment end up with the same token', async () => {
    const account = await startAccount()
    const store = new MemoryStore()
    // No process sees the token of another one before it has its own.
    const length = 8
    let writeAll = () => {}
    const allHaveTokens = new Promise<void>((resolve) => {
      writeAll = resolve
    })
    const write = store.set.bind(store)
    const set = vi.spyOn(store, 'set').mockImplementation(async (...entry) => {
      if (set.mock.calls.length === length) writeAll()
      await allHaveTokens
      return write(...entry)
    })
    const fleet = Array.from({ length }, () => startMember(account, store))
    await Promise.all(fleet.map(({ api }) => api.get(PHYSICIANS)))
    expect(account.log.token).toHaveLength(length)
    await vi.advanceTimersByTimeAsync(LOOKS_AGAIN_WITHIN_MS)
    expect(new Set(await Promise.all(fleet.map(accessTokenOf)))).toEqual(
      new Set([store.token?.access_token]),
    )
  })

  it('a slow process takes the token that others already use and drops the one it requested', async () => {
    const { account, credentials, hold, pass, release, tokenRequests } = await startHeldBench()
    const held = { url: account.url, credentials }
    const store = new MemoryStore()
    hold()
    const slow = startMember(held, store).auth.getAccessToken()
    await tokenRequests(1)
    pass()
    const { access_token } = await startMember(held, store).auth.getAccessToken()
    await vi.waitUntil(() => store.token !== undefined)
    release()
    expect((await slow).access_token).toBe(access_token)
    expect(store.token?.access_token).toBe(access_token)
  })

  it('a process whose token was overwritten in the store takes the new one', async () => {
    const account = await startAccount()
    const store = new MemoryStore()
    const other = new MemoryStore()
    for (const one of [store, other]) {
      await startMember(account, one).auth.getAccessToken()
      await vi.waitUntil(() => one.token !== undefined)
    }
    const member = startMember(account, store)
    await member.auth.getAccessToken()
    for (const [key, entry] of other.entries) store.entries.set(key, entry)
    await vi.advanceTimersByTimeAsync(LOOKS_AGAIN_WITHIN_MS)
    expect(await accessTokenOf(member)).toBe(store.token?.access_token)
  })

  it('a token that could not be stored is stored when the store works again', async () => {
    const account = await startAccount()
    const store = new MemoryStore()
    vi.spyOn(store, 'set').mockRejectedValueOnce(new Error('out of memory'))
    const member = startMember(account, store)
    await member.auth.getAccessToken()
    await vi.waitUntil(() => ofType(member.events, 'store-failed').length === 1)
    // The store is skipped for 10 s after a failure, and then tried at the next look.
    await vi.advanceTimersByTimeAsync(9_000)
    expect(store.token).toBeUndefined()
    await vi.advanceTimersByTimeAsync(30_000)
    expect(account.log.token).toHaveLength(1)
    expect(store.token?.access_token).toBe(await accessTokenOf(member))
  })
})
