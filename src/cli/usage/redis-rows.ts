import { createRequire } from 'node:module'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseURL } from '../../lib/url.js'
import type { CallRow } from '../../metering/index.js'
import { UsageError } from '../arguments.js'
import { isRow } from './is-row.js'

/** What is needed of a client. */
interface Client {
  connect(): Promise<unknown>
  readHash(key: string): Promise<Record<string, string>>
  /** Rejects if there is no connection. */
  disconnect(): Promise<unknown>
}

type CreateClient = (url: string) => Client

const DAY_MS = 86_400_000
const TIMEOUT_MS = 5_000

/**
 * Reads what examples/metering/sinks/redis.mjs writes.
 *
 * @param patience how many ms to wait for all answers
 */
export async function readRedisRows(
  url: string,
  name: string,
  patience = TIMEOUT_MS,
): Promise<CallRow[]> {
  const { protocol, host } = parseURL(url) ?? {}
  if (!/^rediss?:$/.test(`${protocol}`)) {
    throw new UsageError('--redis must be a URL, such as redis://127.0.0.1:6379')
  }
  const createClient = findClient(process.cwd())
  let client: Client | undefined
  try {
    client = createClient(url)
    return await Promise.race([readAll(client, name), failAfter(patience)])
  } catch (error) {
    // The URL may have a password.
    const { code, message } = error as NodeJS.ErrnoException
    throw new Error(`cannot read from the Redis at ${host} (${code ?? message})`)
  } finally {
    // An open connection keeps the process alive. quit() would wait for an answer.
    await client?.disconnect().catch(() => {})
  }
}

async function readAll(client: Client, name: string): Promise<CallRow[]> {
  await client.connect()
  const keys = recentMonths().map((month) => `{${name}}:${month}`)
  const hashes = await Promise.all(keys.map((key) => client.readHash(key)))
  return hashes.flatMap(rowsOf)
}

/** A server can accept the connection and never answer. The clients would wait for ever. */
async function failAfter(ms: number): Promise<never> {
  await sleep(ms, undefined, { ref: false })
  throw new Error(`no answer within ${ms} ms`)
}

/** Finds the package with which the project of this folder connects to Redis. */
export function findClient(folder: string): CreateClient {
  const load = createRequire(join(folder, 'package.json'))
  for (const [name, createClient] of Object.entries(CLIENTS)) {
    try {
      load.resolve(name)
    } catch {
      continue
    }
    const module = load(name)
    // Before version 4 the clients of redis take callbacks.
    if (module.RedisClient?.prototype.send_command) continue
    return (url) => createClient(module, url)
  }
  throw new Error(
    'usage --redis needs the package redis (version 4 or newer) or ioredis in your project. Run: npm install redis',
  )
}

// The packages have types, but the plugin does not depend on them.
const CLIENTS: Readonly<Record<string, (module: NodeRedis & IORedis, url: string) => Client>> = {
  redis({ createClient }: NodeRedis, url) {
    const socket = { reconnectStrategy: false, connectTimeout: TIMEOUT_MS }
    const client = createClient({ url, socket })
    // Without a listener, the process would end.
    client.on('error', () => {})
    return {
      connect: () => client.connect(),
      readHash: (key) => client.hGetAll(key),
      disconnect: async () => client.disconnect(),
    }
  },
  // Version 4 exports the class only in this way.
  ioredis(Redis: IORedis, url) {
    const client = new Redis(url, {
      lazyConnect: true,
      retryStrategy: () => null,
      connectTimeout: TIMEOUT_MS,
    })
    let failure: Error | undefined
    client.on('error', (error) => {
      failure = error
    })
    return {
      // Its own error says only that the connection is closed.
      connect: () =>
        client.connect().catch((error) => {
          throw failure ?? error
        }),
      readHash: (key) => client.hgetall(key),
      disconnect: async () => client.disconnect(),
    }
  },
}

interface Emitter {
  on(event: 'error', listener: (error: Error) => void): unknown
  connect(): Promise<unknown>
  disconnect(): unknown
}

interface NodeRedis {
  createClient(options: object): Emitter & { hGetAll(key: string): Promise<Record<string, string>> }
}

type IORedis = new (
  url: string,
  options: object,
) => Emitter & { hgetall(key: string): Promise<Record<string, string>> }

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
