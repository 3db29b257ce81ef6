import { createSecureServer, type ServerHttp2Session } from 'node:http2'
import { request as httpsRequest } from 'node:https'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import axios, { type CreateAxiosDefaults } from 'axios'
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import caspioAuth from '../../src/auth.js'
import { attachCaspioAuth, createCaspioAuth } from '../../src/index.js'
import { PHYSICIANS, rejectionOf, startAccount } from '../support/account.js'
import { CAN } from '../support/axios-features.js'
import { startConnectProxy } from '../support/connect-proxy.js'
import { startRawServer } from '../support/raw-server.js'
import { startTlsFront } from '../support/tls.js'
import {
  agent,
  attach,
  authority,
  BEHAVIOURS,
  type Bench,
  CONNECTIONS,
  expectTunnelled,
  HOST,
  ONE_RECORD,
  PROXY_PASSWORD,
  server,
  startBench,
  stubProxyEnv,
} from '../support/tls-connections.js'

afterEach(() => {
  vi.unstubAllEnvs()
})

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

describe('an error as JSON shows nothing of other requests that share its agent', () => {
  it.each(['the instance’s httpsAgent', 'an HttpsProxyAgent'])('%s', async (connection) => {
    const { account, api, auth } = await startBench(connection)
    const otherParty = await startRawServer((_, response) => {
      response.writeHead(500).end()
    })
    const { clientID, clientSecret } = account.credentials
    await api.get(ONE_RECORD)
    const { access_token } = await auth.getAccessToken()

    account.tokenEndpoint.latency = 1_500
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
