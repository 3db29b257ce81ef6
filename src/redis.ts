import type { CaspioTokenStore } from './contract/types.js'

/** The methods of a client of the package `redis` (version 4 or newer, clusters too) that are used. */
export interface NodeRedisClient {
  /** `GET`. */
  get(key: string): Promise<unknown>
  /** `SET` with a life in milliseconds; with `NX` only if the key does not exist. */
  set(key: string, value: string, options: { PX: number; NX?: true }): Promise<unknown>
  /** `DEL`. */
  del(key: string): Promise<unknown>
  /** `EVAL`: releases the lock if its owner still holds it. */
  eval(script: string, options: { keys: string[]; arguments: string[] }): Promise<unknown>
}

/** The methods of a client of `ioredis` or `iovalkey` (clusters too) that are used. */
export interface IORedisClient {
  /** `GET`. */
  get(key: string): Promise<unknown>
  /** `SET` with a life in milliseconds. */
  set(key: string, value: string, px: 'PX', ms: number): Promise<unknown>
  /** `SET` with a life in milliseconds, only if the key does not exist. */
  set(key: string, value: string, px: 'PX', ms: number, nx: 'NX'): Promise<unknown>
  /** `DEL`. */
  del(key: string): Promise<unknown>
  /** `EVAL`: releases the lock if its owner still holds it. */
  eval(script: string, numberOfKeys: number, key: string, owner: string): Promise<unknown>
  /** Not called: clients of `redis` do not have it. */
  defineCommand: unknown
}

/** The options of `redisTokenStore`. */
export interface RedisTokenStoreOptions {
  /**
   * Put before every key. Set it if other programs use the same database.
   *
   * @default ''
   */
  readonly prefix?: string
}

interface Commands {
  set(key: string, value: string, ms: number, onlyIfAbsent: boolean): Promise<unknown>
  release(key: string, owner: string): Promise<unknown>
}

// An owner that was too slow must not release the lock of the next one.
const RELEASE =
  "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) end return 0"

/**
 * Returns a `tokenStore` on Redis or Valkey. It has a lock (`SET NX PX`, which only its owner
 * releases), so that a whole fleet sends one token request.
 *
 * @param client a client of `redis` or `ioredis`. You connect it, close it, and listen for its
 *   errors
 * @throws TypeError if `client` is not such a client
 */
export function redisTokenStore(
  client: NodeRedisClient | IORedisClient,
  { prefix = '' }: RedisTokenStoreOptions = {},
): CaspioTokenStore {
  for (const name of ['get', 'set', 'del', 'eval'] as const) {
    if (typeof client?.[name] !== 'function') {
      throw new TypeError(
        `axios-caspio-auth: redisTokenStore needs a client of the package redis or ioredis. This value has no method ${name}.`,
      )
    }
  }
  if (takesCallbacks(client as object)) {
    throw new TypeError(
      'axios-caspio-auth: redisTokenStore needs a client whose methods return promises. Use ioredis, or version 4 or newer of redis, without legacyMode and legacy().',
    )
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

/**
 * Whether the methods of a client take callbacks: those of redis 3, and later ones with `legacyMode` or
 * `legacy()`. They return no promise. The plugin would never get the lock, and the first request would
 * wait for 30 s.
 */
function takesCallbacks(client: {
  sendCommand?: unknown
  connect?: unknown
  options?: { legacyMode?: unknown }
}): boolean {
  const { sendCommand, connect, options } = client
  return Boolean(sendCommand && (!connect || options?.legacyMode))
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
