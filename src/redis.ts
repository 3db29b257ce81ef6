import type { CaspioTokenStore } from './contract/types.js'

/** What is used of a client of the `redis` package (version 4 and newer), clusters included. */
export interface NodeRedisClient {
  /** `GET`. */
  get(key: string): Promise<unknown>
  /** `SET` with a life in milliseconds, and only if the key is free where `NX` is said. */
  set(key: string, value: string, options: { PX: number; NX?: true }): Promise<unknown>
  /** `DEL`. */
  del(key: string): Promise<unknown>
  /** `EVAL`: releases the lock if it is still the owner's. */
  eval(script: string, options: { keys: string[]; arguments: string[] }): Promise<unknown>
}

/** What is used of a client of `ioredis` or `iovalkey`, clusters included. */
export interface IORedisClient {
  /** `GET`. */
  get(key: string): Promise<unknown>
  /** `SET` with a life in milliseconds. */
  set(key: string, value: string, px: 'PX', ms: number): Promise<unknown>
  /** The same, only if the key is free. */
  set(key: string, value: string, px: 'PX', ms: number, nx: 'NX'): Promise<unknown>
  /** `DEL`. */
  del(key: string): Promise<unknown>
  /** `EVAL`: releases the lock if it is still the owner's. */
  eval(script: string, numberOfKeys: number, key: string, owner: string): Promise<unknown>
  /** By this it is told from a client of `redis`. */
  defineCommand: unknown
}

/** What `redisTokenStore` may be told. */
export interface RedisTokenStoreOptions {
  /** Stands before every key. Set it where the database is shared with others. @default '' */
  readonly prefix?: string
}

// Who was too slow must not release the lock of the next one.
const RELEASE =
  "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) end return 0"

/**
 * A `tokenStore` on Redis or Valkey, with a lock (`SET NX PX`, released by its owner only), so that
 * a whole fleet costs one token request.
 *
 * @param client an already connected client of `redis` or `ioredis`. It stays yours: nothing here
 *   connects, closes or listens for its errors
 * @throws TypeError if `client` is neither
 */
export function redisTokenStore(
  client: NodeRedisClient | IORedisClient,
  { prefix = '' }: RedisTokenStoreOptions = {},
): CaspioTokenStore {
  for (const name of ['get', 'set', 'del', 'eval'] as const) {
    if (typeof client?.[name] !== 'function') {
      throw new TypeError(
        `axios-caspio-auth: redisTokenStore needs a connected client of redis or ioredis; this one has no ${name}().`,
      )
    }
  }
  const { set, release } = 'defineCommand' in client ? ioredis(client) : nodeRedis(client)
  return {
    get: (key) => client.get(prefix + key),
    set: (key, value, ttl) => set(prefix + key, value, ttl, false),
    delete: (key) => client.del(prefix + key),
    async lock(key, ttl) {
      const owner = crypto.randomUUID()
      const isMine = await set(prefix + key, owner, ttl, true)
      return isMine ? () => release(prefix + key, owner) : undefined
    },
  }
}

interface Commands {
  set(key: string, value: string, ms: number, onlyIfAbsent: boolean): Promise<unknown>
  release(key: string, owner: string): Promise<unknown>
}

function nodeRedis(client: NodeRedisClient): Commands {
  return {
    set: (key, value, ms, onlyIfAbsent) =>
      client.set(key, value, { PX: ms, ...(onlyIfAbsent && { NX: true }) }),
    release: (key, owner) => client.eval(RELEASE, { keys: [key], arguments: [owner] }),
  }
}

function ioredis(client: IORedisClient): Commands {
  return {
    set: (key, value, ms, onlyIfAbsent) =>
      onlyIfAbsent ? client.set(key, value, 'PX', ms, 'NX') : client.set(key, value, 'PX', ms),
    release: (key, owner) => client.eval(RELEASE, 1, key, owner),
  }
}
