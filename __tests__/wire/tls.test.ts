import { createSecureServer, type ServerHttp2Session } from 'node:http2'
import { Agent, type AgentOptions, globalAgent, request as httpsRequest } from 'node:https'
import { createRequire } from 'node:module'
import { type AddressInfo, createServer } from 'node:net'
import type { TlsOptions } from 'node:tls'
import { inspect } from 'node:util'
import axios, { type AxiosInstance, type CreateAxiosDefaults } from 'axios'
import { HttpsProxyAgent } from 'https-proxy-agent'
import { afterEach, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import caspioAuth from '../../src/auth.js'
import {
  attachCaspioAuth,
  type CaspioAuth,
  type CaspioAuthEvent,
  type CaspioAuthOptions,
  createCaspioAuth,
} from '../../src/index.js'
import type { CaspioAccount } from '../../src/testing/index.js'
import { outcomesOf, PHYSICIANS, rejectionOf, startAccount, times } from '../support/account.js'
import { ADAPTERS, CAN } from '../support/axios-features.js'
import { type ConnectProxy, startConnectProxy } from '../support/connect-proxy.js'
import { witness } from '../support/hygiene.js'
import { startRawServer } from '../support/raw-server.js'
import {
  type Authority,
  createAuthority,
  type Identity,
  startTlsFront,
  type TlsFront,
} from '../support/tls.js'

// The name does not resolve. A request can reach it only through the proxy.
const HOST = 'a1bcd234.caspio.test'
const PROXY_PASSWORD = 'pass-word-of-the-proxy'
const TABLES = {
  Physicians: Array.from({ length: 50 }, (_, i) => ({ i, text: 'x'.repeat(2_000) })),
}

const ONE_RECORD = `${PHYSICIANS}?q.limit=1`

let authority: Authority
let server: Identity

beforeAll(async () => {
  authority = await createAuthority()
  server = await authority.issue(['127.0.0.1', HOST])
})

afterEach(() => {
  vi.unstubAllEnvs()
  vi.useRealTimers()
})

/** How an instance reaches an account that uses TLS. */
interface Connection {
  readonly origin: string
  readonly defaults: CreateAxiosDefaults
  readonly proxy?: ConnectProxy
}

interface Bench extends Connection {
  readonly account: CaspioAccount
  readonly front: TlsFront
  readonly api: AxiosInstance
  readonly auth: CaspioAuth
  readonly events: CaspioAuthEvent[]
}

function agent(options: AgentOptions = {}): Agent {
  const created = new Agent({ ca: authority.ca, keepAlive: true, ...options })
  onTestFinished(() => created.destroy())
  return created
}

/** Node does not export the class of its fetch dispatchers, so this takes it from the global one. */
async function dispatcher(connect: object): Promise<object> {
  await fetch('data:,').catch(() => {})
  const known = Reflect.get(globalThis, Symbol.for('undici.globalDispatcher.1'))
  const created = new known.constructor({ connect })
  onTestFinished(() => created.destroy())
  return created
}

function proxyAgent({ url }: ConnectProxy, password = PROXY_PASSWORD): HttpsProxyAgent<string> {
  const created = new HttpsProxyAgent(url.replace('//', `//user:${encodeURIComponent(password)}@`))
  // The options of the constructor apply to the connection to the proxy only.
  Object.assign(created.options, { ca: authority.ca })
  return created
}

function proxySetting({ port }: ConnectProxy, password = PROXY_PASSWORD) {
  return { protocol: 'http', host: '127.0.0.1', port, auth: { username: 'user', password } }
}

function stubProxyEnv({ url }: ConnectProxy, noProxy = '', password = PROXY_PASSWORD): void {
  const value = url.replace('//', `//user:${encodeURIComponent(password)}@`)
  for (const name of ['https_proxy', 'HTTPS_PROXY']) vi.stubEnv(name, value)
  for (const name of ['no_proxy', 'NO_PROXY']) vi.stubEnv(name, noProxy)
}

async function throughProxy(
  { port }: TlsFront,
  defaults: (proxy: ConnectProxy) => CreateAxiosDefaults,
): Promise<Connection> {
  const proxy = await startConnectProxy({ [HOST]: port }, `user:${PROXY_PASSWORD}`)
  return { origin: `https://${HOST}`, defaults: defaults(proxy), proxy }
}

const DIRECT: Record<string, (front: TlsFront) => Promise<Connection>> = {
  'the instance’s httpsAgent': async ({ url }) => ({
    origin: url,
    defaults: { httpsAgent: agent(), proxy: false },
  }),
  'the global agent': async ({ url }) => {
    globalAgent.options.ca = authority.ca
    onTestFinished(() => {
      // An undefined `ca` would override the one of a request.
      delete globalAgent.options.ca
      globalAgent.destroy()
    })
    return { origin: url, defaults: { proxy: false } }
  },
  ...(CAN.fetch && {
    'fetch with a dispatcher': async ({ url }: TlsFront) => ({
      origin: url,
      defaults: {
        adapter: 'fetch' as const,
        fetchOptions: { dispatcher: await dispatcher({ ca: authority.ca }) },
      },
    }),
  }),
}

const PROXIED: Record<string, (front: TlsFront) => Promise<Connection>> = {
  'an HttpsProxyAgent': (front) =>
    throughProxy(front, (proxy) => ({ httpsAgent: proxyAgent(proxy), proxy: false })),
  ...(CAN.verifyTunnel && {
    'the proxy option': (front: TlsFront) =>
      throughProxy(front, (proxy) => ({ proxy: proxySetting(proxy), httpsAgent: agent() })),
    'the variable HTTPS_PROXY': (front: TlsFront) =>
      throughProxy(front, (proxy) => {
        stubProxyEnv(proxy)
        return { httpsAgent: agent() }
      }),
  }),
}

const CONNECTIONS = { ...DIRECT, ...PROXIED }

/** An account behind TLS, and an instance with the plugin that reaches it by this connection. */
async function startBench(
  connection: keyof typeof CONNECTIONS,
  options?: CaspioAuthOptions,
): Promise<Bench> {
  const account = await startAccount({ tables: TABLES })
  const front = await startTlsFront(account.url, server)
  const { origin, defaults, proxy } = await (
    CONNECTIONS[connection] as (front: TlsFront) => Promise<Connection>
  )(front)
  const attached = attach(account, origin, defaults, options)
  return { account, front, origin, defaults, ...(proxy && { proxy }), ...attached }
}

function attach(
  account: CaspioAccount,
  origin: string,
  defaults: CreateAxiosDefaults,
  options?: CaspioAuthOptions,
) {
  const events: CaspioAuthEvent[] = witness([])
  const api = axios.create({ baseURL: `${origin}/rest/v2`, ...defaults })
  const auth = witness(
    attachCaspioAuth(
      api,
      { ...account.credentials, tokenEndpointURL: `${origin}/oauth/token` },
      { onEvent: (event) => events.push(event), ...options },
    ),
  )
  return { api, auth, events }
}

/** Every connection to the account went through the proxy, and the proxy served nothing else. */
function expectTunnelled({ front, proxy }: Bench): void {
  if (!proxy) return
  expect(front.connections).toBeGreaterThan(0)
  expect(proxy.requests).toEqual(Array(front.connections).fill(`CONNECT ${HOST}:443`))
}

type Start = (options?: CaspioAuthOptions) => Promise<Bench>

const BEHAVIOURS: Record<string, (start: Start) => Promise<void>> = {
  '20 simultaneous first requests cost one token request': async (start) => {
    const { account, api } = await start()
    const answers = await times(20, () => api.get(ONE_RECORD))
    expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(200))
    expect(account.log.token).toMatchObject([{ status: 200, grant: 'client_credentials' }])
  },

  '20 simultaneous requests with a revoked token recover with one token request': async (start) => {
    const { account, api } = await start()
    await api.get(PHYSICIANS)
    account.revoke()
    const answers = await times(20, () => api.get(ONE_RECORD))
    expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(200))
    expect(account.log.token).toHaveLength(2)
  },

  'a JSON POST is resent unchanged': async (start) => {
    const { account, api } = await start()
    await api.get(PHYSICIANS)
    account.revoke()
    const row = { i: 51, text: 'Zoë & Co. – 100 % ☃'.repeat(2_000) }
    const { status } = await api.post(PHYSICIANS, row)
    expect(status).toBe(201)
    const posts = account.log.api.filter(({ method }) => method === 'POST')
    expect(posts.map((post) => post.status)).toEqual([401, 201])
    for (const { body } of posts) expect(JSON.parse(Buffer.from(body).toString())).toEqual(row)
  },

  'a streamed answer is complete, even after a recovery': async (start) => {
    const { account, api } = await start()
    const whole = JSON.stringify((await api.get(PHYSICIANS)).data)
    account.revoke()
    for (const tokens of [2, 2]) {
      const { data } = await api.get(PHYSICIANS, { responseType: 'stream' })
      const chunks: Uint8Array[] = []
      for await (const chunk of data) chunks.push(chunk)
      expect(JSON.stringify(JSON.parse(Buffer.concat(chunks).toString())) === whole).toBe(true)
      expect(account.log.token).toHaveLength(tokens)
    }
  },

  'an early renewal runs in the background': async (start) => {
    vi.useFakeTimers({ toFake: ['Date', 'performance'] })
    let tokensTaken = 0
    const { account, api } = await start({
      onEvent({ type }) {
        if (type === 'token-taken') tokensTaken++
      },
    })
    await api.get(PHYSICIANS)
    vi.advanceTimersByTime(22.2 * 3_600_000)
    expect((await api.get(PHYSICIANS)).status).toBe(200)
    await vi.waitUntil(() => tokensTaken === 2, { timeout: 5_000, interval: 5 })
    expect(account.log.token.map(({ grant }) => grant)).toEqual([
      'client_credentials',
      'refresh_token',
    ])
    expect(account.log.api.map(({ status }) => status)).toEqual([200, 200])
  },

  'a wrong secret costs one token request for all waiting callers': async (start) => {
    const { account, api } = await start()
    account.rotateSecret()
    const errors = await times(10, () => rejectionOf(api.get(PHYSICIANS)))
    expect(errors.map(({ code }) => code)).toEqual(Array(10).fill('ERR_CASPIO_CREDENTIALS'))
    expect(account.log.token).toHaveLength(1)
    expect(account.log.api).toEqual([])
  },
}

