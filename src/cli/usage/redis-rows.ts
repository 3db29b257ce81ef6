import { createRequire } from 'node:module'
import { join } from 'node:path'
import { parseURL } from '../../lib/url.js'
import type { CallRow } from '../../metering/index.js'
import { UsageError } from '../arguments.js'
import { isRow } from './is-row.js'

/** What is needed of a client. */
interface Client {
  readHash(key: string): Promise<Record<string, string>>
  close(): unknown
}

type Connect = (url: string) => Promise<Client>

const DAY_MS = 86_400_000
const TIMEOUT_MS = 5_000

/** Reads what examples/metering/sinks/redis.mjs writes. */
export async function readRedisRows(url: string, name: string): Promise<CallRow[]> {
  const { protocol, host } = parseURL(url) ?? {}
  if (!/^rediss?:$/.test(`${protocol}`)) {
    throw new UsageError('--redis must be a URL, such as redis://127.0.0.1:6379')
  }
  const connect = findClient(process.cwd())
  try {
    const client = await connect(url)
    const hashes = await Promise.all(
      recentMonths().map((month) => client.readHash(`{${name}}:${month}`)),
    )
    await client.close()
    return hashes.flatMap(rowsOf)
  } catch (error) {
    // The URL may have a password.
    const { code, message } = error as NodeJS.ErrnoException
    throw new Error(`cannot read from the Redis at ${host} (${code ?? message})`)
  }
}

/** Finds the package with which the project of this folder connects to Redis. */
export function findClient(folder: string): Connect {
  const load = createRequire(join(folder, 'package.json'))
  for (const [name, connect] of Object.entries(CLIENTS)) {
    try {
      load.resolve(name)
    } catch {
      continue
    }
    return (url) => connect(load(name), url)
  }
  throw new Error(
    'usage --redis needs the package redis or ioredis in your project. Run: npm install redis',
  )
}

// The packages have types, but the plugin does not depend on them.
const CLIENTS: Readonly<
  Record<string, (module: NodeRedis & IORedis, url: string) => Promise<Client>>
> = {
  async redis({ createClient }: NodeRedis, url) {
    const socket = { reconnectStrategy: false, connectTimeout: TIMEOUT_MS }
    const client = createClient({ url, socket })
    // Without a listener, the process would end.
    client.on('error', () => {})
    await client.connect()
    return { readHash: (key) => client.hGetAll(key), close: () => client.quit() }
  },
  async ioredis({ Redis }: IORedis, url) {
    const client = new Redis(url, {
      lazyConnect: true,
      retryStrategy: () => null,
      connectTimeout: TIMEOUT_MS,
    })
    let failure: Error | undefined
    client.on('error', (error) => {
      failure = error
    })
    await client.connect().catch((error) => {
      // Its own error says only that the connection is closed.
      throw failure ?? error
    })
    return { readHash: (key) => client.hgetall(key), close: () => client.quit() }
  },
}

interface Emitter {
  on(event: 'error', listener: (error: Error) => void): unknown
  connect(): Promise<unknown>
  quit(): Promise<unknown>
}

interface NodeRedis {
  createClient(options: object): Emitter & { hGetAll(key: string): Promise<Record<string, string>> }
}

interface IORedis {
  Redis: new (
    url: string,
    options: object,
  ) => Emitter & { hgetall(key: string): Promise<Record<string, string>> }
}

/** The months of a billing period that includes today, in every time zone. */
function recentMonths(): string[] {
  const days = [-32, -16, 0, 1].map((days) => new Date(Date.now() + days * DAY_MS))
  return [...new Set(days.map((day) => day.toISOString().slice(0, 7)))]
}

function rowsOf(hash: Record<string, string>): CallRow[] {
  return Object.entries(hash)
    .map(([field, count]): unknown => {
      const [day, kind, bound = '', ...resource] = field.split(' ')
      return { day, kind, resource: resource.join(' '), lower: 0, upper: 0, [bound]: Number(count) }
    })
    .filter(isRow)
}
