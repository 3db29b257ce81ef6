import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

/**
 * Another package of the application may have polluted Object.prototype. A child process lives
 * through every pollution in turn, and two servers out here tell what came. Where axios or Node
 * itself no longer sends a plain request as it should, only secrecy is left to be kept.
 */

/** Where nothing may arrive that is the account's. */
const EVIL = 'http://EVIL'

/** What every name is polluted with, unless something nastier is known for it. */
const USUAL = [EVIL, { evil: EVIL }]
const HEADERS = { Authorization: 'Bearer evil', 'X-Evil': '1' }
const TOKEN = { access_token: 'evil', token_type: 'bearer' }

/** What axios reads: its own advisories are about most of these. Tried in every way. */
const AXIOS_READS: Record<string, readonly unknown[]> = {
  ...usual('url baseURL data params paramsSerializer adapter transport httpAgent httpsAgent'),
  ...usual('socketPath allowedSocketPaths transformRequest transformResponse validateStatus'),
  ...usual('beforeRedirect lookup env withCredentials responseType cancelToken transitional'),
  ...usual('Authorization authorization skipCaspioAuth skipAuthRefresh redact sensitiveHeaders'),
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

/** What we read, which is the same in every way. */
const WE_READ: Record<string, readonly unknown[]> = {
  // The token endpoint's and a broker's answer.
  ...usual('error error_description token_type expires_in message code status cause'),
  access_token: ['evil'],
  refresh_token: ['evil'],
  response: [
    { status: 200, data: TOKEN },
    { status: 401, data: '' },
  ],
  // What the user tells us.
  ...usual('clientID clientSecret clientAuthentication onEvent shouldRenew'),
  tokenEndpointURL: [EVIL],
  origins: [[EVIL]],
  renewBefore: [1e9, EVIL],
  retries: [5],
  renew: [true],
  // What we and axios-auth-refresh hand around ourselves.
  ...usual('forgetRefreshToken release answer requestId nextAttemptAt trial pipe getReader next'),
  ...usual('resume on cancel body retryInstance onRetry shouldRefresh statusCodes'),
  refreshToken: ['evil'],
  single: [true],
  retryable: [true],
  retryAfter: [1e12],
  grantRefused: [true],
  interceptNetworkError: [true],
  enumerable: [true],
}

function usual(names: string): Record<string, readonly unknown[]> {
  return Object.fromEntries(names.split(' ').map((name) => [name, USUAL]))
}

const POLLUTIONS = { ...AXIOS_READS, ...WE_READ }

/** How the plugin is used. */
const WAYS = ['an instance', 'fetch', 'body', 'the global axios', 'a rebuilt config'] as const

interface Case {
  readonly id: string
  readonly name?: string
  readonly value?: unknown
  readonly way: (typeof WAYS)[number]
}

/** Runs the cases, each with its pollution, and prints how each step of each ended. */
const CLIENT = `
import { readFileSync } from 'node:fs'
import axios from 'axios'
import caspioAuth from './src/auth.js'
import { attachCaspioAuth, createCaspioAuth } from './src/index.js'

const { home, evil, dead, cases, isBare } = JSON.parse(readFileSync(0, 'utf8'))
const { setTimeout, clearTimeout, Date } = globalThis
const realNow = Date.now
let outcome
process.on('unhandledRejection', () => outcome.push('unhandled rejection'))
// Node's own streams and timers stumble over some names, later and out of anybody's reach.
process.on('uncaughtException', () => {})

// Only ours: those of Node and of axios depend on more than what is sent.
const codeOf = (error) => /^ERR_CASPIO_/.test(error?.code) ? error.code : 'failed'

async function step(act) {
  if (outcome.includes('hang')) return
  let timer
  const hang = new Promise((resolve) => { timer = setTimeout(resolve, 2_000, 'hang') })
  const ended = (async () => (await act(), 'ok'))().catch(codeOf)
  outcome.push(await Promise.race([ended, hang]))
  clearTimeout(timer)
}

function client(at, way) {
  const api = way === 'the global axios'
    ? axios
    : axios.create({ baseURL: at + '/rest', ...(way === 'fetch' && { adapter: 'fetch' }) })
  const id = way === 'a rebuilt config' ? api.interceptors.request.use((config) => ({ ...config })) : -1
  return { api, base: api === axios ? at + '/rest' : '', clean: () => api.interceptors.request.eject(id) }
}

async function runBare(at, way) {
  const { api, base } = client(at, way)
  const headers = { Authorization: 'Bearer mine' }
  const like = { headers, responseType: 'text', maxRedirects: 0, maxContentLength: 1e6, signal: new AbortController().signal }
  await step(() => api.post(base + '/token', 'a=1', like))
  await step(() => api.get(base + '/a', { headers }))
  await step(() => api.post(base + '/b', { a: 1 }, { headers }))
}

async function runPlugin(at, way) {
  const { api, base, clean } = client(at, way)
  const credentials = (path) => ({ clientID: 'the-id', clientSecret: 'the-secret', tokenEndpointURL: at + path })
  const source = (path) => createCaspioAuth(credentials(path), { retries: 0 })
  let auth
  await step(() => {
    const clientAuthentication = way === 'body' ? 'body' : 'basic'
    auth = attachCaspioAuth(api, credentials('/token'), { retries: 0, clientAuthentication })
  })
  await step(() => api.get(base + '/a'))
  await step(() => api.post(base + '/b', { a: 1 }))
  await step(() => api.get(evil + '/x'))
  await step(() => auth.getAccessToken({ renew: true }))
  await step(() => auth.getAccessToken())
  if (way === 'an instance') {
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
    // Nobody listens there.
    const lost = axios.create({ baseURL: at })
    const lostEndpoint = { ...credentials(''), tokenEndpointURL: dead + '/token' }
    await step(() => attachCaspioAuth(lost, lostEndpoint, { retries: 0 }))
    await step(() => lost.get('/d'))
    const gone = axios.create({ baseURL: dead })
    await step(() => attachCaspioAuth(gone, credentials('/count'), { retries: 0, origins: [dead] }))
    await step(() => gone.get('/e'))
  }
  auth?.detach()
  clean()
}

for (const { id, name, value, way } of cases) {
  outcome = []
  const shared = Object.prototype
  const before = name === undefined ? undefined : Object.getOwnPropertyDescriptor(shared, name)
  const polluted = Object.assign(Object.create(null), { value, writable: true, enumerable: true, configurable: true })
  if (name !== undefined) Object.defineProperty(shared, name, polluted)
  try {
    await (isBare ? runBare : runPlugin)(home + '/' + id, way)
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

/** What a server saw of one case, and how the client's steps ended. */
interface Run {
  readonly received: string[]
  outcome: string[]
}

let work: string
let program: string
let home: Server
let evil: Server
let dead: string
/** What the evil server received. */
const caught: string[] = []
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
    caught.push(`${method} ${url} ${rawHeaders.join(' ')} ${body}`)
    return { body: JSON.stringify(TOKEN) }
  })
  const closed = await listen(() => ({ body: '' }))
  dead = urlOf(closed)
  await new Promise((resolve) => closed.close(resolve))

  await run(false, ALL)
  await run(true, [
    ...WAYS.map((way) => ({ id: way, way })),
    ...ALL.filter(({ id, way }) => differs(id, way)),
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
  ...WAYS.map((way) => ({ id: way, way })),
  ...Object.entries(POLLUTIONS).flatMap(([name, values]) =>
    values.flatMap((value, at) =>
      (Object.hasOwn(AXIOS_READS, name) ? WAYS : WAYS.slice(0, 1)).map((way) => ({
        id: `${name}-${at}-${way}`,
        name,
        value,
        way,
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

/** Token endpoints and resources, per case. The first token of each is rejected. */
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

/** Has the child run these cases, through the plugin or by bare axios. */
async function run(isBare: boolean, cases: readonly Case[]): Promise<void> {
  const prefix = isBare ? 'bare ' : ''
  const child = spawn(process.execPath, [program], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { PATH: process.env.PATH },
  })
  const port = `${(evil.address() as AddressInfo).port}`
  child.stdin.end(
    JSON.stringify({
      home: urlOf(home),
      evil: urlOf(evil),
      dead,
      isBare,
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

/** Whether that case went other than without any pollution. */
function differs(id: string, way: string): boolean {
  return JSON.stringify(runOf(id)) !== JSON.stringify(runOf(way))
}

describe('without pollution', () => {
  it.each(WAYS)('%s: the token is fetched, sent, replaced when rejected and renewed', (way) => {
    const { received, outcome } = runOf(way)
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

  it('what fails, fails in its own way, with no request too many', () => {
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
      'POST count',
    ])
  })
})

describe('Object.prototype polluted', () => {
  it.each(Object.keys(POLLUTIONS))('%s: what axios sends alone, we send unchanged', (name) => {
    const changed = ALL.filter((one) => one.name === name && differs(one.id, one.way)).filter(
      // Where bare axios fails as well, it is not ours to mend.
      ({ id, way }) => !differs(`bare ${id}`, `bare ${way}`),
    )
    for (const { id, way } of changed) {
      expect({ id, ...runOf(id) }).toEqual({ id, ...runOf(way) })
    }
  })

  it('few of them break axios or Node itself, so that the test above tests most of them', () => {
    const broken = ALL.filter(({ id, way }) => differs(id, way)).map(({ name }) => name)
    expect(new Set(broken).size).toBeLessThan(20)
  })

  it('response: a network error does not become an answer', () => {
    for (const id of ['response-0-an instance', 'response-1-an instance']) {
      const { received, outcome } = runOf(id)
      expect(outcome.slice(-3)).toEqual(['ERR_CASPIO_TOKEN_ENDPOINT', 'ok', 'failed'])
      expect(received.filter((request) => request.startsWith('POST count'))).toHaveLength(1)
    }
  })

  it('nothing of the account’s gets to where the pollution points', () => {
    // The plugin's request to a stranger did get there.
    expect(caught.length).toBeGreaterThan(Object.keys(POLLUTIONS).length)
    const basic = Buffer.from('the-id:the-secret').toString('base64')
    const leaks = caught.filter((request) =>
      [basic, 'the-secret', 'token-', 'refresh-'].some((secret) => request.includes(secret)),
    )
    expect(leaks).toEqual([])
  })

  it('no token that came from there is ever sent', () => {
    const all = [...runs].filter(([id]) => !id.startsWith('bare'))
    const sent = all.flatMap(([id, { received }]) =>
      received.filter((request) => request.includes('Bearer evil')).map(() => id),
    )
    // The Fetch of Node 20 takes the headers themselves from there.
    expect(sent.filter((id) => id !== 'headers-0-fetch')).toEqual([])
  })
})
