// Shows the plugin at work as a timeline, on a stand-in account, or read-only on your own when
// CASPIO_CLIENT_ID, CASPIO_CLIENT_SECRET and CASPIO_TOKEN_ENDPOINT_URL are set. Run: npm run demo
import { once } from 'node:events'
import { createServer } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { inspect } from 'node:util'
import axios from 'axios'
import { attachCaspioAuth, credentialsFromEnv } from 'axios-caspio-auth'
import { startCaspioAccount } from 'axios-caspio-auth/testing'
import { createTimeline } from './support/timeline.mjs'

const VARIABLES = ['CASPIO_CLIENT_ID', 'CASPIO_CLIENT_SECRET', 'CASPIO_TOKEN_ENDPOINT_URL']
const PHYSICIANS = '/tables/Physicians/records'
const TABLES = '/tables'
const MANY = 50
// A real account takes about ten calls a second.
const FEW = 5

const TOKEN_LATENCY_IN_MS = 150
// Renewals begin at half of this life, if not a little later.
const SHORT_LIFE_IN_S = 3
const SLOW_RENEWAL_IN_MS = 500
const PATIENCE_IN_MS = 5_000

const timeline = createTimeline()
try {
  const isReal = VARIABLES.some((name) => process.env[name]?.trim())
  await (isReal ? showOnRealAccount(credentialsOfUser()) : showOnStandIn())
} catch (error) {
  timeline.fail(`${error.code ?? error.name}: ${error.message}`)
}
if (timeline.failures() > 0) {
  timeline.plain(`
The demo failed: see the lines with ✗ (${timeline.failures()}).`)
  process.exitCode = 1
}

function credentialsOfUser() {
  try {
    return credentialsFromEnv()
  } catch (error) {
    error.message += ` Or unset ${VARIABLES.join(', ')} to see the demo on the stand-in account.`
    throw error
  }
}

async function showOnStandIn() {
  const account = await startCaspioAccount()
  const stage = { account, origin: account.url, path: PHYSICIANS, events: [], answers: [] }
  timeline.title(`axios-caspio-auth on the embedded stand-in account ${account.url}`)
  timeline.plain('Lines with a · are what the plugin reports to onEvent.')
  try {
    await showLazyToken(stage)
    await showColdStart(stage)
    await showBackgroundRenewal(stage)
    await showRevokedToken(stage)
    await showThirdParty(stage)
    await showWrongCredentials(stage)
    showCounts(stage)
  } finally {
    await account.close()
  }
}

async function showOnRealAccount(credentials) {
  const { origin } = new URL(credentials.tokenEndpointURL)
  const stage = { origin, path: TABLES, events: [], answers: [] }
  timeline.title(`axios-caspio-auth on the account ${origin}, with GET /rest/v2${TABLES} only`)
  timeline.plain(
    'Skipped: renewal, revoked token, third party and wrong credentials. They need a token life, a revocation or a refusal that only the stand-in account gives.',
  )
  timeline.chapter(`Nothing is fetched at attach, then one token for ${FEW} requests at once`)
  const api = await attachIdle(stage, credentials)
  await getAtOnce(stage, api, FEW)
  expectTokenCalls(stage, 1)

  timeline.chapter('What Caspio was sent')
  for (const [what, count] of countsOfEvents(stage)) timeline.tell(`${what}: ${count}`)
}

async function showLazyToken(stage) {
  timeline.chapter('Nothing is fetched at attach; the first request fetches the token')
  const mark = markOf(stage)
  const api = await attachIdle(stage, stage.account.credentials)
  const { rows } = await get(stage, api)
  timeline.tell(`first request answered: ${rows} rows of Physicians`)
  expectTokenCalls(stage, 1, mark)
}

async function showColdStart(stage) {
  timeline.chapter(`Cold start: ${MANY} requests at once share one token call`)
  const { account } = stage
  account.tokenEndpoint.latency = TOKEN_LATENCY_IN_MS
  const mark = markOf(stage)
  const api = attach(stage, account.credentials)
  await getAtOnce(stage, api, MANY)
  expectTokenCalls(stage, 1, mark)
  account.tokenEndpoint.latency = 0
}

