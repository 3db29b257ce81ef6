import { once } from 'node:events'
import { appendFile, mkdir, symlink, writeFile } from 'node:fs/promises'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { findClient, readRedisRows } from '../../src/cli/usage/redis-rows.js'
import type { CallDelta, CallRow } from '../../src/metering/index.js'
import { rejectionOf, thrownBy } from '../support/outcomes.js'
import { temporaryFolder } from '../support/programs.js'
import { describeWithRedis, type RedisServer, startRedisServer } from '../support/services.js'
import { importSink } from '../support/sinks.js'
import { longestLine, runMain, unwrapped } from './support.js'

const row = (change: Partial<CallRow>): CallRow => ({
  day: '2026-11-27',
  kind: 'call',
  resource: 'tables/Orders',
  lower: 600,
  upper: 600,
  ...change,
})

const ROWS = [
  row({}),
  row({ kind: 'resend', lower: 400, upper: 404 }),
  row({ day: '2026-11-28', resource: 'views/Open', lower: 251, upper: 251 }),
  row({ day: '2026-11-28', kind: 'token', resource: 'oauth/token', lower: 1, upper: 1 }),
  row({ day: '2026-11-26', lower: 9_999, upper: 9_999 }),
]

const DELTA: CallDelta = { id: 'a', counts: ROWS }
const BILLING = ['--time-zone', 'America/New_York', '--billing-day', '27']

/** A file that the sink wrote. */
async function fileWith(...deltas: CallDelta[]): Promise<string> {
  const { jsonLinesSink } = await importSink<'jsonLinesSink'>('json-lines.mjs')
  const file = join(await temporaryFolder(), 'calls.jsonl')
  await writeFile(file, '')
  for (const delta of deltas) await jsonLinesSink(file).write(delta)
  return file
}

const TABLE = `Calls to Caspio from 2026-11-27 to 2026-12-26

Day               Calls
2026-11-27  1,000–1,004  ████████████████████████████████████████
2026-11-28          252  ███████████

Resource           Calls
tables/Orders  1,000–1,004  ████████████████████████████████████████
views/Open             251  ██████████
oauth/token              1  █
`

beforeAll(() => {
  // In New York, two of 30 days have passed.
  vi.useFakeTimers({ toFake: ['Date'], now: Date.parse('2026-11-29T05:00:00Z') })
})

afterAll(() => {
  vi.useRealTimers()
})

