import { redisTokenStore } from 'axios-caspio-auth/redis'
import { Redis } from 'ioredis'
import { Keyv } from 'keyv'

const { REDIS_URL, REDIS_PREFIX: prefix = '' } = process.env

/** Undefined if REDIS_URL is not set. */
export const redis = REDIS_URL ? new Redis(REDIS_URL) : undefined
// The plugin reports errors as store-failed events. Without a listener, ioredis prints each of them.
redis?.on('error', () => {})

// A Keyv in memory shares nothing with other processes. It is good enough to try the handler.
export const tokenStore = redis ? redisTokenStore(redis, { prefix }) : new Keyv()