async function showBackgroundRenewal(stage) {
  timeline.chapter('Renewal in the background: nobody waits for it')
  const { account } = stage
  const usualLife = account.tokenLife
  account.tokenLife = SHORT_LIFE_IN_S
  const mark = markOf(stage)
  const api = attach(stage, account.credentials)
  await get(stage, api)
  account.tokenEndpoint.latency = SLOW_RENEWAL_IN_MS
  timeline.tell(
    `the token endpoint now takes ${SLOW_RENEWAL_IN_MS} ms; one request after the other`,
  )
  const renewal = await getUntilRenewed(stage, api)
  account.tokenEndpoint.latency = 0
  account.tokenLife = usualLife
  await get(stage, api)

  const startedAt = renewal.at - renewal.duration
  const during = stage.answers.filter(
    ({ sentAt, took }) => sentAt + took > startedAt && sentAt < renewal.at,
  )
  const longest = slowest(during)
  timeline.tell(`${during.length} requests were under way while the renewal was`)
  timeline.expect(
    `the slowest of them took ${inMs(longest)}, far less than the renewal's ${inMs(renewal.duration)}`,
    during.length > 0 && longest < renewal.duration / 2,
  )
  const { api: calls, token } = callsSince(stage, mark)
  timeline.expect(
    'the last request carried another token than the first',
    calls.at(-1).headers.authorization !== calls[0].headers.authorization,
  )
  timeline.expect(
    'the renewal used the refresh token, of which an account holds only 1,000',
    token.map(({ grant }) => grant).join() === 'client_credentials,refresh_token',
  )
}

async function getUntilRenewed(stage, api) {
  const deadline = performance.now() + PATIENCE_IN_MS
  while (performance.now() < deadline) {
    await get(stage, api)
    const renewal = stage.events.find(
      ({ type, grant }) => type === 'token-request' && grant === 'refresh_token',
    )
    if (renewal) return renewal
    await sleep(20)
  }
  throw new Error(`there was no renewal within ${PATIENCE_IN_MS} ms`)
}

async function showRevokedToken(stage) {
  timeline.chapter(`A revoked token: ${MANY} requests at once recover with one token call`)
  const { account } = stage
  const api = attach(stage, account.credentials)
  await get(stage, api)
  account.tokenEndpoint.latency = TOKEN_LATENCY_IN_MS
  const mark = markOf(stage)
  timeline.tell(`the account revokes its ${account.revoke()} live access tokens`)
  await getAtOnce(stage, api, MANY)
  account.tokenEndpoint.latency = 0

  expectTokenCalls(stage, 1, mark)
  const calls = callsSince(stage, mark).api
  const rejected = calls.filter(({ status }) => status === 401).length
  timeline.expect(
    `the API answered 401 to ${rejected} of ${calls.length} calls, and no caller saw it`,
    rejected === MANY && calls.length === 2 * MANY,
  )
}

