import { appendFile } from 'node:fs/promises'
import { join } from 'node:path'
import axios from 'axios'
import { Redis } from 'ioredis'
import pg from 'pg'
import { createClient } from 'redis'
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { attachCaspioAuth } from '../../src/index.js'
import {
  type CallMeterOptions,
  type CallRow,
  createCallMeter,
  summariseCalls,
} from '../../src/metering/index.js'
import { callEvent, countOf, sumOf, unanswered } from '../metering/support.js'
import { outcomesOf, rejectionOf, startAccount, times } from '../support/account.js'
import { temporaryFolder } from '../support/programs.js'
import {
  describeWithPostgres,
  describeWithRedis,
  POSTGRES_URL,
  type RedisServer,
  startRedisServer,
} from '../support/services.js'
import { importSink } from '../support/sinks.js'

type Sink = Required<Pick<CallMeterOptions, 'read' | 'write'>>

const day = new Date().toISOString().slice(0, 10)
const row = (change: Partial<CallRow> = {}): CallRow => ({
  day,
  kind: 'call',
  resource: 'tables/My Orders',
  lower: 30,
  upper: 31,
  ...change,
})

/** What every sink must do. */
function itKeepsCounts(openSink: () => Promise<Sink>): void {
  it('adds up the deltas of many processes', async () => {
    const sinks = await times(4, openSink)
    const rows = [row(), row({ kind: 'token', resource: 'oauth/token', lower: 0, upper: 2 })]
    await times(40, async (n) => sinks[n % 4]?.write({ id: `${day}-${n}`, counts: rows }))
    const [sink] = sinks as [Sink]
    const summary = summariseCalls(await sink.read())
    expect(summary.byResource).toEqual({
      'oauth/token': countOf(0, 80),
      'tables/My Orders': countOf(1_200, 1_240),
    })
    expect(summary.byKind).toMatchObject({ call: countOf(1_200, 1_240), token: countOf(0, 80) })
  })

  it('drops a delta that arrives twice', async () => {
    const [sink, other] = [await openSink(), await openSink()]
    const delta = { id: 'the-same', counts: [row(), row({ resource: 'files' })] }
    await sink.write(delta)
    await Promise.all([sink.write(delta), other.write(delta)])
    expect(sumOf(await other.read())).toEqual(countOf(60, 62))
  })

  it('keeps each day', async () => {
    const sink = await openSink()
    const yesterday = new Date(Date.now() - 86_400_000).toISOString().slice(0, 10)
    await sink.write({ id: 'two-days', counts: [row(), row({ day: yesterday })] })
    const days = [...(await sink.read())].map((one) => one.day)
    expect([...new Set(days)].sort()).toEqual([yesterday, day])
  })
}

describe('the JSON-lines sink', async () => {
  const { jsonLinesSink } = await importSink<'jsonLinesSink'>('json-lines.mjs')
  // One folder for each test, which opens the file several times.
  const folders = new Map<string | undefined, Promise<string>>()

  itKeepsCounts(async () => {
    const { currentTestName } = expect.getState()
    const folder = folders.get(currentTestName) ?? temporaryFolder()
    folders.set(currentTestName, folder)
    return jsonLinesSink(join(await folder, 'calls.jsonl'))
  })

  it('skips a line that a process left torn, and no other', async () => {
    const path = join(await temporaryFolder(), 'calls.jsonl')
    const sink = jsonLinesSink(path)
    await sink.write({ id: 'a', counts: [row()] })
    await appendFile(path, '\n{"id":"b","counts":[{"da')
    await sink.write({ id: 'c', counts: [row()] })
    expect(sumOf(await sink.read())).toEqual(countOf(60, 62))
  })
})

describeWithRedis('the Redis sink', async () => {
  const { redisSink } = await importSink<'redisSink'>('redis.mjs')
  let redis: RedisServer
  beforeAll(async () => {
    redis = await startRedisServer()
  })
  afterAll(() => redis.stop())

  const CLIENTS = {
    async redis() {
      const client = createClient({ url: redis.url })
      await client.connect()
      onTestFinished(() => client.destroy())
      return client
    },
    async ioredis() {
      const client = new Redis(redis.url)
      onTestFinished(() => client.disconnect())
      return client
    },
  }

  describe.each(['redis', 'ioredis'] as const)('with a client of %s', (kind) => {
    itKeepsCounts(async () =>
      redisSink(await CLIENTS[kind](), `${kind} ${expect.getState().currentTestName}`),
    )
  })

  it('forgets a month after 400 days, and an ID after a week', async () => {
    const client = new Redis(redis.url)
    onTestFinished(() => client.disconnect())
    await redisSink(client, 'life').write({ id: 'x', counts: [row()] })
    const days = async (suffix: string) =>
      Math.ceil((await client.pttl(`{life}:${suffix}`)) / 86_400_000)
    expect([await days(day.slice(0, 7)), await days('delta:x')]).toEqual([400, 7])
  })

  it('loses no count of a meter if Redis is down for a while', async () => {
    const server = await startRedisServer()
    onTestFinished(() => server.stop())
    const client = new Redis(server.url, { maxRetriesPerRequest: 0, retryStrategy: () => 20 })
    client.on('error', () => {})
    onTestFinished(() => client.disconnect())
    const meter = createCallMeter({ ...redisSink(client), writeEvery: 1 })
    meter.onEvent(callEvent())
    await meter.flush()
    await server.stop()
    for (let n = 0; n < 10; n++) meter.onEvent(unanswered('ECONNRESET'))
    const flushed = meter.flush()
    await server.start()
    await flushed
    // This server saves nothing to disk.
    expect(sumOf(await redisSink(client).read())).toEqual(countOf(0, 10))
  })
})