describe.each(Object.keys(CONNECTIONS))('over TLS with %s,', (connection) => {
  it.each(Object.keys(BEHAVIOURS))('%s', async (behaviour) => {
    let bench: Bench | undefined
    await BEHAVIOURS[behaviour]?.(async (options) => {
      bench = await startBench(connection, options)
      return bench
    })
    expectTunnelled(bench as Bench)
  })
})

describe('the token request takes the same connection as the API requests', () => {
  it('without an instance: with the agent of the global axios', async () => {
    const account = await startAccount()
    const { url } = await startTlsFront(account.url, server)
    const { httpsAgent, proxy } = axios.defaults
    onTestFinished(() => {
      Object.assign(axios.defaults, { httpsAgent, proxy })
    })
    Object.assign(axios.defaults, { httpsAgent: agent(), proxy: false })
    const credentials = { ...account.credentials, tokenEndpointURL: `${url}/oauth/token` }
    await createCaspioAuth(credentials).getAccessToken()
    await caspioAuth(credentials)()
    expect(account.log.token.map(({ status }) => status)).toEqual([200, 200])
  })

  it('without the proxy of HTTPS_PROXY if NO_PROXY or proxy: false excludes it', async () => {
    const account = await startAccount()
    const front = await startTlsFront(account.url, server)
    const proxy = await startConnectProxy()
    const exclusions = [
      { noProxy: '127.0.0.1', defaults: {} },
      { noProxy: '', defaults: { proxy: false } },
    ]
    for (const { noProxy, defaults } of exclusions) {
      stubProxyEnv(proxy, noProxy)
      const httpsAgent = agent()
      const { api } = attach(account, front.url, {
        httpsAgent,
        ...(defaults as CreateAxiosDefaults),
      })
      expect((await api.get(PHYSICIANS)).status).toBe(200)
    }
    expect([proxy.requests.length, account.log.token.length]).toEqual([0, 2])
  })

  it('with a client certificate if the server requires one', async () => {
    const account = await startAccount()
    const front = await startTlsFront(account.url, {
      ...server,
      ca: authority.ca,
      requestCert: true,
      rejectUnauthorized: true,
    })
    const client = await authority.issue(['the-integration'])
    const httpsAgent = agent({ ...client, keepAlive: false })
    const { api } = attach(account, front.url, { httpsAgent, proxy: false })
    expect((await api.get(PHYSICIANS)).status).toBe(200)
    // One connection for the token request, one for the record.
    expect(front.clients).toEqual(['the-integration', 'the-integration'])

    const without = attach(
      account,
      front.url,
      { httpsAgent: agent(), proxy: false },
      { retries: 0 },
    )
    const error = await rejectionOf(without.api.get(PHYSICIANS))
    expect(error.code).toBe('ERR_CASPIO_TOKEN_ENDPOINT')
    expect(error.cause.code).toMatch(/CERTIFICATE_REQUIRED|ECONNRESET|EPIPE/)
    expect(account.log.token).toHaveLength(1)
  })

  it.runIf(CAN.http2)('over HTTP/2, with the instance’s http2Options', async () => {
    const seen: string[] = []
    const sessions = new Set<ServerHttp2Session>()
    const h2 = createSecureServer(server)
    h2.on('session', (session) => sessions.add(session))
    h2.on('stream', (stream, headers) => {
      seen.push(`${headers[':method']} ${headers[':path']} ${headers.authorization}`)
      const isRejected = headers.authorization === 'Bearer token-1'
      stream.respond({ ':status': isRejected ? 401 : 200 })
      const access_token = `token-${seen.length}`
      stream.end(JSON.stringify({ access_token, token_type: 'bearer', expires_in: 3600 }))
    })
    await new Promise<void>((resolve) => h2.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => {
      for (const session of sessions) session.destroy()
      h2.close()
    })
    const url = `https://127.0.0.1:${(h2.address() as AddressInfo).port}`
    const api = axios.create({
      baseURL: url,
      proxy: false,
      httpVersion: 2,
      http2Options: { ca: authority.ca },
    } as CreateAxiosDefaults)
    attachCaspioAuth(api, {
      clientID: 'id',
      clientSecret: 'secret',
      tokenEndpointURL: `${url}/oauth/token`,
    })
    expect((await api.get('/x')).status).toBe(200)
    expect(seen).toEqual([
      `POST /oauth/token Basic ${btoa('id:secret')}`,
      'GET /x Bearer token-1',
      `POST /oauth/token Basic ${btoa('id:secret')}`,
      'GET /x Bearer token-3',
    ])
    // Token requests have a session of their own, so that they do not wait behind the calls.
    expect(sessions.size).toBe(2)
  })

  it('with a custom transport, such as Electron’s net', async () => {
    const account = await startAccount()
    const { url } = await startTlsFront(account.url, server)
    const seen: string[] = []
    const transport = {
      request(...[options, answer]: Parameters<typeof httpsRequest> & [{ path: string }, never]) {
        seen.push(options.path)
        return httpsRequest({ ...(options as object), ca: authority.ca }, answer)
      },
    }
    const { api } = attach(account, url, { transport, proxy: false }, { retries: 0 })
    expect((await api.get(PHYSICIANS)).status).toBe(200)
    expect(seen).toEqual(['/oauth/token', `/rest/v2${PHYSICIANS}`])
  })

  it('with a custom transport, which must not follow a redirect with the secret', async () => {
    const elsewhere = await startRawServer()
    const endpoint = await startRawServer((_, response) => {
      response.writeHead(307, { Location: `${elsewhere.url}/oauth/token` }).end()
    })
    // The follow-redirects package that axios uses.
    const requireHere = createRequire(import.meta.url)
    const { http } = createRequire(requireHere.resolve('axios'))('follow-redirects')
    const api = axios.create({ baseURL: endpoint.url, proxy: false, transport: http })
    attachCaspioAuth(
      api,
      { clientID: 'id', clientSecret: 'secret', tokenEndpointURL: `${endpoint.url}/oauth/token` },
      { clientAuthentication: 'body', retries: 0 },
    )
    const error = await rejectionOf(api.get('/x'))
    expect([error.code, error.status]).toEqual(['ERR_CASPIO_TOKEN_RESPONSE', 307])
    expect([endpoint.received.length, elsewhere.received.length]).toEqual([1, 0])
  })

  it.runIf(CAN.openTunnel && !CAN.verifyTunnel)(
    'and sends nothing through the proxy if axios cannot verify the certificate',
    async () => {
      const account = await startAccount()
      const front = await startTlsFront(account.url, server)
      const proxy = await startConnectProxy({ [HOST]: front.port })
      const { api } = attach(account, `https://${HOST}`, {
        proxy: { protocol: 'http', host: '127.0.0.1', port: proxy.port },
      })
      const error = await rejectionOf(api.get(PHYSICIANS))
      expect(error.code).toBe('ERR_CASPIO_TOKEN_ENDPOINT')
      expect(proxy.requests.filter((request) => !request.startsWith('CONNECT '))).toEqual([])
      expect(account.log.token).toEqual([])
    },
  )
})

