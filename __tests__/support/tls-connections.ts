import { Agent, type AgentOptions, globalAgent } from 'node:https'
import axios, { type AxiosInstance, type CreateAxiosDefaults } from 'axios'
import { HttpsProxyAgent } from 'https-proxy-agent'
import { expect, onTestFinished, vi } from 'vitest'
import {
  attachCaspioAuth,
  type CaspioAuth,
  type CaspioAuthEvent,
  type CaspioAuthOptions,
} from '../../src/index.js'
import type { CaspioAccount } from '../../src/testing/index.js'
import { PHYSICIANS, rejectionOf, startAccount, times } from '../support/account.js'
import { CAN } from '../support/axios-features.js'
import { stopClocks } from '../support/clocks.js'
import { type ConnectProxy, startConnectProxy } from '../support/connect-proxy.js'
import { witness } from '../support/hygiene.js'
import { createAuthority, startTlsFront, type TlsFront } from '../support/tls.js'

// The name does not resolve. A request can reach it only through the proxy.
export const HOST = 'a1bcd234.caspio.test'

export const PROXY_PASSWORD = 'pass-word-of-the-proxy'

export const TABLES = {
  Physicians: Array.from({ length: 50 }, (_, i) => ({ i, text: 'x'.repeat(2_000) })),
}

export const ONE_RECORD = `${PHYSICIANS}?q.limit=1`

export const authority = await createAuthority()

export const server = await authority.issue(['127.0.0.1', HOST])

/** How an instance reaches an account that uses TLS. */
export interface Connection {
  readonly origin: string
  readonly defaults: CreateAxiosDefaults
  readonly proxy?: ConnectProxy
}

export interface Bench extends Connection {
  readonly account: CaspioAccount
  readonly front: TlsFront
  readonly api: AxiosInstance
  readonly auth: CaspioAuth
  readonly events: CaspioAuthEvent[]
}

export function agent(options: AgentOptions = {}): Agent {
  const created = new Agent({ ca: authority.ca, keepAlive: true, ...options })
  onTestFinished(() => created.destroy())
  return created
}

/** Node does not export the class of its fetch dispatchers, so this takes it from the global one. */
export async function dispatcher(connect: object): Promise<object> {
  await fetch('data:,').catch(() => {})
  const known = Reflect.get(globalThis, Symbol.for('undici.globalDispatcher.1'))
  const created = new known.constructor({ connect })
  onTestFinished(() => created.destroy())
  return created
}

export function proxyAgent(
  { url }: ConnectProxy,
  password = PROXY_PASSWORD,
): HttpsProxyAgent<string> {
  const created = new HttpsProxyAgent(url.replace('//', `//user:${encodeURIComponent(password)}@`))
  // The options of the constructor apply to the connection to the proxy only.
  Object.assign(created.options, { ca: authority.ca })
  return created
}

export function proxySetting({ port }: ConnectProxy, password = PROXY_PASSWORD) {
  return { protocol: 'http', host: '127.0.0.1', port, auth: { username: 'user', password } }
}

export function stubProxyEnv({ url }: ConnectProxy, noProxy = '', password = PROXY_PASSWORD): void {
  const value = url.replace('//', `//user:${encodeURIComponent(password)}@`)
  for (const name of ['https_proxy', 'HTTPS_PROXY']) vi.stubEnv(name, value)
  for (const name of ['no_proxy', 'NO_PROXY']) vi.stubEnv(name, noProxy)
}

export async function throughProxy(
  { port }: TlsFront,
  defaults: (proxy: ConnectProxy) => CreateAxiosDefaults,
): Promise<Connection> {
  const proxy = await startConnectProxy({ [HOST]: port }, `user:${PROXY_PASSWORD}`)
  return { origin: `https://${HOST}`, defaults: defaults(proxy), proxy }
}

export const DIRECT: Record<string, (front: TlsFront) => Promise<Connection>> = {
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

export const PROXIED: Record<string, (front: TlsFront) => Promise<Connection>> = {
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

export const CONNECTIONS = { ...DIRECT, ...PROXIED }

/** An account behind TLS, and an instance with the plugin that reaches it by this connection. */
export async function startBench(
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

export function attach(
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
export function expectTunnelled({ front, proxy }: Bench): void {
  if (!proxy) return
  expect(front.connections).toBeGreaterThan(0)
  expect(proxy.requests).toEqual(Array(front.connections).fill(`CONNECT ${HOST}:443`))
}

export type Start = (options?: CaspioAuthOptions) => Promise<Bench>

export const BEHAVIOURS: Record<string, (start: Start) => Promise<void>> = {
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
    stopClocks()
    let tokensTaken = 0
    const { account, api } = await start({
      onEvent({ type }) {
        if (type === 'token-taken') tokensTaken++
      },
    })
    await api.get(PHYSICIANS)
    vi.advanceTimersByTime(22.2 * 3_600_000)
    expect((await api.get(PHYSICIANS)).status).toBe(200)
    await vi.waitUntil(() => tokensTaken === 2)
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
