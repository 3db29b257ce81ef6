// Starts processes that share one token through Redis, and then the same number without Redis. It
// needs a Redis at REDIS_URL (default redis://127.0.0.1:6379), and removes what it stored there. It
// starts a stand-in account.
// Run: node examples/fleet.mjs 32
import { fork } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { startCaspioAccount } from 'axios-caspio-auth/testing'
import { createClient } from 'redis'

const REQUESTS = 10
const SOURCE_NAMES = { issued: 'fetched', store: 'stored' }

const size = Number(process.argv[2] ?? 8)
const url = process.env.REDIS_URL || 'redis://127.0.0.1:6379'
// A unique prefix, because others may use that Redis as well.
const prefix = `axios-caspio-auth-example:${randomUUID()}:`

if (!Number.isInteger(size) || size < 1) fail('Usage: node examples/fleet.mjs [processes]')
if (!URL.canParse(url)) fail('REDIS_URL must be a URL, such as redis://127.0.0.1:6379')
// Show only the host: the rest of the URL may contain a password.
const { host } = new URL(url)
const client = await connect()

let shared
try {
  console.log(`${size} processes that share one token in the Redis at ${host}`)
  shared = await run({ url, prefix })
} finally {
  for await (const keys of client.scanIterator({ MATCH: `${prefix}*` })) {
    if (keys.length > 0) await client.del(keys)
  }
  await client.close()
}
console.log(`\n${size} processes that share nothing`)
const alone = await run()

const columns = (...cells) => `${cells[0].padEnd(26)}${cells.slice(1).map(column).join('')}`
console.log(`\n${columns('', 'token requests', 'requests', 'failures')}`)
for (const [how, phases] of Object.entries({ shared, alone })) {
  for (const { name, tokenRequests, requests, failures } of phases) {
    console.log(columns(`${how}, ${name}`, tokenRequests, requests, failures))
  }
}

async function connect() {
  try {
    const options = { reconnectStrategy: false, connectTimeout: 2_000 }
    return await createClient({ url, socket: options })
      .on('error', () => {})
      .connect()
  } catch ({ code, message }) {
    const how = 'start one with redis-server or docker run -p 6379:6379 redis, or set REDIS_URL'
    fail(`No Redis at ${host} (${code ?? message}): ${how}.`)
  }
}

/** Runs a cold start, and then revokes every token. If `redis` is given, the processes share a token. */
async function run(redis) {
  const account = await startCaspioAccount()
  // Slow enough that all processes start before the first token arrives.
  account.tokenEndpoint.latency = 200
  const { credentials } = account
  const setup = { credentials, baseURL: `${account.url}/integrations/rest/v3`, redis }
  const fleet = await Promise.all(Array.from({ length: size }, () => start(setup)))
  const coldStart = await sendAll('cold start', account, fleet)
  account.revoke()
  const revocation = await sendAll('token revoked', account, fleet)
  for (const index of fleet.keys()) {
    const phases = [coldStart, revocation].map(({ name, sources }) => `${name}: ${sources[index]}`)
    console.log(`process ${`${index + 1}`.padStart(`${size}`.length)}   ${phases.join('   ')}`)
  }
  await Promise.all(fleet.map(end))
  await account.close()
  return [coldStart, revocation]
}

async function start(setup) {
  const worker = fork(new URL('fleet/worker.mjs', import.meta.url))
  await ask(worker, setup)
  return worker
}

async function ask(worker, message) {
  worker.send(message)
  const failure = once(worker, 'exit').then(() => {
    throw new Error('a process of the fleet failed')
  })
  const [answer] = await Promise.race([once(worker, 'message'), failure])
  return answer
}

async function sendAll(name, account, fleet) {
  account.log.clear()
  const answers = await Promise.all(fleet.map((worker) => ask(worker, { requests: REQUESTS })))
  return {
    name,
    sources: answers.map(({ sources }) => sources.map((source) => SOURCE_NAMES[source]).join(', ')),
    tokenRequests: account.log.token.length,
    requests: REQUESTS * fleet.length,
    failures: answers.reduce((sum, { failures }) => sum + failures, 0),
  }
}

async function end(worker) {
  worker.disconnect()
  await once(worker, 'exit')
}

function column(cell) {
  return `${cell}`.padStart(16)
}

function fail(message) {
  console.error(message)
  process.exit(1)
}
