import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import type { CaspioAccount } from '../../src/testing/index.js'
import { sleep, startAccount } from '../support/account.js'
import {
  countOf,
  type FleetStore,
  sendAll,
  startFleet,
  statusesOf,
  tokensOf,
} from '../support/fleet.js'
import {
  describeWithPostgres,
  describeWithRedis,
  POSTGRES_URL,
  type RedisServer,
  startRedisServer,
} from '../support/services.js'

const FIFTY = { requests: 50, pause: 0 }
const ONE = { requests: 1, pause: 0 }
// A busy machine needs a minute to start 32 processes.
const LONG = 240_000

function rejectionsIn(account: CaspioAccount): number {
  return account.log.api.filter(({ status }) => status === 401).length
}

describeWithRedis('a fleet of real processes on Redis', () => {
  let redis: RedisServer
  beforeAll(async () => {
    redis = await startRedisServer()
  })
  afterAll(() => redis.stop())
  afterEach(async () => {
    await redis.start().catch(() => {})
    const client = new Redis(redis.url)
    await client.flushall()
    client.disconnect()
  })
  const store = (kind: FleetStore['kind'] = 'redis'): FleetStore => ({ kind, url: redis.url })

  it(
    'of 32 that start together makes 1 token request, then 1 renewal, then 1 after a revocation',
    async () => {
      // The renewal window opens after 20 to 22 s.
      const account = await startAccount({ tokenLife: 30 })
      account.tokenEndpoint.latency = 100
      const fleet = await startFleet(32, account, store(), { renewBefore: 10 })
      const cold = await sendAll(fleet, FIFTY)
      expect(statusesOf(cold)).toEqual([200])
      expect(account.log.token).toHaveLength(1)
      expect(account.log.api).toHaveLength(1_600)
      expect(countOf(cold, 'issued')).toBe(1)
      expect(countOf(cold, 'store')).toBe(31)
      expect(tokensOf(cold).size).toBe(1)

      account.tokenLife = 3_600
      const renewed = await sendAll(fleet, { requests: 100, pause: 250 })
      expect(statusesOf(renewed)).toEqual([200])
      expect(account.log.token.map(({ grant }) => grant)).toEqual([
        'client_credentials',
        'refresh_token',
      ])
      expect(rejectionsIn(account)).toBe(0)
      expect(tokensOf(renewed).size).toBe(1)
      expect(account.liveRefreshTokens).toBe(1)

      account.log.clear()
      account.revoke()
      const revoked = await sendAll(fleet, FIFTY)
      expect(statusesOf(revoked)).toEqual([200])
      expect(account.log.token).toHaveLength(1)
      expect(tokensOf(revoked).size).toBe(1)
      expect(countOf([...cold, ...renewed, ...revoked], 'store-failed')).toBe(0)
    },
    LONG,
  )

  it(
    'through ioredis makes 1 token request at the start, and 1 after a revocation',
    async () => {
      const account = await startAccount()
      account.tokenEndpoint.latency = 100
      const fleet = await startFleet(8, account, store('ioredis'))
      expect(statusesOf(await sendAll(fleet, FIFTY))).toEqual([200])
      account.revoke()
      expect(statusesOf(await sendAll(fleet, FIFTY))).toEqual([200])
      expect(account.log.token).toHaveLength(2)
    },
    LONG,
  )

  it(
    'gets a token once the lock has expired if the lock’s holder is killed during its token request',
    async () => {
      const account = await startAccount()
      // The lock's ttl is 5 s longer.
      const options = { timeout: 1_000 }
      account.tokenEndpoint.fail({ hang: true })
      const [holder] = await startFleet(1, account, store(), options)
      holder?.child.send(ONE)
      await vi.waitUntil(() => account.log.token.length > 0, { timeout: 5_000 }).catch(() => {})
      const client = new Redis(redis.url)
      onTestFinished(() => client.disconnect())
      await vi.waitUntil(async () => (await client.keys('*:lock')).length === 1, { timeout: 5_000 })
      holder?.child.kill('SIGKILL')
      account.tokenEndpoint.restore()
      account.log.clear()
      const fleet = await startFleet(8, account, store(), options)
      const reports = await sendAll(fleet, { requests: 5, pause: 0 })
      expect(statusesOf(reports)).toEqual([200])
      expect(Math.max(...reports.map(({ slowest }) => slowest))).toBeLessThan(7_500)
      expect(account.log.token.filter(({ status }) => status === 200)).toHaveLength(1)
      expect(tokensOf(reports).size).toBe(1)
    },
    LONG,
  )

  it(
    'without a lock (Keyv) makes at most one token request per process and ends on one token',
    async () => {
      await endOnOneToken(8, store('keyv-redis'))
    },
    LONG,
  )

  it(
    'serves every request within 1.5 s while Redis hangs, restarts empty or stays down',
    async () => {
      // Only a token request waits for Redis, for at most 500 ms. After a failure the store is skipped for a while.
      const LONGEST_IN_MS = 1_500
      const account = await startAccount({ tokenLife: 5 })
      const fleet = await startFleet(6, account, store(), { renewBefore: 2.5, timeout: 1_000 })
      await sendAll(fleet, ONE)
      const faults: Record<string, () => Promise<unknown>> = {
        async hangs() {
          const client = new Redis(redis.url)
          await client.call('DEBUG', 'SLEEP', '3')
          client.disconnect()
        },
        async 'restarts empty'() {
          await redis.stop()
          await sleep(500)
          await redis.start()
        },
        'stays down': () => redis.stop(),
      }
      let failures = 0
      for (const [what, act] of Object.entries(faults)) {
        // For longer than a token's life, so that a renewal falls into it.
        const [reports] = await Promise.all([sendAll(fleet, { requests: 60, pause: 50 }), act()])
        expect([what, statusesOf(reports), rejectionsIn(account)]).toEqual([what, [200], 0])
        expect(Math.max(...reports.map(({ slowest }) => slowest))).toBeLessThan(LONGEST_IN_MS)
        failures += countOf(reports, 'store-failed')
      }
      expect(failures).toBeGreaterThan(0)
      await redis.start()
      account.tokenLife = 3_600
      await vi.waitUntil(async () => tokensOf(await sendAll(fleet, ONE)).size === 1, {
        timeout: 25_000,
        interval: 250,
      })
    },
    LONG,
  )
})

