import { Agent, createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import axios, { type CreateAxiosDefaults, type InternalAxiosRequestConfig } from 'axios'
import { afterAll, afterEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import caspioAuth from '../../src/auth.js'
import { attachCaspioAuth, createCaspioAuth } from '../../src/index.js'
import { transportSettings } from '../../src/token/transport.js'
import { PHYSICIANS, rejectionOf, startAccount, startBench } from '../support/account.js'
import { CAN } from '../support/axios-features.js'
import { type RawServer, startRawServer } from '../support/raw-server.js'
import { expectNoSecrets } from '../support/secrets.js'

const CLIENT = { clientID: 'id', clientSecret: 'secret' }
const TOKEN = { access_token: 'the-token', token_type: 'bearer', expires_in: 3600 }

const DEFAULTS = { ...axios.defaults }

afterEach(() => {
  vi.unstubAllEnvs()
})

afterAll(() => {
  expect({ ...axios.defaults }).toEqual(DEFAULTS)
})

/** A raw token endpoint. */
async function startEndpoint(answer = JSON.stringify(TOKEN)) {
  const server = await startRawServer((_, response) => response.end(answer))
  return { ...server, credentials: { ...CLIENT, tokenEndpointURL: `${server.url}/oauth/token` } }
}

/** An HTTP forward proxy. */
async function startProxy(): Promise<RawServer> {
  return startRawServer(async ({ method, url, headers, body }, response) => {
    const { host: _host, 'content-length': _length, connection: _, ...rest } = headers
    const answer = await axios.request({
      url,
      method,
      headers: rest as Record<string, string>,
      ...(body.length && { data: body }),
      proxy: false,
      responseType: 'arraybuffer',
      validateStatus: null,
    })
    response.statusCode = answer.status
    response.end(answer.data)
  })
}

describe('transportSettings', () => {
  const SERVER = { httpAgent: undefined, httpsAgent: undefined }
  const ALWAYS = { fetchOptions: {}, http2Options: { separate: 'token requests' }, ...SERVER }

  it.each([
    'adapter',
    'allowedSocketPaths',
    'env',
    'family',
    'httpAgent',
    'httpVersion',
    'httpsAgent',
    'insecureHTTPParser',
    'lookup',
    'proxy',
    'socketPath',
  ])('returns %s', (name) => {
    const settings = transportSettings({ defaults: { [name]: 'x' } })
    expect({ ...settings }).toEqual({ ...ALWAYS, [name]: 'x' })
  })

  it('returns a transport, http2Options and fetchOptions', () => {
    const dispatcher = {}
    const settings = transportSettings({
      defaults: {
        transport: { request: () => 'sent' },
        http2Options: { sessionTimeout: 1 },
        fetchOptions: { dispatcher },
      },
    })
    expect(settings.transport.request({}, () => {})).toBe('sent')
    expect(settings.http2Options).toEqual({ sessionTimeout: 1, separate: 'token requests' })
    expect(settings.fetchOptions).toEqual({ dispatcher })
  })

  it.each(['agent', 'client', 'dispatcher', 'proxy', 'tls', 'unix'])(
    'returns %s of fetchOptions',
    (name) => {
      const { fetchOptions } = transportSettings({ defaults: { fetchOptions: { [name]: 'x' } } })
      expect({ ...fetchOptions }).toEqual({ [name]: 'x' })
    },
  )

  it.each(['cache', 'next', 'cf', 'method', 'headers', 'body', 'keepalive', 'credentials'])(
    'does not return %s of fetchOptions',
    (name) => {
      const { fetchOptions } = transportSettings({ defaults: { fetchOptions: { [name]: 'x' } } })
      expect({ ...fetchOptions }).toEqual({})
    },
  )

  it.each(['toString', 'constructor', 'baseURL', 'headers', 'params', 'timeout', 'auth'])(
    'does not return %s',
    (name) => {
      const settings = transportSettings({ defaults: { [name]: 'x', family: 4 } })
      expect({ ...settings }).toEqual({ ...ALWAYS, family: 4 })
    },
  )

  it('returns an object that inherits nothing, and nothing that the defaults inherit', () => {
    const defaults = Object.assign(Object.create({ proxy: 'http://evil' }), { family: 4 })
    const settings = transportSettings({ defaults })
    expect(settings.proxy).toBeUndefined()
    expect(settings.family).toBe(4)
    expect(Object.getPrototypeOf(settings)).toBeNull()
  })

  it('reads the defaults at each call: they may have been replaced', () => {
    const instance = { defaults: { family: 4 } }
    expect(transportSettings(instance).family).toBe(4)
    instance.defaults = { family: 6 }
    expect(transportSettings(instance).family).toBe(6)
  })
})

describe('the token request uses the transport settings of the instance', () => {
  const recordingAdapter =
    (seen: InternalAxiosRequestConfig[]) => (config: InternalAxiosRequestConfig) => {
      seen.push(config)
      const data = config.method === 'post' ? TOKEN : '{}'
      return Promise.resolve({ data, status: 200, statusText: 'OK', headers: {}, config })
    }

  it('the adapter', async () => {
    const account = await startAccount()
    const seen: InternalAxiosRequestConfig[] = []
    const api = axios.create({ adapter: recordingAdapter(seen), baseURL: account.url })
    attachCaspioAuth(api, account.credentials)
    await api.get('/x')
    expect(seen.map(({ url }) => url)).toEqual([account.credentials.tokenEndpointURL, '/x'])
    expect(account.log.token).toEqual([])
  })

  it('an adapter that was set after attach, and removed again', async () => {
    const { account, api, auth } = await startBench()
    const { adapter } = api.defaults
    const seen: InternalAxiosRequestConfig[] = []
    api.defaults.adapter = recordingAdapter(seen)
    await api.get('/x')
    expect(seen).toHaveLength(2)
    expect(account.log.token).toHaveLength(0)
    if (adapter) api.defaults.adapter = adapter
    auth.invalidate()
    await api.get(PHYSICIANS)
    expect(seen).toHaveLength(2)
    expect(account.log.token).toHaveLength(1)
  })

  it('an adapter that parses and rejects an answer as axios does', async () => {
    const { account, api } = await startBench({ retries: 0 })
    api.defaults.adapter = async (config) => {
      const data = { error: 'invalid_client' }
      const response = { data, status: 400, statusText: 'Bad Request', headers: {}, config }
      throw new axios.AxiosError('no', 'ERR_BAD_REQUEST', config, {}, response)
    }
    const error = await rejectionOf(api.get(PHYSICIANS))
    expect([error.code, error.status]).toEqual(['ERR_CASPIO_CREDENTIALS', 400])
    expectNoSecrets(error, account.credentials)
  })

  it.runIf(CAN.fetch)('the name of an adapter, or a list of names', async () => {
    for (const adapter of ['fetch', ['xhr', 'fetch']] as CreateAxiosDefaults['adapter'][]) {
      const endpoint = await startEndpoint()
      const api = axios.create({ adapter, proxy: false } as CreateAxiosDefaults)
      attachCaspioAuth(api, endpoint.credentials)
      await api.get(`${endpoint.url}/x`)
      // Only the platform's fetch sends this header.
      expect(endpoint.received.map(({ headers }) => headers['sec-fetch-mode'])).toEqual([
        'cors',
        'cors',
      ])
    }
  })

  it('the current httpAgent', async () => {
    class CountingAgent extends Agent {
      connections = 0
      override createConnection(...options: Parameters<Agent['createConnection']>) {
        this.connections++
        return super.createConnection(...options)
      }
    }
    const endpoint = await startEndpoint()
    const [first, second] = [new CountingAgent(), new CountingAgent()]
    const api = axios.create({ proxy: false, httpAgent: first })
    const auth = attachCaspioAuth(api, endpoint.credentials)
    await auth.getAccessToken()
    expect([first.connections, second.connections]).toEqual([1, 0])
    api.defaults.httpAgent = second
    await auth.getAccessToken({ renew: true })
    expect([first.connections, second.connections]).toEqual([1, 1])
  })

  it('the proxy', async () => {
    const [account, proxy] = [await startAccount(), await startProxy()]
    const auth = { username: 'p', password: 'q' }
    const api = axios.create({
      baseURL: `${account.url}/rest/v2`,
      proxy: { protocol: 'http', host: '127.0.0.1', port: proxy.port, auth },
    })
    attachCaspioAuth(api, account.credentials)
    expect((await api.get(PHYSICIANS)).status).toBe(200)
    expect(proxy.received.map(({ method, url }) => `${method} ${url}`)).toEqual([
      `POST ${account.credentials.tokenEndpointURL}`,
      `GET ${account.url}/rest/v2${PHYSICIANS}`,
    ])
    for (const { headers } of proxy.received) {
      expect(headers['proxy-authorization']).toBe(`Basic ${btoa('p:q')}`)
    }
    // The application changes the proxy.
    const other = await startProxy()
    api.defaults.proxy = { protocol: 'http', host: '127.0.0.1', port: other.port }
    account.revoke()
    expect((await api.get(PHYSICIANS)).status).toBe(200)
    expect([proxy.received.length, other.received.length]).toEqual([2, 3])
  })

  it('the proxy from the environment, unless proxy is false', async () => {
    const [account, proxy] = [await startAccount(), await startProxy()]
    vi.stubEnv('http_proxy', proxy.url)
    vi.stubEnv('HTTP_PROXY', proxy.url)
    vi.stubEnv('no_proxy', '')
    vi.stubEnv('NO_PROXY', '')
    await attachCaspioAuth(axios.create(), account.credentials).getAccessToken()
    expect([proxy.received.length, account.log.token.length]).toEqual([1, 1])
    await attachCaspioAuth(axios.create({ proxy: false }), account.credentials).getAccessToken()
    expect([proxy.received.length, account.log.token.length]).toEqual([1, 2])
  })

  it('the socketPath', async () => {
    const path = join(tmpdir(), `caspio-${process.pid}-${Date.now()}.sock`)
    const received: string[] = []
    const server = createServer((request, response) => {
      received.push(`${request.method} ${request.url}`)
      request.resume().on('end', () => response.end(JSON.stringify(TOKEN)))
    })
    await new Promise<void>((resolve) => server.listen(path, resolve))
    onTestFinished(() => {
      server.closeAllConnections()
      server.close()
    })
    const api = axios.create({ socketPath: path, proxy: false, baseURL: 'http://localhost' })
    attachCaspioAuth(api, { ...CLIENT, tokenEndpointURL: 'http://localhost/oauth/token' })
    await api.get('/x')
    expect(received).toEqual(['POST /oauth/token', 'GET /x'])
  })

  it('the lookup function', async () => {
    const endpoint = await startEndpoint()
    const lookup = vi.fn(async (_hostname: string) => '127.0.0.1')
    const api = axios.create({ proxy: false, lookup: lookup as never })
    const tokenEndpointURL = `http://localhost:${endpoint.port}/oauth/token`
    await attachCaspioAuth(api, { ...CLIENT, tokenEndpointURL }).getAccessToken()
    expect(lookup.mock.calls.map(([hostname]) => hostname)).toEqual(['localhost'])
  })

  it.runIf(CAN.replaceFetch)('the current env.fetch', async () => {
    const account = await startAccount()
    const count = () => vi.fn((...request: Parameters<typeof fetch>) => fetch(...request))
    const [first, second] = [count(), count()]
    const api = axios.create({ adapter: 'fetch', env: { fetch: first } })
    attachCaspioAuth(api, account.credentials)
    await api.get(`${account.url}/rest/v2${PHYSICIANS}`)
    expect([first.mock.calls.length, second.mock.calls.length]).toEqual([2, 0])
    api.defaults.env = { ...api.defaults.env, fetch: second }
    account.revoke()
    await api.get(`${account.url}/rest/v2${PHYSICIANS}`)
    expect([first.mock.calls.length, second.mock.calls.length]).toEqual([2, 3])
    expect(account.log.token).toHaveLength(2)
  })

  it.runIf(CAN.fetch)('fetchOptions that choose the connection, such as a dispatcher', async () => {
    const endpoint = await startEndpoint()
    await fetch(endpoint.url)
    const platform = (globalThis as unknown as Record<symbol, unknown>)[
      Symbol.for('undici.globalDispatcher.1')
    ] as unknown as { dispatch(options: { path: string }, handler: unknown): boolean }
    const seen: string[] = []
    const dispatcher: typeof platform = {
      dispatch(options, handler) {
        seen.push(options.path)
        return platform.dispatch(options, handler)
      },
    }
    const api = axios.create({ adapter: 'fetch', fetchOptions: { dispatcher } })
    attachCaspioAuth(api, endpoint.credentials)
    await api.get(`${endpoint.url}/x`)
    expect(seen).toEqual(['/oauth/token', '/x'])
  })

  it('agents and all other connection settings, unchanged', async () => {
    const seen: InternalAxiosRequestConfig[] = []
    const connectionSettings = {
      httpsAgent: { name: 'secure' },
      httpAgent: { name: 'plain' },
      lookup: () => {},
      family: 4,
      insecureHTTPParser: false,
      proxy: { host: 'proxy.test', port: 3128 },
      socketPath: '/run/gateway.sock',
      allowedSocketPaths: ['/run/gateway.sock'],
      env: { FormData },
      httpVersion: 2,
      http2Options: { sessionTimeout: 1 },
    }
    const api = axios.create({
      adapter: recordingAdapter(seen),
      ...connectionSettings,
    } as CreateAxiosDefaults)
    await attachCaspioAuth(api, {
      ...CLIENT,
      tokenEndpointURL: 'https://a.test/t',
    }).getAccessToken()
    expect(seen[0]).toMatchObject(connectionSettings)
  })

  it('those of the instance that sends the request, if several share a CaspioAuth', async () => {
    const endpoint = await startEndpoint()
    const seen: InternalAxiosRequestConfig[] = []
    const auth = createCaspioAuth(endpoint.credentials)
    const [recorded, plain] = [axios.create({ adapter: recordingAdapter(seen) }), axios.create()]
    attachCaspioAuth(recorded, auth)
    attachCaspioAuth(plain, auth)
    await recorded.get(`${endpoint.url}/x`)
    expect([seen.length, endpoint.received.length]).toEqual([2, 0])
    auth.invalidate()
    await plain.get(`${endpoint.url}/x`)
    expect([seen.length, endpoint.received.length]).toEqual([2, 2])
  })

  it('those of the global axios, if there is no instance', async () => {
    const endpoint = await startEndpoint()
    const seen: InternalAxiosRequestConfig[] = []
    const { adapter } = axios.defaults
    onTestFinished(() => {
      if (adapter) axios.defaults.adapter = adapter
    })
    const auth = createCaspioAuth(endpoint.credentials)
    const getAccessToken = caspioAuth(endpoint.credentials)
    axios.defaults.adapter = recordingAdapter(seen)
    await auth.getAccessToken()
    await getAccessToken()
    expect([seen.length, endpoint.received.length]).toEqual([2, 0])
  })
})
