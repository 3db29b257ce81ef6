import type { ServerResponse } from 'node:http'
import { gzipSync } from 'node:zlib'
import axios, {
  type AxiosInstance,
  type AxiosRequestConfig,
  CanceledError,
  type CreateAxiosDefaults,
} from 'axios'
import { afterAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import caspioAuth from '../../src/auth.js'
import { attachCaspioAuth, createCaspioAuth } from '../../src/index.js'
import { PHYSICIANS, rejectionOf, startAccount } from '../support/account.js'
import { ADAPTERS, CAN } from '../support/axios-features.js'
import { type RawServer, type Received, startRawServer } from '../support/raw-server.js'
import { expectNoSecrets } from '../support/secrets.js'

const CLIENT = { clientID: 'id', clientSecret: 'secret' }
const TOKEN = { access_token: 'the-token', token_type: 'bearer', expires_in: 3600 }

const DEFAULTS = { ...axios.defaults }

afterAll(() => {
  expect({ ...axios.defaults }).toEqual(DEFAULTS)
})

/** A raw token endpoint. */
async function startEndpoint(answer = JSON.stringify(TOKEN)) {
  const server = await startRawServer((_, response) => response.end(answer))
  return { ...server, credentials: { ...CLIENT, tokenEndpointURL: `${server.url}/oauth/token` } }
}

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

  it.runIf(CAN.fetch)('fetchOptions that would change the request', async () => {
    const fetchOptions = { method: 'PUT', headers: { 'X-Evil': '1' }, body: 'evil' } as object
    await expectClean('fetch', (api) => override(api, { fetchOptions }))
  })

  it('or from the request that needs the token', async () => {
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

  it('although these settings break a request of the instance itself', async () => {
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
  const HUGE: Record<string, (response: ServerResponse) => void> = {
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

  const LIMITED = CAN.limitFetchAnswers ? ADAPTERS : (['http'] as const)

  it.each(Object.keys(HUGE).flatMap((name) => LIMITED.map((adapter) => ({ name, adapter }))))(
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