describe('an invalid certificate fails with its reason, before the secret is sent', () => {
  interface Flaw {
    readonly server?: () => Promise<TlsOptions>
    readonly ca?: () => Promise<string>
    readonly code: string
    readonly reason: RegExp
  }

  const FLAWS: Record<string, Flaw> = {
    'from an untrusted private CA': {
      ca: async () => '',
      code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
      reason: /unable to verify the first certificate/,
    },
    'from another CA than the trusted one': {
      ca: async () => (await createAuthority()).ca,
      code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
      reason: /unable to verify the first certificate/,
    },
    'with an unknown CA in its chain': {
      server: async () => ({ ...server, cert: `${server.cert}\n${authority.ca}` }),
      ca: async () => '',
      code: 'SELF_SIGNED_CERT_IN_CHAIN',
      reason: /self.signed certificate in certificate chain/,
    },
    'for another host': {
      server: () => authority.issue(['elsewhere.test']),
      code: 'ERR_TLS_CERT_ALTNAME_INVALID',
      reason: /does not match certificate's altnames/,
    },
    expired: {
      server: () => authority.issue(['127.0.0.1'], new Date(Date.now() - 60_000)),
      code: 'CERT_HAS_EXPIRED',
      reason: /certificate has expired/,
    },
  }
  const CASES = Object.keys(FLAWS).flatMap((flaw) => ADAPTERS.map((adapter) => ({ flaw, adapter })))

  it.each(CASES)('$flaw ($adapter)', async ({ flaw, adapter }) => {
    const { server: served, ca: trusted, code, reason } = FLAWS[flaw] as Flaw
    const account = await startAccount()
    const front = await startTlsFront(account.url, served ? await served() : server)
    // An empty string would trust no CA. undefined trusts the well-known CAs.
    const ca = (trusted ? await trusted() : authority.ca) || undefined
    const defaults =
      adapter === 'http'
        ? { httpsAgent: agent({ ca }), proxy: false as const }
        : { adapter, fetchOptions: { dispatcher: await dispatcher({ ca }) } }
    const { api, events } = attach(account, front.url, defaults, { retries: 0 })
    const error = await rejectionOf(api.get(PHYSICIANS))
    expect(error.code).toBe('ERR_CASPIO_TOKEN_ENDPOINT')
    expect(error.message).toMatch(reason)
    expect(error.message).toContain(`${front.url}/oauth/token`)
    expect(error.cause.code).toBe(code)
    expect(events.map(({ type }) => type)).toEqual(['token-request', 'acquisition-failed'])
    expect(account.log.token).toEqual([])
  })
})