async function showThirdParty(stage) {
  timeline.chapter('A third party, called through the same instance, sees no token')
  const received = []
  const server = createServer((request, response) => {
    received.push(request.headers)
    response.end('{}')
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${server.address().port}/v1/charges`
  try {
    const api = attach(stage, stage.account.credentials)
    await get(stage, api)
    timeline.tell(`GET ${url}`)
    await api.get(url)
  } finally {
    server.closeAllConnections()
    server.close()
  }
  const toCaspio = stage.account.log.api.at(-1).headers
  timeline.expect(
    'the request for Caspio carried the token',
    toCaspio.authorization?.startsWith('Bearer '),
  )
  timeline.expect(
    'the request for the third party carried no Authorization header',
    received.length === 1 && !('authorization' in received[0]),
  )
}

async function showWrongCredentials(stage) {
  timeline.chapter('Wrong credentials')
  const mark = markOf(stage)
  const credentials = { ...stage.account.credentials, clientSecret: 'not-the-secret' }
  const api = attach(stage, credentials)
  const error = await rejectionOf(api.get(stage.path))
  timeline.tell(`code: ${error.code}`)
  timeline.tell(`message: ${error.message}`)
  timeline.expect('the code is ERR_CASPIO_CREDENTIALS', error.code === 'ERR_CASPIO_CREDENTIALS')
  timeline.expect('existing handlers know it: axios.isAxiosError(error)', axios.isAxiosError(error))
  timeline.expect(
    'it shows no secret, however deep it is printed',
    !secretsOf(credentials).some((secret) => everythingIn(error).includes(secret)),
  )
  const second = await rejectionOf(api.get(stage.path))
  timeline.tell(`a second request fails at once: ${second.code}`)
  expectTokenCalls(stage, 1, mark)
}

function showCounts(stage) {
  timeline.chapter('The calls in all, as onEvent told them and as the account logged them')
  const events = countsOfEvents(stage)
  const log = countsOfLog(stage)
  const cells = (what, told, logged) =>
    `           ${what.padEnd(42)}${String(told).padStart(8)}${String(logged).padStart(8)}`
  timeline.plain(cells('', 'events', 'log'))
  for (const [what, count] of events) timeline.plain(cells(what, count, log.get(what)))
  timeline.expect(
    'events and log agree',
    [...events].every(([what, count]) => count === log.get(what)),
  )
  timeline.expect(
    `${MANY} requests were resent, those of the revoked token`,
    events.get('  resent with another token') === MANY,
  )
}

function countsOfEvents({ events, answers }) {
  const count = (wanted) => events.filter(wanted).length
  const tokenCalls = (wanted) =>
    count(({ type, grant }) => type === 'token-request' && grant === wanted)
  const resent = count(({ type }) => type === 'request-resent')
  return new Map([
    ['token calls, client_credentials', tokenCalls('client_credentials')],
    ['token calls, refresh_token', tokenCalls('refresh_token')],
    ['API calls', answers.length + resent],
    ['  answered that the token is rejected', count(({ type }) => type === 'token-rejected')],
    ['  resent with another token', resent],
  ])
}

function countsOfLog({ account: { log }, answers }) {
  const tokenCalls = (wanted) => log.token.filter(({ grant }) => grant === wanted).length
  return new Map([
    ['token calls, client_credentials', tokenCalls('client_credentials')],
    ['token calls, refresh_token', tokenCalls('refresh_token')],
    ['API calls', log.api.length],
    [
      '  answered that the token is rejected',
      log.api.filter(({ status }) => status === 401).length,
    ],
    ['  resent with another token', log.api.length - answers.length],
  ])
}

/** A new axios instance with the plugin on it, as in a process that has just started. */
function attach(stage, credentials) {
  const api = axios.create({ baseURL: `${stage.origin}/rest/v2` })
  attachCaspioAuth(api, credentials, {
    onEvent(event) {
      stage.events.push({ ...event, at: performance.now() })
      const text = textOf(event)
      if (text) timeline.event(text)
    },
  })
  return api
}

async function attachIdle(stage, credentials) {
  const api = attach(stage, credentials)
  timeline.tell('attached')
  await sleep(50)
  expectTokenCalls(stage, 0)
  return api
}

function textOf({ type, grant, status, errorCode, duration, expiresIn, retryIn }) {
  switch (type) {
    case 'token-request':
      return `token call, ${grant}: ${[status, errorCode].filter(Boolean).join(' ')} after ${inMs(duration)}`
    case 'token-taken':
      return `token taken into use${expiresIn ? `, for ${expiresIn} s` : ''}`
    case 'acquisition-failed':
      return `no token, next attempt in ${inMs(retryIn)}`
    default:
      // Rejected and resent come fifty at a time: they are counted.
      return undefined
  }
}

async function get(stage, api) {
  const sentAt = performance.now()
  const { data } = await api.get(stage.path)
  const answer = { sentAt, took: performance.now() - sentAt, rows: data.Result.length }
  stage.answers.push(answer)
  return answer
}

async function getAtOnce(stage, api, count) {
  timeline.tell(`${count} requests at once`)
  const answers = await Promise.all(Array.from({ length: count }, () => get(stage, api)))
  timeline.tell(`${answers.length} answers, the slowest after ${inMs(slowest(answers))}`)
}

/** A place in the records, to look at what comes after it. */
function markOf({ events, account: { log } }) {
  return { events: events.length, token: log.token.length, api: log.api.length }
}

function callsSince({ account: { log } }, mark) {
  return { token: log.token.slice(mark.token), api: log.api.slice(mark.api) }
}

/** On a real account there are only the events to go by. */
function expectTokenCalls(stage, count, mark = { events: 0, token: 0 }) {
  const told = stage.events.slice(mark.events).filter(({ type }) => type === 'token-request').length
  const logged = stage.account ? stage.account.log.token.length - mark.token : told
  const what = count === 0 ? 'no token call so far' : `${count} token call in this chapter`
  timeline.expect(what, told === count && logged === count)
}

async function rejectionOf(promise) {
  try {
    await promise
  } catch (error) {
    return error
  }
  throw new Error('a request succeeded that should have failed')
}

/** The secret, and how HTTP Basic sends it. */
function secretsOf({ clientID, clientSecret }) {
  return [clientSecret, btoa(`${clientID}:${clientSecret}`)]
}

function everythingIn(error) {
  return inspect(error, { depth: Infinity, showHidden: true })
}

function slowest(answers) {
  return Math.max(...answers.map(({ took }) => took))
}

function inMs(duration) {
  return `${duration.toFixed(0)} ms`
}
