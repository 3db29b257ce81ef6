import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { resolveOptions } from '../../src/contract/options.js'
import type { CaspioAuthEvent, CaspioTokenStore } from '../../src/index.js'
import { now } from '../../src/lib/clock.js'
import { shareTokens } from '../../src/store/shared-tokens.js'
import type { Token } from '../../src/token/life.js'
import { PHYSICIANS, sleep, startAccount, times } from '../support/account.js'
import { atRest, fakeTime } from '../support/clocks.js'
import { issueRequest } from '../support/issue-request.js'
import { MemoryStore } from '../support/memory-store.js'
import { runningTimeOf } from '../support/running-time.js'
import { leaksIn } from '../support/secrets.js'
import { ofType, startMember } from '../support/shared-tokens.js'
import { watchUnhandled } from '../support/unhandled.js'

// JSON, but Number() throws on its time of issue.
const UNREADABLE =
  '{"v":1,"access_token":"a","token_type":"bearer","expires_in":9,"issued_at":{"toString":null}}'

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
    ['JSON whose time cannot become a number', UNREADABLE],
    ['an object with a symbol', { ...JSON.parse(UNREADABLE), issued_at: Symbol('a') }],
    [
      'an object with a property that throws',
      {
        get v() {
          throw new Error('"a" cannot be read')
        },
      },
    ],
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
    await vi.waitUntil(() => store.token !== undefined)
    expect(get).toHaveBeenCalled()
    const next = startMember(account, store)
    await next.api.get(PHYSICIANS)
    expect(account.log.token).toHaveLength(1)
  })

  it('a value that cannot be read fails nothing in the background either', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date', 'performance'] })
    onTestFinished(() => void vi.useRealTimers())
    const { unhandled, end } = watchUnhandled()
    const account = await startAccount()
    const store = new MemoryStore()
    const get = vi.spyOn(store, 'get')
    const { auth, events } = startMember(account, store)
    await auth.getAccessToken()
    get.mockResolvedValueOnce(UNREADABLE)
    // The process reads the store again after 1 to 2 s, and overwrites the value.
    await vi.advanceTimersByTimeAsync(2_000)
    await atRest()
    end()
    expect(unhandled).toEqual([])
    expect(ofType(events, 'store-failed')).toMatchObject([{ operation: 'get' }])
    expect(store.calls.filter((call) => call === 'set')).toHaveLength(2)
  })

  const throwBoom = (): never => {
    throw new Error('boom')
  }
  const FAULTS: [string, Partial<CaspioTokenStore>, string][] = [
    ['get throws', { get: throwBoom }, 'get: boom'],
    ['get rejects', { get: async () => throwBoom() }, 'get: boom'],
    ['set throws', { set: throwBoom }, 'set: boom'],
    ['set rejects', { set: async () => throwBoom() }, 'set: boom'],
    [
      'set returns false',
      { set: async () => false },
      'set: the store did not keep the token (set returned false)',
    ],
    ['lock throws', { lock: throwBoom }, 'lock: boom'],
    ['lock rejects', { lock: async () => throwBoom() }, 'lock: boom'],
    [
      'lock returns a string',
      { lock: async () => 'yes' as never },
      'lock: lock did not resolve to a function',
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
    // Waiting for the lock would take 30 s.
    const all = times(20, () => member.api.get(PHYSICIANS))
    expect(await runningTimeOf(all)).toBeLessThan(10_000)
    expect(account.log.token).toHaveLength(1)
    const reported = () =>
      ofType(member.events, 'store-failed').map((event) => `${event.operation}: ${event.reason}`)
    await vi.waitUntil(() => !expected || reported().length > 0)
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
    await vi.waitUntil(() => store.token !== undefined)
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
    await vi.waitUntil(() => account.log.token.length === 1)
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
    await vi.waitUntil(() => ofType(member.events, 'store-failed').length > 0)
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
    const issue = vi.fn(async (): Promise<Token> => {
      const accessToken = `t${++count}`
      return {
        accessToken,
        tokenType: 'bearer',
        lifeSeconds: 3_600,
        refreshToken: undefined,
        requestedAt: now(),
        grant: 'client_credentials',
      }
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
        if (isInUse && found) current = found.accessToken
        return isInUse
      },
    )
    const take = async () => {
      const token = await shared.issue(issueRequest())
      current = token.accessToken
      return current
    }
    return { take, issue, events, forget: shared.forget, find: shared.find }
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

  it('gives out no token in a cooldown that the process has rejected', async () => {
    const store = new MemoryStore()
    await share(store).take()
    await atRest()
    const { find } = share(store)
    expect(await find(() => false)).toBeUndefined()
    await vi.advanceTimersByTimeAsync(1_000)
    expect((await find(() => true))?.accessToken).toBe('t1')
  })

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