describe('a proxy that', () => {
  // The axios defaults that use a proxy with this password, for each kind of setting.
  const PROXY_SETTINGS: Record<
    string,
    (proxy: ConnectProxy, password: string) => CreateAxiosDefaults
  > = {
    'an HttpsProxyAgent': (proxy, password) => ({
      httpsAgent: proxyAgent(proxy, password),
      proxy: false,
    }),
    'the proxy option': (proxy, password) => ({
      proxy: proxySetting(proxy, password),
      httpsAgent: agent(),
    }),
    'the variable HTTPS_PROXY': (proxy, password) => {
      stubProxyEnv(proxy, '', password)
      return { httpsAgent: agent() }
    },
  }

  /** Checks everything except the caller's config, which contains what the caller put there. */
  function expectNoPassword(error: Error & { toJSON(): object }, password: string): void {
    const { config: _, ...json } = error.toJSON() as Record<string, unknown>
    const shown = [String(error), inspect(error), JSON.stringify(json), inspect(error.cause)].join()
    for (const form of [password, encodeURIComponent(password), btoa(`user:${password}`)]) {
      expect(shown).not.toContain(form)
    }
  }

  it.each(Object.keys(PROXY_SETTINGS))(
    'rejects the password is named in the error (%s)',
    async (setting) => {
      const account = await startAccount()
      const proxy = await startConnectProxy({}, `user:${PROXY_PASSWORD}`)
      const defaults = PROXY_SETTINGS[setting]?.(proxy, 'wrong-pass-word') as CreateAxiosDefaults
      const { api, events } = attach(account, `https://${HOST}`, defaults)
      const error = await rejectionOf(api.get(PHYSICIANS))
      expect([error.code, error.status]).toEqual(['ERR_CASPIO_TOKEN_ENDPOINT', 407])
      expect(error.message).toMatch(/proxy/)
      // The advice does not point to Caspio.
      expect(error.message).not.toMatch(/Check tokenEndpointURL|clientID|in the Caspio account/)
      expectNoPassword(error, 'wrong-pass-word')
      expectNoPassword(error, PROXY_PASSWORD)
      expect(JSON.stringify(events)).not.toContain('pass-word')
      // A retry would not help.
      expect(proxy.requests).toHaveLength(1)
    },
  )

  it.each(Object.keys(PROXY_SETTINGS))(
    'is down is named by its address in the error (%s)',
    async (setting) => {
      const account = await startAccount()
      const closed = createServer().listen(0, '127.0.0.1')
      await vi.waitUntil(() => closed.listening)
      const { port } = closed.address() as AddressInfo
      await new Promise((resolve) => closed.close(resolve))
      const proxy = { url: `http://127.0.0.1:${port}`, port } as ConnectProxy
      const defaults = PROXY_SETTINGS[setting]?.(proxy, PROXY_PASSWORD) as CreateAxiosDefaults
      const { api, events } = attach(account, `https://${HOST}`, defaults, { retries: 0 })
      const error = await rejectionOf(api.get(PHYSICIANS))
      expect([error.code, error.cause.code]).toEqual(['ERR_CASPIO_TOKEN_ENDPOINT', 'ECONNREFUSED'])
      expect(error.message).toContain(`connect ECONNREFUSED 127.0.0.1:${port}`)
      expectNoPassword(error, PROXY_PASSWORD)
      expect(JSON.stringify(events)).not.toContain('pass-word')
    },
  )

  it('never answers leads to an error after the timeout', async () => {
    const account = await startAccount()
    const silent = createServer().listen(0, '127.0.0.1')
    await vi.waitUntil(() => silent.listening)
    let closed = 0
    silent.on('connection', (socket) => {
      socket.resume().on('close', () => closed++)
      onTestFinished(() => {
        socket.destroy()
      })
    })
    onTestFinished(() => {
      silent.close()
    })
    const { port } = silent.address() as AddressInfo
    const proxy = { url: `http://127.0.0.1:${port}`, port } as ConnectProxy
    const { api } = attach(
      account,
      `https://${HOST}`,
      { httpsAgent: proxyAgent(proxy), proxy: false },
      { retries: 0, timeout: 100 },
    )
    const error = await rejectionOf(api.get(PHYSICIANS))
    expect([error.code, error.cause.code]).toEqual(['ERR_CASPIO_TOKEN_ENDPOINT', 'ETIMEDOUT'])
    expect(error.message).toMatch(/no answer within 100 ms/)
  })

  it('cannot reach Caspio leads to retries until it can', async () => {
    const account = await startAccount()
    const front = await startTlsFront(account.url, server)
    const hosts: Record<string, number> = { [HOST]: 1 }
    const proxy = await startConnectProxy(hosts, `user:${PROXY_PASSWORD}`)
    const { api } = attach(
      account,
      `https://${HOST}`,
      { httpsAgent: proxyAgent(proxy), proxy: false },
      {
        onEvent: ({ type }) => {
          if (type === 'token-request') hosts[HOST] = front.port
        },
      },
    )
    expect((await api.get(PHYSICIANS)).status).toBe(200)
    // The failed attempt, the token request, the records.
    expect(proxy.requests).toHaveLength(3)
    expect(account.log.token).toHaveLength(1)
  })

  it('rejects the password for a while does not cost the refresh token', async () => {
    vi.useFakeTimers({ toFake: ['Date', 'performance'] })
    const { account, api, proxy } = await startBench('an HttpsProxyAgent')
    await api.get(PHYSICIANS)
    ;(proxy as ConnectProxy).credentials = 'user:changed'
    vi.advanceTimersByTime(30 * 3_600_000)
    await rejectionOf(api.get(PHYSICIANS))
    ;(proxy as ConnectProxy).credentials = `user:${PROXY_PASSWORD}`
    vi.advanceTimersByTime(31_000)
    expect((await api.get(PHYSICIANS)).status).toBe(200)
    expect(account.log.token.map(({ grant }) => grant)).toEqual([
      'client_credentials',
      'refresh_token',
    ])
    expect(account.liveRefreshTokens).toBe(1)
  })

  it('rejects an API request leads to the same error as without the plugin', async () => {
    const { account, api, proxy } = await startBench('an HttpsProxyAgent')
    await api.get(PHYSICIANS)
    ;(proxy as ConnectProxy).credentials = 'user:changed'
    const [withPlugin, withoutPlugin] = await outcomesOf([
      api.get(PHYSICIANS),
      api.get(PHYSICIANS, { skipCaspioAuth: true }),
    ])
    for (const outcome of [withPlugin, withoutPlugin] as PromiseRejectedResult[]) {
      expect([outcome.reason.name, outcome.reason.response.status]).toEqual(['AxiosError', 407])
    }
    expect(account.log.token).toHaveLength(1)
  })
})

