import { Agent, createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import axios, {
  type AxiosInstance,
  type AxiosRequestConfig,
  CanceledError,
  type CreateAxiosDefaults,
  type InternalAxiosRequestConfig,
} from 'axios'
import { afterAll, afterEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import caspioAuth from '../../src/auth.js'
import { attachCaspioAuth, createCaspioAuth } from '../../src/index.js'
import { transportOf } from '../../src/token/transport.js'
import { PHYSICIANS, rejectionOf, startAccount, startBench } from '../support/account.js'
import { type RawServer, type Received, startRawServer } from '../support/raw-server.js'
import { expectNoSecrets } from '../support/secrets.js'

const ADAPTERS = ['http', 'fetch'] as const
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

  it('the name of an adapter, or a list of names', async () => {
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

  it('the current env.fetch', async () => {
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

  it('fetchOptions that choose the connection, such as a dispatcher', async () => {
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

  it.each(['toString', 'constructor', 'baseURL', 'headers', 'params', 'timeout', 'auth'])(
    'but not %s, which does not choose a connection',
    (name) => {
      expect(transportOf({ defaults: { [name]: 'x', family: 4 } })()).toEqual({ family: 4 })
    },
  )

  it('but nothing that its defaults inherit or leave out', () => {
    const defaults = Object.assign(Object.create({ proxy: 'http://evil' }), { family: 4 })
    expect(Object.entries(transportOf({ defaults })())).toEqual([['family', 4]])
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

describe('the token request takes no other settings from the instance or the global axios', () => {
  const fail = () => {
    throw new Error('this must not run for a token request')
  }
  const aborted = new AbortController()
  aborted.abort()
  const cancelled = axios.CancelToken.source()
  cancelled.cancel()

  // Each of these would break the token request, or the token endpoint would see it.
  const UNWANTED: Record<string, AxiosRequestConfig> = {
    auth: { auth: { username: 'evil', password: 'evil' } },
    baseURL: { baseURL: 'https://evil.test', allowAbsoluteUrls: false },
    url: { url: 'https://evil.test' },
    method: { method: 'get' },
    data: { data: 'evil=1' },
    params: { params: { evil: 1 }, paramsSerializer: { serialize: () => 'evil=2' } },
    transformRequest: { transformRequest: () => 'evil=1' },
    transformResponse: { transformResponse: () => 'evil' },
    validateStatus: { validateStatus: () => false },
    timeout: { timeout: 1, timeoutErrorMessage: 'evil' },
    'responseType stream': { responseType: 'stream' },
    'responseType arraybuffer': { responseType: 'arraybuffer' },
    responseEncoding: { responseEncoding: 'utf16le' },
    maxContentLength: { maxContentLength: 1 },
    maxBodyLength: { maxBodyLength: 1 },
    maxRate: { maxRate: 1 },
    onUploadProgress: { onUploadProgress: fail },
    onDownloadProgress: { onDownloadProgress: fail },
    beforeRedirect: { beforeRedirect: fail },
    signal: { signal: aborted.signal },
    cancelToken: { cancelToken: cancelled.token },
    transitional: { transitional: { clarifyTimeoutError: true } },
    withCredentials: { withCredentials: true },
    formSerializer: { formSerializer: { visitor: fail } },
    skipCaspioAuth: { skipCaspioAuth: true },
  }
  const UNWANTED_HEADERS = {
    Authorization: 'Bearer evil',
    Accept: 'evil/evil',
    'Content-Type': 'application/json',
    'User-Agent': 'evil/1',
    Cookie: 'evil=1',
    'X-Evil': '1',
  }

  /** Overwrites an instance's defaults; they are restored after the test. */
  function override(api: AxiosInstance, config: AxiosRequestConfig): void {
    const defaults = api.defaults as unknown as Record<string, unknown>
    const saved = { ...defaults }
    onTestFinished(() => {
      for (const name of Object.keys(defaults)) delete defaults[name]
      Object.assign(defaults, saved)
    })
    Object.assign(defaults, config)
  }

  function overrideHeaders(api: AxiosInstance): void {
    const headers = structuredClone({ ...api.defaults.headers }) as Record<string, object>
    for (const group of ['common', 'post'] as const) {
      headers[group] = { ...headers[group], ...UNWANTED_HEADERS }
    }
    override(api, { headers: { ...headers, ...UNWANTED_HEADERS } } as AxiosRequestConfig)
  }

  function addFailingInterceptors(api: AxiosInstance): void {
    const request = api.interceptors.request.use(fail, undefined, { synchronous: true })
    const response = api.interceptors.response.use(fail, fail)
    onTestFinished(() => {
      api.interceptors.request.eject(request)
      api.interceptors.response.eject(response)
    })
  }

  const seenOf = ({ method, url, rawHeaders, body }: Received, { port }: RawServer) => ({
    method,
    url,
    headers: rawHeaders.map((text) => text.replace(`${port}`, 'PORT')),
    body: body.toString(),
  })

  /** Requests a token in all ways, and compares each request with that of an untouched axios. */
  async function expectClean(adapter: 'http' | 'fetch', tamper: (api: AxiosInstance) => void) {
    const [clean, tampered] = [await startEndpoint(), await startEndpoint()]
    const untouched = axios.create({ adapter, proxy: false })
    await attachCaspioAuth(untouched, clean.credentials).getAccessToken()
    const expected = seenOf(clean.received[0] as Received, clean)

    const api = axios.create({ adapter, proxy: false })
    const auth = attachCaspioAuth(api, tampered.credentials)
    tamper(api)
    override(axios, { adapter, proxy: false })
    tamper(axios)
    expect((await auth.getAccessToken()).access_token).toBe(TOKEN.access_token)
    const withoutInstance = createCaspioAuth(tampered.credentials)
    expect((await withoutInstance.getAccessToken()).access_token).toBe(TOKEN.access_token)
    expect(await caspioAuth(tampered.credentials)()).toEqual(TOKEN)
    expect(tampered.received.map((request) => seenOf(request, tampered))).toEqual([
      expected,
      expected,
      expected,
    ])
    return expected
  }

  const CASES = Object.entries(UNWANTED).flatMap(([name, config]) =>
    ADAPTERS.map((adapter) => ({ name, adapter, config })),
  )

  it.each(CASES)('$name ($adapter)', async ({ adapter, config }) => {
    await expectClean(adapter, (api) => override(api, config))
  })

  it.each(ADAPTERS)('headers (%s)', async (adapter) => {
    const { headers } = await expectClean(adapter, overrideHeaders)
    expect(headers.join()).not.toContain('evil')
  })

  it.each(ADAPTERS)('interceptors (%s)', async (adapter) => {
    await expectClean(adapter, addFailingInterceptors)
  })

  it.each(ADAPTERS)('all of these at once (%s)', async (adapter) => {
    const { method, url, headers, body } = await expectClean(adapter, (api) => {
      overrideHeaders(api)
      for (const config of Object.values(UNWANTED)) override(api, config)
      addFailingInterceptors(api)
    })
    expect([method, url, body]).toEqual(['POST', '/oauth/token', 'grant_type=client_credentials'])
    expect(headers.join()).toContain(`Basic ${btoa('id:secret')}`)
    expect(headers.join()).not.toContain('evil')
  })

  it('fetchOptions that would change the request', async () => {
    const fetchOptions = { method: 'PUT', headers: { 'X-Evil': '1' }, body: 'evil' } as object
    await expectClean('fetch', (api) => override(api, { fetchOptions }))
  })

  it('no settings of the request that needs the token', async () => {
    const endpoint = await startEndpoint()
    const api = axios.create({ proxy: false, baseURL: endpoint.url })
    attachCaspioAuth(api, endpoint.credentials)
    const seen = vi.fn()
    await api.post(
      '/x',
      { a: 1 },
      {
        headers: { 'X-Evil': '1', Cookie: 'evil=1' },
        params: { evil: 1 },
        onUploadProgress: seen,
        transformResponse: (data) => data,
        maxContentLength: 1_000,
      },
    )
    const [first] = endpoint.received
    expect([first?.url, first?.body.toString()]).toEqual([
      '/oauth/token',
      'grant_type=client_credentials',
    ])
    expect(first?.rawHeaders.join()).not.toMatch(/evil/i)
  })

  it('settings that do break the requests of the instance itself', async () => {
    // Otherwise the tests above would prove nothing.
    const endpoint = await startEndpoint()
    const postWith = (config: AxiosRequestConfig) =>
      axios.create({ proxy: false, ...config } as CreateAxiosDefaults).post(endpoint.url, 'a=1')
    expect(await rejectionOf(postWith(UNWANTED.signal as AxiosRequestConfig))).toBeInstanceOf(
      CanceledError,
    )
    expect((await rejectionOf(postWith(UNWANTED.maxContentLength as object))).message).toMatch(
      'exceed',
    )
    expect((await rejectionOf(postWith(UNWANTED.validateStatus as object))).response.status).toBe(
      200,
    )
    await postWith(UNWANTED.transformRequest as AxiosRequestConfig)
    expect(endpoint.received.at(-1)?.body.toString()).toBe('evil=1')
  })
})

describe('an answer of the token endpoint that is over 1 MB is refused', () => {
  const answerOf = (length: number) =>
    JSON.stringify({ ...TOKEN, padding: 'x'.repeat(length - JSON.stringify(TOKEN).length - 13) })
  type End = (response: Parameters<Parameters<typeof createServer>[1] & object>[1]) => void
  const HUGE: Record<string, End> = {
    'with a Content-Length': (response) => {
      const answer = answerOf(1_000_100)
      response.setHeader('Content-Length', answer.length)
      response.end(answer)
    },
    'in chunks': (response) => {
      const answer = answerOf(1_000_100)
      response.write(answer.slice(0, 500_000))
      response.end(answer.slice(500_000))
    },
    compressed: (response) => {
      response.setHeader('Content-Encoding', 'gzip')
      response.end(gzipSync(answerOf(20_000_000)))
    },
    'that never ends': (response) => {
      const timer = setInterval(() => response.write('x'.repeat(100_000)), 1)
      response.on('close', () => clearInterval(timer))
    },
    'with an error status': (response) => {
      response.statusCode = 400
      response.end(answerOf(1_000_100))
    },
  }

  it.each(Object.keys(HUGE).flatMap((name) => ADAPTERS.map((adapter) => ({ name, adapter }))))(
    '$name ($adapter)',
    async ({ name, adapter }) => {
      const server = await startRawServer((_, response) => HUGE[name]?.(response))
      const credentials = { ...CLIENT, tokenEndpointURL: `${server.url}/oauth/token` }
      const api = axios.create({ adapter, proxy: false, baseURL: server.url })
      attachCaspioAuth(api, credentials)
      const error = await rejectionOf(api.get('/x'))
      expect(error.code).toBe('ERR_CASPIO_TOKEN_RESPONSE')
      expect(error.message).toMatch(/Check .*tokenEndpointURL/)
      expectNoSecrets(error, credentials, TOKEN.access_token)
      // Another attempt would get the same answer.
      expect(server.received.map(({ url }) => url)).toEqual(['/oauth/token'])
    },
  )

  it.each(ADAPTERS)('but one just below that is accepted (%s)', async (adapter) => {
    const endpoint = await startEndpoint(answerOf(990_000))
    const api = axios.create({ adapter, proxy: false })
    const auth = attachCaspioAuth(api, endpoint.credentials)
    expect((await auth.getAccessToken()).access_token).toBe(TOKEN.access_token)
  })
})

describe('client authentication', () => {
  // Encoded by hand, from RFC 6749 §2.3.1 and appendix B.
  const CREDENTIALS: [clientID: string, clientSecret: string, joined: string][] = [
    ['id', 'secret', 'id:secret'],
    ['a:b', 'c:d', 'a%3Ab:c%3Ad'],
    ['50%', '100%25', '50%25:100%2525'],
    ['a+b', 'c+d', 'a%2Bb:c%2Bd'],
    ['a b', 'c  d', 'a+b:c++d'],
    ['Zoë', 'Größe ☃', 'Zo%C3%AB:Gr%C3%B6%C3%9Fe+%E2%98%83'],
    ['"a"', "'b'", '%22a%22:%27b%27'],
    ['a&b=c', '?#/\\', 'a%26b%3Dc:%3F%23%2F%5C'],
    ['a-b_c.d*e', '~!()', 'a-b_c.d*e:%7E%21%28%29'],
  ]
  const CASES = CREDENTIALS.flatMap(([clientID, clientSecret, joined]) =>
    ADAPTERS.map((adapter) => ({ clientID, clientSecret, joined, adapter })),
  )

  it.each(CASES)(
    'basic: form-encodes the client ID and the secret ($clientID, $clientSecret; $adapter)',
    async ({ clientID, clientSecret, joined, adapter }) => {
      const endpoint = await startEndpoint()
      const credentials = { ...endpoint.credentials, clientID, clientSecret }
      const api = axios.create({ adapter, proxy: false })
      await attachCaspioAuth(api, credentials).getAccessToken()
      const [request] = endpoint.received
      expect(request?.headers.authorization).toBe(`Basic ${btoa(joined)}`)
      expect(request?.headers['content-type']).toMatch(/^application\/x-www-form-urlencoded\b/)
      expect(request?.body.toString()).toBe('grant_type=client_credentials')
    },
  )

  it.each(CASES)(
    'body: sends both in the form, and no Authorization ($clientID, $clientSecret; $adapter)',
    async ({ clientID, clientSecret, adapter }) => {
      const endpoint = await startEndpoint()
      const credentials = { ...endpoint.credentials, clientID, clientSecret }
      const api = axios.create({ adapter, proxy: false })
      const options = { clientAuthentication: 'body' } as const
      await attachCaspioAuth(api, credentials, options).getAccessToken()
      const [request] = endpoint.received
      expect(request?.rawHeaders.join()).not.toMatch(/authorization/i)
      expect(request?.headers['content-type']).toMatch(/^application\/x-www-form-urlencoded\b/)
      expect(Object.fromEntries(new URLSearchParams(request?.body.toString()))).toEqual({
        grant_type: 'client_credentials',
        client_id: clientID,
        client_secret: clientSecret,
      })
      expect(request?.url).toBe('/oauth/token')
    },
  )

  it.each(['basic', 'body'] as const)(
    '%s: authenticates a renewal with the refresh token in the same way',
    async (clientAuthentication) => {
      const account = await startAccount({ clientID: 'a:b %', clientSecret: 'ü+"&' })
      const api = axios.create({ baseURL: `${account.url}/rest/v2`, proxy: false })
      const auth = attachCaspioAuth(api, account.credentials, { clientAuthentication })
      await api.get(PHYSICIANS)
      await auth.getAccessToken({ renew: true })
      expect(account.log.token).toMatchObject([
        { grant: 'client_credentials', clientAuthentication, status: 200 },
        { grant: 'refresh_token', clientAuthentication, status: 200 },
      ])
    },
  )
})