describe('usage --file', () => {
  it('shows days and resources with bars, and the projection', async () => {
    const file = await fileWith(DELTA)
    const { code, out, err } = await runMain(['usage', '--file', file, ...BILLING])
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(out).toBe(
      `${TABLE.replace('Resource           Calls', 'Resource             Calls')}
1,252–1,256 calls so far. At this pace, you will make 18,780–18,840 calls in
this period.
`,
    )
  })

  it('compares with the plan', async () => {
    const file = await fileWith(DELTA)
    const { out } = await runMain(['usage', '--file', file, ...BILLING, '--plan', '20,000'])
    expect(unwrapped(out)).toContain(
      'you will make 18,780–18,840 calls in this period: 94% of the 20,000 in your plan.',
    )
  })

  it('prints JSON', async () => {
    const file = await fileWith(DELTA)
    const args = ['usage', '--file', file, ...BILLING, '--plan', '100_000', '--json']
    const { code, out } = await runMain(args)
    expect(code).toBe(0)
    expect(JSON.parse(out)).toEqual({
      period: { from: '2026-11-27', to: '2026-12-26' },
      calls: { lower: 1_252, upper: 1_256 },
      byDay: {
        '2026-11-27': { lower: 1_000, upper: 1_004 },
        '2026-11-28': { lower: 252, upper: 252 },
      },
      byKind: {
        call: { lower: 851, upper: 851 },
        resend: { lower: 400, upper: 404 },
        token: { lower: 1, upper: 1 },
      },
      byResource: {
        'oauth/token': { lower: 1, upper: 1 },
        'tables/Orders': { lower: 1_000, upper: 1_004 },
        'views/Open': { lower: 251, upper: 251 },
      },
      projected: { lower: 18_780, upper: 18_840 },
      plan: 100_000,
    })
    const { out: withoutPlan } = await runMain(['usage', '--file', file, '--json'])
    expect(JSON.parse(withoutPlan)).not.toHaveProperty('plan')
  })

  it('counts a delta once that was written twice, and skips what no meter wrote', async () => {
    const wrong = [
      row({ day: 'x' }),
      row({ day: '12026-11-27' }),
      row({ day: '2026-11-271' }),
      { ...row({}), kind: 'recall' },
      { ...row({}), kind: 'calls' },
      { ...row({}), resource: 5 },
      { ...row({}), lower: '1' },
      null,
    ] as CallRow[]
    const file = await fileWith(DELTA, DELTA, { id: 'b', counts: wrong })
    await appendFile(file, '\n{"id":"c","counts":[{')
    const { out } = await runMain(['usage', '--file', file, ...BILLING, '--json'])
    expect(JSON.parse(out).calls).toEqual({ lower: 1_252, upper: 1_256 })
  })

  it('shows the 20 resources with the most calls, and the sum of the others', async () => {
    const counts = Array.from({ length: 25 }, (_, n) =>
      row({ resource: `tables/T${n}`, lower: 100 - n, upper: 100 - n }),
    )
    const { out } = await runMain([
      'usage',
      '--file',
      await fileWith({ id: 'a', counts }),
      ...BILLING,
    ])
    expect(out).toContain('tables/T19     81')
    expect(out).not.toContain('tables/T20')
    expect(out).toMatch(/^5 more {8}390 {2}█+$/m)
  })

  it('keeps to the width of a narrow terminal, and draws no bar where there is no room', async () => {
    const file = await fileWith(DELTA)
    const outputAt = async (columns: number) =>
      (await runMain(['usage', '--file', file, ...BILLING], {}, { isTTY: true, columns })).out
    const out = await outputAt(46)
    expect(longestLine(out)).toBeLessThanOrEqual(46)
    expect(out).toMatch(/^2026-11-27 {2}1,000–1,004 {2}█{21}$/m)
    expect(await outputAt(20)).toMatch(/^2026-11-27 {2}1,000–1,004$/m)
  })

  it('prints no control characters of a name', async () => {
    const counts = [row({ resource: 'tables/\u001b[31mred' })]
    const { out } = await runMain([
      'usage',
      '--file',
      await fileWith({ id: 'a', counts }),
      ...BILLING,
    ])
    expect(out).toContain('tables/ [31mred')
  })

  it('says so if there is one call', async () => {
    const file = await fileWith({ id: 'a', counts: [row({ lower: 1, upper: 1 })] })
    const { code, out } = await runMain(['usage', '--file', file, ...BILLING])
    expect(code).toBe(0)
    expect(out.trim().split('\n').at(-1)).toBe(
      '1 call so far. At this pace, you will make 15 calls in this period.',
    )
  })

  it.each([
    ['a file without calls', [{ id: 'a', counts: [] }]],
    ['an empty file', []],
  ])('says when a meter writes if it reads %s', async (_, deltas) => {
    const file = await fileWith(...deltas)
    const { code, out } = await runMain(['usage', '--file', file, ...BILLING])
    expect(code).toBe(0)
    expect(unwrapped(out)).toBe(
      'Calls to Caspio from 2026-11-27 to 2026-12-26 No process has written a call in this period yet. A meter writes after every 250 calls (writeEvery), and at flush() and close().',
    )
  })
})