describe('an error as JSON shows nothing of other requests that share its agent', () => {
  it.each(['the instance’s httpsAgent', 'an HttpsProxyAgent'])('%s', async (connection) => {
    const { account, api, auth } = await startBench(connection)
    const otherParty = await startRawServer((_, response) => {
      response.writeHead(500).end()
    })
    const { clientID, clientSecret } = account.credentials
    await api.get(ONE_RECORD)
    const { access_token } = await auth.getAccessToken()

    account.tokenEndpoint.latency = 300
    const renewal = auth.getAccessToken({ renew: true })
    const errors = await Promise.all([
      rejectionOf(api.get('/nowhere')),
      rejectionOf(api.get(otherParty.url)),
    ])
    const printed = errors.map((error) => JSON.stringify(error))
    // The token request was pending the whole time.
    expect(account.log.token).toHaveLength(1)
    await renewal

    account.rotateSecret()
    auth.invalidate()
    const refused = await rejectionOf(api.get(PHYSICIANS))
    printed.push(JSON.stringify(refused))
    expect([...errors, refused].map(({ response }) => response.status)).toEqual([404, 500, 400])
    for (const secret of [btoa(`${clientID}:${clientSecret}`), access_token, PROXY_PASSWORD]) {
      expect(printed.map((json) => json.includes(secret))).toEqual([false, false, false])
    }
  })
})

it('an error for a host with two unreachable addresses gives the reason', async () => {
  const account = await startAccount()
  // Node reports both failures in an AggregateError with an empty message.
  const lookup = async () => [
    [
      { address: '127.0.0.1', family: 4 },
      { address: '::1', family: 6 },
    ],
  ]
  const { api } = attach(
    account,
    `https://${HOST}:1`,
    { lookup: lookup as never, proxy: false },
    { retries: 0 },
  )
  const error = await rejectionOf(api.get(PHYSICIANS))
  expect([error.code, error.cause.code]).toEqual(['ERR_CASPIO_TOKEN_ENDPOINT', 'ECONNREFUSED'])
  expect(error.message).toMatch(/ECONNREFUSED/)
})
