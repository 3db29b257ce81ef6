import { Cluster, Redis } from 'ioredis'
import { createClient, createClientPool, createCluster } from 'redis'
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { type CaspioTokenStore, createCaspioAuth } from '../src/index.js'
import { redisTokenStore } from '../src/redis.js'
import { startAccount, thrownBy } from './support/account.js'
import { describeWithRedis, type RedisServer, startRedisServer } from './support/services.js'

type StoreWithLock = Required<CaspioTokenStore>

describeWithRedis('redisTokenStore', () => {
  let redis: RedisServer
  let watcher: Redis
  beforeAll(async () => {
    redis = await startRedisServer()
    watcher = new Redis(redis.url)
  })
  afterAll(async () => {
    watcher.disconnect()
    await redis.stop()
  })

  const CLIENTS = {
    async redis(prefix?: string) {
      const client = createClient({ url: redis.url })
      await client.connect()
      onTestFinished(() => client.destroy())
      return redisTokenStore(client, prefix === undefined ? {} : { prefix }) as StoreWithLock
    },
    async ioredis(prefix?: string) {
      const client = new Redis(redis.url)
      onTestFinished(() => client.disconnect())
      return redisTokenStore(client, prefix === undefined ? {} : { prefix }) as StoreWithLock
    },
  }

  describe.each(['redis', 'ioredis'] as const)('with a client of %s', (kind) => {
    const connect = CLIENTS[kind]
    const key = () => `key-${crypto.randomUUID()}`

    it('keeps a value until its time to live ends, replaces it, and deletes it', async () => {
      const [store, k] = [await connect(), key()]
      expect(await store.get(k)).toBeNull()
      await store.set(k, 'a value', 5_000)
      expect(await store.get(k)).toBe('a value')
      const left = await watcher.pttl(k)
      expect(left).toBeGreaterThan(4_000)
      expect(left).toBeLessThanOrEqual(5_000)
      await store.set(k, 'another', 5_000)
      expect(await store.get(k)).toBe('another')
      await store.set(k, 'a short one', 20)
      await vi.waitUntil(async () => (await store.get(k)) === null)
      await store.set(k, 'the last', 5_000)
      await store.delete(k)
      expect(await store.get(k)).toBeNull()
    })

    it('puts the prefix before each key, including locks', async () => {
      const [store, k] = [await connect('mine:'), key()]
      await store.set(k, 'a value', 5_000)
      await store.lock(`${k}:lock`, 5_000)
      expect((await watcher.keys(`*${k}*`)).sort()).toEqual([`mine:${k}`, `mine:${k}:lock`])
      await store.delete(k)
      expect(await watcher.keys(`*${k}`)).toEqual([])
    })

    it('gives the lock to one holder at a time, until it is released', async () => {
      const [one, other, k] = [await connect(), await connect(), key()]
      const held = await Promise.all([one, other, one, other].map((store) => store.lock(k, 5_000)))
      const [release, ...more] = held.filter((it) => it !== undefined)
      expect(more).toEqual([])
      await release?.()
      expect(await other.lock(k, 5_000)).toBeTypeOf('function')
    })

    it('frees the lock of a dead holder, and ignores the late release of a slow one', async () => {
      const [one, other, k] = [await connect(), await connect(), key()]
      const slow = await one.lock(k, 30)
      await vi.waitUntil(async () => (await watcher.exists(k)) === 0)
      const release = await other.lock(k, 5_000)
      expect(release).toBeTypeOf('function')
      await slow?.()
      expect(await one.lock(k, 5_000)).toBeUndefined()
      await release?.()
      expect(await watcher.exists(k)).toBe(0)
    })

    it('shares a token between processes, with one token request', async () => {
      const account = await startAccount()
      account.tokenEndpoint.latency = 50
      const tokens = await Promise.all(
        Array.from({ length: 8 }, async () => {
          const auth = createCaspioAuth(account.credentials, { tokenStore: await connect() })
          return (await auth.getAccessToken()).access_token
        }),
      )
      expect(new Set(tokens).size).toBe(1)
      expect(account.log.token).toHaveLength(1)
      await vi.waitUntil(
        async () => (await watcher.keys(`*${account.credentials.clientID}*`)).length === 1,
      )
    })

    it.each(['1e10', '9223372036854775807', '1e300', '1e308'])(
      'shares a token that lives for %s seconds',
      async (seconds) => {
        const account = await startAccount()
        const body = `{"access_token":"a-token","token_type":"bearer","expires_in":${seconds}}`
        account.tokenEndpoint.fail({ status: 200, body })
        const start = async () =>
          // With the longest lock, too.
          createCaspioAuth(account.credentials, {
            tokenStore: await connect(),
            timeout: 2 ** 31 - 1,
          }).getAccessToken()
        await start()
        await vi.waitUntil(
          async () => (await watcher.keys(`*${account.credentials.clientID}`)).length === 1,
        )
        await start()
        expect(account.log.token).toHaveLength(1)
      },
    )
  })
})

describe('redisTokenStore without a client', () => {
  it.each([
    ['nothing', undefined],
    ['a URL', 'redis://127.0.0.1'],
    ['a Map', new Map()],
  ])('rejects %s and says what it needs', (_, client) => {
    const error = thrownBy(() => redisTokenStore(client as never))
    expect(error).toBeInstanceOf(TypeError)
    expect(error.message).toMatch(/^axios-caspio-auth: redisTokenStore needs a client/)
  })

  const noop = () => {}
  const METHODS = { get: noop, set: noop, del: noop, eval: noop }

  it.each([
    ['legacy()', createClient().legacy()],
    ['redis 3', { ...METHODS, sendCommand: noop }],
    ['legacyMode', { ...METHODS, sendCommand: noop, connect: noop, options: { legacyMode: true } }],
  ])('rejects a client that takes callbacks: %s', (_, client) => {
    const error = thrownBy(() => redisTokenStore(client as never))
    expect(error).toBeInstanceOf(TypeError)
    expect(error.message).toContain('needs a client whose methods return promises')
  })

  it.each([
    ['a pool', createClientPool()],
    ['a cluster of redis', createCluster({ rootNodes: [] })],
    ['a cluster of ioredis', new Cluster([{ port: 1 }], { lazyConnect: true })],
    ['an object with the four methods', METHODS],
  ])('accepts %s', (_, client) => {
    expect(redisTokenStore(client as never)).toHaveProperty('lock')
  })
})