describe('usage refuses', () => {
  it.each([
    [[], 'usage needs either --redis URL or --file FILE'],
    [['--file', 'a', '--redis', 'redis://a'], 'usage needs either'],
    [['--redis', 'https://a.test'], '--redis must be a URL, such as redis://127.0.0.1:6379'],
    [['--redis', 'no URL'], '--redis must be a URL'],
    [['--nonsense'], 'usage: Unknown option'],
  ])('%j', async (args, message) => {
    const { code, out, err } = await runMain(['usage', ...args])
    expect([code, out]).toEqual([2, ''])
    expect(unwrapped(err)).toContain(message)
  })

  it.each([
    [['--plan', 'much'], 2, '--plan must be a number of calls, at least 1'],
    [['--plan', '0'], 2, '--plan must be a number'],
    [['--billing-day', '31'], 2, '--billing-day must be an integer from 1 to 28.'],
    [['--time-zone', 'Springfield'], 2, '--time-zone must be an IANA time zone'],
  ])('%j', async (args, exitCode, message) => {
    const { code, out, err } = await runMain(['usage', '--file', await fileWith(), ...args])
    expect([code, out]).toEqual([exitCode, ''])
    expect(unwrapped(err)).toContain(message)
  })

  it('a file that is missing, or that no meter wrote', async () => {
    const missing = await runMain(['usage', '--file', '/nowhere/calls.jsonl'])
    expect(missing.code).toBe(1)
    expect(unwrapped(missing.err)).toContain('cannot read the file /nowhere/calls.jsonl (ENOENT)')
    const other = join(await temporaryFolder(), 'other.txt')
    await writeFile(other, 'a letter\n{"id":5}')
    const { code, err } = await runMain(['usage', '--file', other])
    expect(code).toBe(1)
    expect(unwrapped(err)).toContain('has no line that a meter wrote')
  })
})