describeWithPostgres('a fleet of real processes on PostgreSQL, through Keyv', () => {
  it(
    'makes at most one token request per process and ends on one token',
    async () => {
      await endOnOneToken(32, { kind: 'keyv-postgres', url: POSTGRES_URL })
    },
    LONG,
  )
})

describe('a fleet of real processes on SQLite, through Keyv', () => {
  it(
    'makes at most one token request per process and ends on one token',
    async () => {
      const folder = await mkdtemp(join(tmpdir(), 'caspio-fleet-'))
      onTestFinished(() => rm(folder, { recursive: true, force: true }))
      await endOnOneToken(8, { kind: 'keyv-sqlite', url: join(folder, 'tokens.db') })
    },
    LONG,
  )
})

async function endOnOneToken(size: number, store: FleetStore): Promise<void> {
  const account = await startAccount()
  account.tokenEndpoint.latency = 50
  const fleet = await startFleet(size, account, store)
  const cold = await sendAll(fleet, FIFTY)
  expect(statusesOf(cold)).toEqual([200])
  expect(account.log.token.length).toBeLessThanOrEqual(size)
  // On a busy machine the store may time out. It is then skipped for 10 s.
  await vi.waitUntil(async () => tokensOf(await sendAll(fleet, ONE)).size === 1, {
    timeout: 30_000,
    interval: 250,
  })
  expect(account.log.token.length).toBeLessThanOrEqual(size)
  expect(rejectionsIn(account)).toBe(0)
}