describeWithPostgres('the PostgreSQL sink', async () => {
  const { postgresSink, CREATE_TABLES } = await importSink<'postgresSink' | 'CREATE_TABLES'>(
    'postgres.mjs',
  )
  const schema = `metering_${process.pid}`
  const pool = new pg.Pool({
    connectionString: POSTGRES_URL,
    options: `-c search_path=${schema}`,
    max: 8,
  })
  beforeAll(async () => {
    await pool.query(`DROP SCHEMA IF EXISTS ${schema} CASCADE; CREATE SCHEMA ${schema}`)
    await pool.query(CREATE_TABLES)
    await pool.query(CREATE_TABLES)
  })
  afterAll(async () => {
    await pool.query(`DROP SCHEMA ${schema} CASCADE`)
    await pool.end()
  })

  let test = ''
  itKeepsCounts(async () => {
    const name = `${expect.getState().currentTestName}`
    if (name !== test) await pool.query('TRUNCATE caspio_calls, caspio_call_deltas')
    test = name
    return postgresSink(pool)
  })
})

describe('the sink in a table of the Caspio account', async () => {
  const { caspioTableSink } = await importSink<'caspioTableSink'>('caspio-table.mjs')
  const TABLE = { DeltaID: 'STRING', LastDay: 'STRING', Counts: 'TEXT' } as const

  async function startMetered(options: { timeout?: number } = {}) {
    const account = await startAccount({
      tables: { Orders: [{ Total: 5 }], CaspioCalls: { fields: TABLE } },
    })
    const api = axios.create({ baseURL: `${account.url}/integrations/rest/v3` })
    let sink: Sink | undefined
    const meter = createCallMeter({
      async write(delta) {
        try {
          await sink?.write(delta)
        } finally {
          account.api.latency = 0
        }
      },
      writeEvery: 10,
    })
    const auth = attachCaspioAuth(api, account.credentials, { onEvent: meter.onEvent })
    sink = caspioTableSink(auth, account.url, options)
    const received = () => account.log.token.length + account.log.api.length
    return { account, api, meter, sink, received }
  }

  it('counts its own calls in the records that they write, and never causes another one', async () => {
    const { account, api, meter, sink, received } = await startMetered()
    await times(50, () => api.get('/tables/Orders/records'))
    await meter.close()
    const all = received()
    expect(account.log.api.length).toBeLessThan(50 + 8)
    const rows = [...(await sink.read())]
    expect(sumOf(rows)).toEqual(countOf(all))
    const { byResource } = summariseCalls(rows)
    expect(byResource).toEqual({
      'oauth/token': countOf(1),
      'tables/CaspioCalls': countOf(all - 51),
      'tables/Orders': countOf(50),
    })
    // The call that read is in the next record.
    await api.get('/tables/Orders/records')
    await meter.close()
    expect(sumOf(await sink.read())).toEqual(countOf(all + 3))
  })

  it('counts its resends and its failures, too', async () => {
    const { account, api, meter, sink, received } = await startMetered()
    await times(5, () => api.get('/tables/Orders/records'))
    account.revoke()
    await meter.flush()
    account.api.fail({ status: 503, times: 2 })
    await rejectionOf(api.get('/tables/Orders/records'))
    await meter.flush()
    // The record of the first flush was written by a resend. Its 401 is in the second one.
    const all = received()
    expect(sumOf(await sink.read())).toEqual(countOf(all))
  })

  it('writes a record once if the answer is lost', async () => {
    const { account, api, meter, sink, received } = await startMetered({ timeout: 1_500 })
    await times(5, () => api.get('/tables/Orders/records'))
    // The record is kept before this delay, and the sink waits for half of it.
    account.api.latency = 3_000
    await meter.flush()
    // The call that looked for the record is in the next one.
    await api.get('/tables/Orders/records')
    await meter.flush()
    // The account logs the call without an answer when its delay is over.
    await vi.waitUntil(() => received() === 10)
    expect(sumOf(await sink.read())).toEqual(countOf(10))
    expect((await api.get('/tables/CaspioCalls/records')).data.Result).toHaveLength(2)
  })

  it('splits a delta that is too long for one field, and goes on where it failed', async () => {
    const { account, api, sink } = await startMetered()
    const counts = Array.from({ length: 1_000 }, (_, n) =>
      row({ resource: `tables/${'x'.repeat(90)}${n}` }),
    )
    account.api.fail({ status: 503, times: 1, path: '/integrations/rest/v3/tables/CaspioCalls' })
    await rejectionOf(sink.write({ id: 'long', counts }) as Promise<void>)
    await sink.write({ id: 'long', counts })
    expect((await api.get('/tables/CaspioCalls/records')).data.Result).toHaveLength(3)
    const orders = [...(await sink.read())].filter(({ resource }) => /x/.test(resource))
    expect(sumOf(orders)).toEqual(countOf(30_000, 31_000))
  })

  it('keeps the counts of several processes', async () => {
    const { account, sink } = await startMetered()
    const auth = attachCaspioAuth(axios.create(), account.credentials)
    const other = caspioTableSink(auth, account.url)
    await outcomesOf([
      sink.write({ id: 'a', counts: [row()] }) as Promise<void>,
      other.write({ id: 'b', counts: [row()] }) as Promise<void>,
    ])
    const rows = [...(await sink.read())].filter(({ resource }) => resource === 'tables/My Orders')
    expect(sumOf(rows)).toEqual(countOf(60, 62))
  })
})