describeWithRedis('usage --redis', () => {
  let redis: RedisServer
  beforeAll(async () => {
    redis = await startRedisServer()
  })
  afterAll(() => redis.stop())

  async function writeRows(name?: string): Promise<void> {
    const { redisSink } = await importSink<'redisSink'>('redis.mjs')
    const client = new Redis(redis.url)
    await redisSink(client, name).write({ ...DELTA, id: `${name}` })
    client.disconnect()
  }

  /** A project with a package of this name only. */
  async function projectWith(...names: string[]): Promise<string> {
    const folder = await temporaryFolder()
    await mkdir(join(folder, 'node_modules'))
    for (const name of names) {
      const installed = new URL(`../../node_modules/${name}`, import.meta.url).pathname
      await symlink(installed, join(folder, 'node_modules', name))
    }
    return folder
  }

  function goTo(folder: string): void {
    const spy = vi.spyOn(process, 'cwd').mockReturnValue(folder)
    onTestFinished(() => spy.mockRestore())
  }

  function runIn(folder: string, ...args: string[]) {
    goTo(folder)
    return runMain(['usage', ...args])
  }

  it.each(['redis', 'ioredis'])('reads what a fleet wrote, with the package %s', async (name) => {
    await writeRows(`of-${name}`)
    const folder = await projectWith(name)
    const args = ['--redis', redis.url, '--name', `of-${name}`, ...BILLING, '--json']
    const { code, out, err } = await runIn(folder, ...args)
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(JSON.parse(out)).toMatchObject({
      calls: { lower: 1_252, upper: 1_256 },
      byKind: { resend: { lower: 400, upper: 404 } },
    })
  })

  it.each(['redis', 'ioredis'])(
    'says which Redis it cannot reach, without the password (%s)',
    async (name) => {
      const folder = await projectWith(name)
      const password = 'the-password-of-redis'
      const { code, err } = await runIn(folder, '--redis', `redis://me:${password}@127.0.0.1:1`)
      expect(code).toBe(1)
      expect(unwrapped(err)).toContain('cannot read from the Redis at 127.0.0.1:1 (ECONNREFUSED)')
      expect(err).not.toContain(password)
    },
  )

  it.each(['redis', 'ioredis'])('says why Redis refuses (%s)', async (name) => {
    const folder = await projectWith(name)
    const url = redis.url.replace('://', '://me:wrong@')
    const { code, err } = await runIn(folder, '--redis', url)
    expect(code).toBe(1)
    expect(unwrapped(err)).toMatch(/cannot read from the Redis at 127\.0\.0\.1:\d+ \(WRONGPASS/)
  })

  it.each(['redis', 'ioredis'])('says so if the server hangs up (%s)', async (name) => {
    const server = createServer((socket) => socket.end()).listen(0, '127.0.0.1')
    onTestFinished(() => void server.close())
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const { code, err } = await runIn(
      await projectWith(name),
      '--redis',
      `redis://127.0.0.1:${port}`,
    )
    expect(code).toBe(1)
    expect(unwrapped(err)).toMatch(/cannot read from the Redis at 127\.0\.0\.1:\d+ \(.*closed/)
  })

  it.each(['redis', 'ioredis'])('lets the process end if a command fails (%s)', async (name) => {
    const admin = new Redis(redis.url)
    onTestFinished(() => admin.disconnect())
    await admin.set('{typed}:2026-11', 'a text')
    const folder = await projectWith(name)
    const { code, err } = await runIn(folder, '--redis', redis.url, '--name', 'typed')
    expect(code).toBe(1)
    expect(unwrapped(err)).toContain('(WRONGTYPE')
    await vi.waitUntil(async () => `${await admin.client('LIST')}`.trim().split('\n').length === 1)
  })

  it.each(['redis', 'ioredis'])('gives up if the server never answers (%s)', async (name) => {
    const sockets: Socket[] = []
    const server = createServer((socket) => sockets.push(socket.resume())).listen(0, '127.0.0.1')
    onTestFinished(() => void server.close())
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    goTo(await projectWith(name))
    const error = await rejectionOf(readRedisRows(`redis://127.0.0.1:${port}`, 'calls', 200))
    expect(error.message).toContain(`127.0.0.1:${port} (no answer within 200 ms)`)
    await vi.waitUntil(() => sockets.length === 1 && sockets[0]?.destroyed)
  })

  it('reads with ioredis 4, which exports no name Redis', async () => {
    await writeRows('of-4')
    const folder = await temporaryFolder()
    const installed = new URL('../../node_modules/ioredis', import.meta.url).pathname
    await mkdir(join(folder, 'node_modules', 'ioredis'), { recursive: true })
    await writeFile(
      join(folder, 'node_modules', 'ioredis', 'index.js'),
      `module.exports = class extends require(${JSON.stringify(installed)}) { static Redis }`,
    )
    const args = ['--redis', redis.url, '--name', 'of-4', ...BILLING, '--json']
    const { out } = await runIn(folder, ...args)
    expect(JSON.parse(out).calls).toEqual({ lower: 1_252, upper: 1_256 })
  })

  it('says what to install if the project has neither package', async () => {
    const folder = await projectWith()
    expect(thrownBy(() => findClient(folder)).message).toBe(
      'usage --redis needs the package redis (version 4 or newer) or ioredis in your project. Run: npm install redis',
    )
    const { code, err } = await runIn(folder, '--redis', redis.url)
    expect([code, unwrapped(err)]).toEqual([1, expect.stringContaining('npm install redis')])
  })

  it('passes over redis 3', async () => {
    const folder = await projectWith('ioredis')
    await mkdir(join(folder, 'node_modules', 'redis'))
    const program = `exports.createClient = () => ({ on() {} })
      exports.RedisClient = class { send_command() {} }`
    await writeFile(join(folder, 'node_modules', 'redis', 'index.js'), program)
    const { code, err } = await runIn(folder, '--redis', redis.url)
    expect({ code, err }).toEqual({ code: 0, err: '' })
  })

  it('skips fields that no meter wrote', async () => {
    await writeRows('mixed')
    const client = new Redis(redis.url)
    await client.hset('{mixed}:2026-11', { 'a field': '5', '2026-11-27 call lower x': 'many' })
    client.disconnect()
    const { out } = await runMain([
      'usage',
      '--redis',
      redis.url,
      '--name',
      'mixed',
      ...BILLING,
      '--json',
    ])
    expect(JSON.parse(out).calls).toEqual({ lower: 1_252, upper: 1_256 })
  })
})
