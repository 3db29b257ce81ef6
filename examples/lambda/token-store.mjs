import { redisTokenStore } from 'axios-caspio-auth/redis'
import { Redis } from 'ioredis'
import { Keyv } from 'keyv'

const { REDIS_URL, REDIS_PREFIX: prefix = '' } = process.env

/** Undefined where there is no Redis. */
export const redis = REDIS_URL ? new Redis(REDIS_URL) : undefined
// Its failures are store-failed events; without a listener ioredis prints each of them.
redis?.on('error', () => {})

// A Keyv of this process shares nothing with others: it is there to try the handler out.
export const tokenStore = redis ? redisTokenStore(redis, { prefix }) : new Keyv()
