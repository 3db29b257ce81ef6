import { describe, expect, it, vi } from 'vitest'
import type { CaspioAuthEvent, CaspioTokenStore } from '../../src/index.js'
import { now } from '../../src/lib/clock.js'
import { guardStore } from '../../src/store/guarded-store.js'
import { writeStoredToken } from '../../src/store/stored-token.js'
import type { Token } from '../../src/token/life.js'
import { fakeTime } from '../support/clocks.js'

const TOKEN: Token = {
  accessToken: 'access-token-of-this-test',
  tokenType: 'bearer',
  lifeSeconds: 3_600,
  refreshToken: 'refresh-token-of-this-test',
  requestedAt: { wall: 0, monotonic: 0 },
  grant: 'client_credentials',
}

/** A guarded store on these methods, with the events that it reports. */
function guard(methods: Partial<CaspioTokenStore>) {
  const events: CaspioAuthEvent[] = []
  const store = { get() {}, set() {}, delete() {}, ...methods }
  return { store: guardStore(store, 500, 'key', (event) => events.push(event)), events }
}

function failing(message: string) {
  return vi.fn(async () => {
    throw new Error(message)
  })
}

describe('a guarded store', () => {
  fakeTime()

  it('reads, writes and deletes the token under its key', async () => {
    const token = { ...TOKEN, requestedAt: now() }
    const methods = { get: vi.fn(() => writeStoredToken(token)), set: vi.fn(), delete: vi.fn() }
    const { store, events } = guard(methods)
    expect(await store.read()).toMatchObject({ accessToken: TOKEN.accessToken })
    expect(await store.write(token, 60_000, false)).toBe(true)
    await store.delete()
    expect(methods.get).toHaveBeenCalledWith('key')
    expect(methods.set).toHaveBeenCalledWith('key', writeStoredToken(token), 60_000)
    expect(methods.delete).toHaveBeenCalledWith('key')
    expect(events).toEqual([])
  })

  it.each([undefined, null])('reads %s as no token', async (nothing) => {
    const { store, events } = guard({ get: () => nothing })
    expect([await store.read(), events]).toEqual([undefined, []])
  })

  it('reports an invalid value, and goes on using the store', async () => {
    const { store, events } = guard({ get: () => 'not a token' })
    expect(await store.read()).toBeUndefined()
    expect(store.isSkipped()).toBe(false)
    expect(events).toEqual([
      {
        type: 'store-failed',
        operation: 'get',
        reason: 'the stored value is not a token of this version',
      },
    ])
  })

  it('is skipped for 10 s after a failure', async () => {
    const get = failing('no route')
    const { store, events } = guard({ get })
    await store.read()
    await store.read()
    expect(get).toHaveBeenCalledOnce()
    vi.advanceTimersByTime(9_999)
    expect(store.isSkipped()).toBe(true)
    vi.advanceTimersByTime(1)
    await store.read()
    expect(get).toHaveBeenCalledTimes(2)
    expect(events).toHaveLength(2)
  })

  it('is written while it is skipped, if the caller insists', async () => {
    const set = vi.fn()
    const { store } = guard({ get: failing('no route'), set })
    await store.read()
    await store.write(TOKEN, 1, false)
    expect(set).not.toHaveBeenCalled()
    expect(await store.write(TOKEN, 1, true)).toBe(true)
  })

  it('gives up a call after its time limit', async () => {
    const { store, events } = guard({ get: () => new Promise(() => {}) })
    const read = store.read()
    await vi.advanceTimersByTimeAsync(500)
    expect(await read).toBeUndefined()
    expect(events).toMatchObject([{ operation: 'get', reason: 'no answer within 500 ms' }])
  })

  it('treats `false` from set as a failure, because Keyv reports failures like this', async () => {
    const { store, events } = guard({ set: () => false })
    expect(await store.write(TOKEN, 1, false)).toBeUndefined()
    expect(events).toMatchObject([
      { operation: 'set', reason: 'the store did not keep the token (set returned false)' },
    ])
  })

  it('shows no token in the reason of a failure', async () => {
    const { store, events } = guard({
      set: (_, value) => {
        throw new Error(`cannot write ${value}`)
      },
    })
    await store.write(TOKEN, 1, false)
    const text = JSON.stringify(events)
    expect(text).toContain('cannot write')
    expect(text).not.toContain(TOKEN.accessToken)
    expect(text).not.toContain(TOKEN.refreshToken)
  })

  it('shows no token of an earlier call in the reason of a failure', async () => {
    const { store, events } = guard({
      delete: failing(`it still writes ${TOKEN.accessToken}, ${TOKEN.refreshToken}`),
    })
    await store.write(TOKEN, 60_000, false)
    const next = { accessToken: 'the-next-access-token', refreshToken: 'the-next-refresh-token' }
    await store.write({ ...TOKEN, ...next }, 60_000, false)
    await store.delete()
    expect(events).toMatchObject([{ reason: 'it still writes [redacted], [redacted]' }])
  })

  it('shows no token that it has read in the reason of a failure', async () => {
    const value = writeStoredToken({ ...TOKEN, requestedAt: now() })
    const { store, events } = guard({ get: () => value, delete: failing(`cannot delete ${value}`) })
    await store.read()
    await store.delete()
    const text = JSON.stringify(events)
    expect(text).toContain('cannot delete')
    expect(text).not.toContain(TOKEN.accessToken)
    expect(text).not.toContain(TOKEN.refreshToken)
  })

  it('takes the lock under a separate key, and returns the function that releases it', async () => {
    const release = vi.fn()
    const lock = vi.fn(async () => release)
    expect(await guard({ lock }).store.lock(1_000)).toBe(release)
    expect(lock).toHaveBeenCalledWith('key:lock', 1_000)
    expect(release).not.toHaveBeenCalled()
  })

  it('reports a lock that does not return a function', async () => {
    const { store, events } = guard({ lock: async () => 'locked' as never })
    expect(await store.lock(1_000)).toBeUndefined()
    expect(events).toMatchObject([
      { operation: 'lock', reason: 'lock did not resolve to a function' },
    ])
  })

  it('returns no lock if the store has none, or if another process holds it', async () => {
    expect(await guard({}).store.lock(1_000)).toBeUndefined()
    expect(await guard({ lock: async () => undefined }).store.lock(1_000)).toBeUndefined()
  })

  it('releases a lock that arrives after the time limit', async () => {
    const release = vi.fn()
    let grant = (_: () => unknown) => {}
    const lock = () =>
      new Promise<() => unknown>((resolve) => {
        grant = resolve
      })
    const { store } = guard({ lock })
    const locking = store.lock(1_000)
    await vi.advanceTimersByTimeAsync(500)
    expect(await locking).toBeUndefined()
    grant(release)
    await vi.advanceTimersByTimeAsync(1)
    expect(release).toHaveBeenCalledOnce()
  })

  it('reports a failed delete', async () => {
    const { store, events } = guard({ delete: failing('read only') })
    await store.delete()
    expect(events).toMatchObject([{ operation: 'delete', reason: 'read only' }])
  })
})
