// Real processes that share one token through Redis, and the same without it, on a stand-in account.
// Run it from the repository, after npm ci && npm run build, with a Redis at REDIS_URL (default
// redis://127.0.0.1:6379); it leaves nothing there:
// node examples/fleet.mjs 32
import { fork } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { startCaspioAccount } from 'axios-caspio-auth/testing'
import { createClient } from 'redis'

const REQUESTS = 10
const WORDS = { issued: 'fetched', store: 'adopted' }

const size = Number(process.argv[2] ?? 8)
const url = process.env.REDIS_URL || 'redis://127.0.0.1:6379'
// Of its own: others use that Redis as well.
const prefix = `axios-caspio-auth-example:${randomUUID()}:`

if (!Number.isInteger(size) || size < 1) fail('Usage: node examples/fleet.mjs [processes]')
if (!URL.canParse(url)) fail('REDIS_URL must be a URL, such as redis://127.0.0.1:6379')
// The rest of it may be a password.
const { host } = new URL(url)
const client = await connect()

let shared
try {
  console.log(`${size} processes, one token in the Redis at ${host}`)
  shared = await run({ url, prefix })
} finally {
  for await (const keys of client.scanIterator({ MATCH: `${prefix}*` })) {
    if (keys.length > 0) await client.del(keys)
  }
  await client.close()
}
console.log(`\n${size} processes, each with a token of its own`)
const alone = await run()

const columns = (...cells) => `${cells[0].padEnd(26)}${cells.slice(1).map(column).join('')}`
console.log(`\n${columns('', 'token requests', 'requests', 'failures')}`)
for (const [how, phases] of Object.entries({ 'one token': shared, 'a token each': alone })) {
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

/** A cold start, and then a revocation of every token; `redis` is where to share one. */
async function run(redis) {
  const account = await startCaspioAccount()
  // Long enough for all of them to find that there is no token.
  account.tokenEndpoint.latency = 200
  const { credentials } = account
  const setup = { credentials, baseURL: `${account.url}/rest/v2`, redis }
  const fleet = await Promise.all(Array.from({ length: size }, () => start(setup)))
  const coldStart = await sendAll('cold start', account, fleet)
  account.revoke()
  const revocation = await sendAll('all revoked', account, fleet)
  for (const index of fleet.keys()) {
    const words = [coldStart, revocation].map(({ name, took }) => `${name}: ${took[index]}`)
    console.log(`process ${`${index + 1}`.padStart(`${size}`.length)}   ${words.join('   ')}`)
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
    took: answers.map(({ sources }) => sources.map((source) => WORDS[source]).join(', ')),
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

function fail(why) {
  console.error(why)
  process.exit(1)
}
