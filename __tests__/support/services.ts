import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { connect, createServer, type Server } from 'node:net'
import { describe } from 'vitest'

/** A Redis server that a test can stop and start again. It saves nothing to disk. */
export interface RedisServer {
  readonly url: string
  start(): Promise<void>
  /** Stops at once, as in a crash. */
  stop(): Promise<void>
}

const HAS_REDIS = spawnSync('redis-server', ['--version']).status === 0

/** Tests that need `redis-server`. */
export const describeWithRedis = describeWith(
  HAS_REDIS,
  'redis-server',
  'apt-get install redis-server',
)

export const POSTGRES_URL = process.env.POSTGRES_URL ?? 'postgresql://postgres@127.0.0.1:5432/test'

/** Tests that need PostgreSQL. */
export const describeWithPostgres = describeWith(
  await listens(new URL(POSTGRES_URL)),
  `PostgreSQL at ${POSTGRES_URL}`,
  'apt-get install postgresql && pg_ctlcluster 15 main start, or set POSTGRES_URL',
)

// In CI the tests fail without the service. Elsewhere they are skipped, and a line says how to run them.
function describeWith(isThere: boolean, what: string, how: string): typeof describe.skip {
  if (isThere || process.env.CI === 'true') return describe
  process.stderr.write(`SKIPPED: tests that need ${what}. To run them: ${how}\n`)
  return describe.skip
}

export async function startRedisServer(): Promise<RedisServer> {
  const port = await freePort()
  const options = ['--port', port, '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no']
  let server: ChildProcess | undefined
  const isRunning = () => server && server.exitCode === null && server.signalCode === null
  const redis: RedisServer = {
    url: `redis://127.0.0.1:${port}`,
    async start() {
      if (isRunning()) return
      server = spawn('redis-server', [...options.map(String), '--enable-debug-command', 'yes'], {
        stdio: 'ignore',
      })
      const started = server
      await new Promise<void>((resolve, reject) => {
        started.once('error', reject)
        started.once('exit', () => reject(new Error('redis-server ended at once')))
        const poll = async () => {
          if (await listens(new URL(redis.url))) resolve()
          else setTimeout(poll, 10)
        }
        poll()
      })
    },
    async stop() {
      if (!isRunning()) return
      server?.kill('SIGKILL')
      await once(server as ChildProcess, 'exit')
    },
  }
  await redis.start()
  return redis
}

async function listens({ hostname, port }: URL): Promise<boolean> {
  const socket = connect(Number(port), hostname)
  try {
    await once(socket, 'connect')
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}

async function freePort(): Promise<number> {
  const server: Server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  return typeof address === 'object' && address ? address.port : 0
}
