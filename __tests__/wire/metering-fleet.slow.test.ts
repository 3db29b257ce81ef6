import { fork } from 'node:child_process'
import { once } from 'node:events'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest'
import { summariseCalls } from '../../src/metering/index.js'
import { sleep, startAccount, times } from '../support/account.js'
import { bundleWorker } from '../support/fleet.js'
import type { MeteredSetup } from '../support/metered-worker.js'
import { describeWithRedis, type RedisServer, startRedisServer } from '../support/services.js'
import { importSink, SINKS } from '../support/sinks.js'

const PROCESSES = 16
const LONGEST_LIFE_MS = 3_000
const NONE = { lower: 0, upper: 0 }

describeWithRedis('a fleet of 16 processes that SIGTERM ends at random', async () => {
  const { redisSink } = await importSink<'redisSink'>('redis.mjs')
  let redis: RedisServer
  let program: string
  beforeAll(async () => {
    redis = await startRedisServer()
    program = await bundleWorker('metered-worker')
  })
  afterAll(() => redis.stop())

  async function runFleet(atSigterm: MeteredSetup['atSigterm']) {
    const account = await startAccount()
    account.api.latency = 5
    const client = new Redis(redis.url)
    onTestFinished(() => client.disconnect())
    await client.flushall()
    const setup: MeteredSetup = {
      credentials: account.credentials,
      apiURL: `${account.url}/integrations/rest/v3`,
      redisURL: redis.url,
      sinks: SINKS,
      atSigterm,
    }
    const codes = await times(PROCESSES, async () => {
      const child = fork(program, { execArgv: [] })
      onTestFinished(() => void child.kill('SIGKILL'))
      child.send(setup)
      await once(child, 'message')
      await sleep(Math.random() * LONGEST_LIFE_MS)
      if (Math.random() < 0.2) account.revoke()
      child.kill('SIGTERM')
      return (await once(child, 'exit'))[0]
    })
    expect(codes).toEqual(Array(PROCESSES).fill(0))
    const { byResource } = summariseCalls(await redisSink(client).read())
    expect(Object.keys(byResource)).toEqual(['oauth/token', 'tables/Physicians'])
    const { 'oauth/token': token = NONE, 'tables/Physicians': api = NONE } = byResource
    const received = { token: account.log.token.length, api: account.log.api.length }
    expect(received.token).toBeGreaterThan(0)
    expect(received.api).toBeGreaterThan(PROCESSES)
    return { token, api, received }
  }

  it('adds up to the account’s log, if each waits for its calls', async () => {
    const { token, api, received } = await runFleet('wait')
    expect({ token, api }).toEqual({
      token: { lower: received.token, upper: received.token },
      api: { lower: received.api, upper: received.api },
    })
  }, 60_000)

  it('keeps the account’s log within its bounds, if each aborts its calls', async () => {
    const { token, api, received } = await runFleet('abort')
    expect(api.lower).toBeLessThanOrEqual(received.api)
    expect(api.upper).toBeGreaterThanOrEqual(received.api)
    expect(api.upper - api.lower).toBeLessThanOrEqual(PROCESSES * 4)
    // Nobody waits any more for a token request that is under way: it may end after its process.
    expect(token.lower).toBeLessThanOrEqual(received.token)
    expect(received.token - token.upper).toBeLessThanOrEqual(PROCESSES)
  }, 60_000)
})
