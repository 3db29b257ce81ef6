import { Agent } from 'node:http'
import { Readable } from 'node:stream'
import { gzipSync } from 'node:zlib'
import axios, {
  type AxiosInstance,
  type AxiosRequestConfig,
  type AxiosResponse,
  type CreateAxiosDefaults,
} from 'axios'
import FormDataPackage from 'form-data'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { attachCaspioAuth, type CaspioAuthEvent, type CaspioAuthOptions } from '../../src/index.js'
import { rejectionOf } from '../support/account.js'
import { ADAPTERS, type Adapter, CAN } from '../support/axios-features.js'
import { type RawServer, type Received, startRawServer } from '../support/raw-server.js'

type Send = (api: AxiosInstance) => Promise<AxiosResponse>

const TEXT = 'Zoë & Co. – 100 % ☃'
const TEXT_LENGTH = Buffer.byteLength(TEXT)
const BYTES = Uint8Array.from({ length: 1_000 }, (_, i) => i % 256)
const BOUNDARY = 'a-boundary-that-stays-as-it-is'

function formData(): FormData {
  const form = new FormData()
  form.append('text', TEXT)
  form.append('file', new Blob([BYTES], { type: 'image/png' }), 'a b.png')
  return form
}

function formDataPackage(): FormDataPackage {
  const form = new FormDataPackage()
  form.setBoundary(BOUNDARY)
  form.append('text', TEXT)
  form.append('file', Buffer.from(BYTES), { filename: 'a.png', contentType: 'image/png' })
  return form
}

function formWithStream(): FormDataPackage {
  const form = formDataPackage()
  form.append('stream', Readable.from([TEXT]), { filename: 'b.txt' })
  return form
}

function webStream(): ReadableStream {
  return new Blob([TEXT]).stream()
}

interface Home extends RawServer {
  /** Creates an instance with the plugin attached. */
  attached(defaults: CreateAxiosDefaults, options?: CaspioAuthOptions): AxiosInstance
  /** The number of token requests. They are not in `received`. */
  tokenRequests: number
  /** Milliseconds. */
  tokenLatency: number
  tokenStatus: number
  /** The tokens that get a 401. */
  readonly rejected: Set<string>
}

async function startHome(): Promise<Home> {
  const rejected = new Set<string>()
  const server = await startRawServer(({ url, headers }, response) => {
    if (url === '/oauth/token') {
      home.tokenRequests++
      server.received.pop()
      const access_token = `token-${home.tokenRequests}`
      const answer = JSON.stringify({ access_token, token_type: 'bearer', expires_in: 3600 })
      response.statusCode = home.tokenStatus
      setTimeout(() => response.end(answer), home.tokenLatency)
      return
    }
    response.setHeader('Content-Type', 'application/json')
    response.setHeader('X-Caspio-Request-ID', 'a1')
    if (rejected.has(`${headers.authorization}`.replace('Bearer ', ''))) response.statusCode = 401
    if (url.startsWith('/missing')) response.statusCode = 404
    if (url.startsWith('/created')) response.statusCode = 201
    const body = JSON.stringify({ Result: [TEXT] })
    if (url.startsWith('/gzip')) {
      response.setHeader('Content-Encoding', 'gzip')
      response.end(gzipSync(body))
    } else response.end(body)
  })
  const home: Home = {
    ...server,
    rejected,
    tokenRequests: 0,
    tokenLatency: 0,
    tokenStatus: 200,
    attached(defaults, options) {
      const api = axios.create({ baseURL: server.url, proxy: false, ...defaults })
      attachCaspioAuth(
        api,
        { clientID: 'id', clientSecret: 'secret', tokenEndpointURL: `${server.url}/oauth/token` },
        options,
      )
      return api
    },
  }
  return home
}

/** The whole request except the `Authorization` header, with random boundaries made equal. */
function withoutAuthorization({ method, url, rawHeaders, body }: Received) {
  const headers: [string, string][] = []
  for (let i = 0; i < rawHeaders.length; i += 2) {
    headers.push([`${rawHeaders[i]}`, `${rawHeaders[i + 1]}`])
  }
  const boundary = boundaryOf(body)
  const plain = (text: string) => (boundary ? text.replaceAll(boundary, 'BOUNDARY') : text)
  return {
    method,
    url,
    headers: headers
      .filter(([name]) => name.toLowerCase() !== 'authorization')
      .map(([name, value]) => [name, plain(value)]),
    body: plain(body.toString('latin1')),
  }
}

/** Taken from the body, because axios does not always put it into the header. */
function boundaryOf(body: Buffer): string | undefined {
  return /^--([-.\w]{10,70})\r\n/.exec(body.toString('latin1'))?.[1]
}

/** What the caller gets, with the content of streams. */
async function outcomeOf(sending: Promise<AxiosResponse>): Promise<unknown> {
  const { response, error } = await sending.then(
    (answer) => ({ response: answer, error: undefined }),
    (thrown) => ({ response: thrown.response as AxiosResponse | undefined, error: thrown }),
  )
  const { status, statusText, headers, data } = response ?? ({} as AxiosResponse)
  const chunks: Uint8Array[] = []
  const isStream = Boolean(Object(data)[Symbol.asyncIterator])
  if (isStream) for await (const chunk of data) chunks.push(chunk)
  const read = isStream ? Buffer.concat(chunks).toString() : data
  return {
    error: error && [error.name, error.code, error.message],
    status,
    statusText,
    headers: { ...headers, date: '' },
    kind: Object(data).constructor.name,
    data: read instanceof Blob ? await read.text() : read,
  }
}

function across<T extends { only?: Adapter }>(requests: Record<string, T>) {
  return Object.entries(requests).flatMap(([name, request]) =>
    ADAPTERS.filter((adapter) => !request.only || request.only === adapter).map((adapter) => ({
      name,
      adapter,
      ...request,
    })),
  )
}

describe('the server receives what axios alone would send', () => {
  const fixed = { headers: { 'Content-Type': `multipart/form-data; boundary=${BOUNDARY}` } }
  const REQUESTS: Record<string, { send: Send; only?: Adapter }> = {
    GET: { send: (api) => api.get('/x') },
    'GET with params': {
      send: (api) => api.get('/x', { params: { 'q.where': "Name='Zoë'", list: [1, 2], no: null } }),
    },
    'GET with params as URLSearchParams': {
      send: (api) => api.get('/x?a=1', { params: new URLSearchParams({ b: 'c d' }) }),
    },
    'GET with a paramsSerializer': {
      send: (api) =>
        api.get('/x', { params: { a: [1, 2] }, paramsSerializer: { serialize: () => 'a=1;2' } }),
    },
    'GET on an absolute URL': { send: (api) => api.get(`${api.defaults.baseURL}/x#fragment`) },
    'GET on the request’s own baseURL': {
      send: (api) => api.get('x', { baseURL: `${api.defaults.baseURL}/rest/v2/` }),
    },
    'GET with a body': { send: (api) => api.request({ url: '/x', data: { a: 1 } }), only: 'http' },
    HEAD: { send: (api) => api.head('/x') },
    OPTIONS: { send: (api) => api.options('/x') },
    DELETE: { send: (api) => api.delete('/x') },
    'DELETE with data': { send: (api) => api.delete('/x', { data: { a: TEXT } }) },
    'POST of JSON': { send: (api) => api.post('/created', { a: TEXT, list: [1, null] }) },
    'POST of nothing': { send: (api) => api.post('/x') },
    'POST of null': { send: (api) => api.post('/x', null) },
    'POST of text': {
      send: (api) => api.post('/x', TEXT, { headers: { 'Content-Type': 'text/plain' } }),
    },
    'POST of URLSearchParams': { send: (api) => api.post('/x', new URLSearchParams({ a: TEXT })) },
    'POST of a form': { send: (api) => api.post('/x', { a: TEXT }, { headers: form() }) },
    'POST of a Buffer': { send: (api) => api.post('/x', Buffer.from(BYTES)) },
    'POST of an ArrayBuffer': { send: (api) => api.post('/x', BYTES.buffer) },
    'POST of a Uint8Array': { send: (api) => api.post('/x', BYTES) },
    'POST of a Blob': { send: (api) => api.post('/x', new Blob([BYTES], { type: 'image/png' })) },
    'POST of FormData': { send: (api) => api.post('/x', formData()) },
    'POST of FormData with a fixed boundary': {
      send: (api) => api.post('/x', formData(), fixed),
      only: 'http',
    },
    'POST of the form-data package': {
      send: (api) => api.post('/x', formDataPackage()),
      only: 'http',
    },
    'POST of the form-data package with its headers': {
      send: (api) => {
        const data = formDataPackage()
        return api.post('/x', data, { headers: data.getHeaders({ 'X-Custom': '1' }) })
      },
      only: 'http',
    },
    'postForm of an object': { send: (api) => api.postForm('/x', { a: TEXT }), only: 'http' },
    'POST of a stream': { send: (api) => api.post('/x', Readable.from([TEXT, BYTES])) },
    'POST of a stream without redirects': {
      send: (api) => api.post('/x', Readable.from([TEXT, BYTES]), { maxRedirects: 0 }),
    },
    'POST of a stream with its length': {
      send: (api) =>
        api.post('/x', Readable.from([BYTES]), { headers: { 'Content-Length': BYTES.length } }),
      only: 'http',
    },
    'POST of a web stream': { send: (api) => api.post('/x', webStream()), only: 'fetch' },
    'POST with onUploadProgress': {
      send: (api) => api.post('/x', { a: TEXT }, { onUploadProgress: () => {} }),
      only: 'http',
    },
    'POST with a transformRequest': {
      send: (api) =>
        api.post('/x', TEXT, {
          transformRequest: (data, headers) => {
            headers['X-Length'] = `${data.length}`
            return `<${data}>`
          },
        }),
    },
    PUT: { send: (api) => api.put('/x', { a: 1 }, { params: { 'q.where': 'PK_ID=1' } }) },
    PATCH: { send: (api) => api.patch('/x', { a: 1 }) },
    'custom headers': {
      send: (api) =>
        api.get('/x', {
          headers: { 'x-b': '2', Accept: 'application/xml', 'X-A': '1', 'User-Agent': 'mine/1' },
        }),
    },
    'headers in unusual case': {
      send: (api) =>
        api.post('/x', { a: 1 }, { headers: { ACCEPT: 'x/y', 'content-TYPE': 'a/b' } }),
    },
    'disabled headers': {
      send: (api) => api.get('/x', { headers: { 'User-Agent': false, Accept: false } }),
    },
    'a Cookie header': { send: (api) => api.get('/x', { headers: { Cookie: 'a=1; b=2' } }) },
    'a compressed answer': { send: (api) => api.get('/gzip') },
    'a compressed answer without decompression': {
      send: (api) => api.get('/gzip', { decompress: false, responseType: 'arraybuffer' }),
    },
    'responseType text': { send: (api) => api.get('/x', { responseType: 'text' }) },
    'responseType arraybuffer': { send: (api) => api.get('/x', { responseType: 'arraybuffer' }) },
    'responseType stream': { send: (api) => api.get('/gzip', { responseType: 'stream' }) },
    'responseType blob': { send: (api) => api.get('/x', { responseType: 'blob' }), only: 'fetch' },
    'an answer that is an error': { send: (api) => api.get('/missing') },
    'an answer that is too long': { send: (api) => api.get('/x', { maxContentLength: 3 }) },
    'a timeout that is not reached': { send: (api) => api.get('/x', { timeout: 10_000 }) },
    'a signal that is not used': {
      send: (api) => api.get('/x', { signal: new AbortController().signal }),
    },
  }

  function form() {
    return { 'Content-Type': 'application/x-www-form-urlencoded' }
  }

  it.each(across(REQUESTS))('$name ($adapter)', async ({ send, adapter }) => {
    const home = await startHome()
    const withoutPlugin = axios.create({ baseURL: home.url, proxy: false, adapter })
    const expected = await outcomeOf(send(withoutPlugin))
    const outcome = await outcomeOf(send(home.attached({ adapter })))
    const [plain, authorised] = home.received.map(withoutAuthorization)
    expect(authorised).toEqual(plain)
    expect(outcome).toEqual(expected)
    expect(home.received.map(({ headers }) => headers.authorization)).toEqual([
      undefined,
      'Bearer token-1',
    ])
  })

  it('headers and params of defaults and interceptors, in the same order', async () => {
    const home = await startHome()
    const prepare = (api: AxiosInstance) => {
      api.interceptors.request.use((config) => {
        config.headers.set('X-Second', '2')
        config.params = { ...config.params, second: 2 }
        return config
      })
      api.defaults.headers.common['X-Common'] = 'c'
      api.defaults.headers.post['X-Post'] = 'p'
      return api
    }
    const defaults = { headers: { 'X-First': '1' }, params: { first: 1 } }
    const withoutPlugin = prepare(axios.create({ baseURL: home.url, proxy: false, ...defaults }))
    const api = prepare(home.attached(defaults))
    for (const client of [withoutPlugin, api]) await client.post('/x', { a: 1 })
    const [plain, authorised] = home.received.map(withoutAuthorization)
    expect(authorised).toEqual(plain)
    expect(plain?.headers.join()).toMatch(/X-Common.*X-Post.*X-First.*X-Second/)
  })

  it('and the caller’s config is not changed', async () => {
    const home = await startHome()
    const api = home.attached({})
    const freeze = <T extends object>(value: T): T => {
      for (const part of Object.values(value)) if (Object(part) === part) freeze(part)
      return Object.freeze(value)
    }
    const headers = freeze({ 'X-A': '1', authorization: 'Bearer stale' })
    const config: AxiosRequestConfig = freeze({ headers, params: { a: 1 } })
    await api.get('/x', config)
    home.rejected.add('token-1')
    await api.post('/x', freeze({ a: 1 }), config)
    expect(home.received.map((request) => request.headers.authorization)).toEqual([
      'Bearer token-1',
      'Bearer token-1',
      'Bearer token-2',
    ])
    expect(api.defaults.headers.common.Authorization).toBeUndefined()
  })
})

describe('a resend carries the same bytes', () => {
  const BODIES: Record<string, { data: unknown; config?: AxiosRequestConfig; only?: Adapter }> = {
    'no body': { data: undefined },
    JSON: { data: { a: TEXT, list: [1, null] } },
    'an empty string': { data: '' },
    text: { data: TEXT },
    URLSearchParams: { data: new URLSearchParams({ a: TEXT, b: '' }) },
    'a Buffer': { data: Buffer.from(BYTES) },
    'a Buffer over a part of its memory': { data: Buffer.from(BYTES).subarray(10, 20) },
    'an ArrayBuffer': { data: BYTES.buffer },
    'a Uint8Array': { data: BYTES },
    'a Blob': { data: new Blob([BYTES], { type: 'image/png' }) },
    'a Blob without a type': { data: new Blob([TEXT]) },
    'an empty Blob': { data: new Blob([]) },
    ...(CAN.sendFile && { 'a File': { data: new File([BYTES], 'a.png', { type: 'image/png' }) } }),
    FormData: { data: formData() },
    'FormData with a fixed boundary': {
      data: formData(),
      config: { headers: { 'Content-Type': `multipart/form-data; boundary=${BOUNDARY}` } },
      only: 'http',
    },
    'a body with upload progress': {
      data: { a: TEXT.repeat(1_000) },
      config: { onUploadProgress: () => {} },
    },
    'a body at a limited rate': {
      data: { a: TEXT.repeat(100) },
      config: { maxRate: 1e7 },
      only: 'http',
    },
    'a body without redirects': { data: { a: TEXT }, config: { maxRedirects: 0 } },
    'a large body': { data: Buffer.alloc(3_000_000, 7) },
  }

  it.each(across(BODIES))('$name ($adapter)', async ({ data, config, adapter }) => {
    const home = await startHome()
    const api = home.attached({ adapter })
    home.rejected.add('token-1')
    for (const method of ['post', 'put']) {
      const before = home.received.length
      expect((await api.request({ ...config, url: '/x?a=1', method, data })).status).toBe(200)
      const [first, second] = home.received.slice(before).map(withoutAuthorization)
      if (before === 0) expect(second).toEqual(first)
    }
    expect(home.received.map(({ headers }) => headers.authorization)).toEqual([
      'Bearer token-1',
      'Bearer token-2',
      'Bearer token-2',
    ])
    // The same object can be sent once more.
    const [first, , third] = home.received.map(withoutAuthorization)
    expect(third).toEqual({ ...first, method: 'PUT', headers: third?.headers })
    expect(first?.body.length ?? 0).toBe(bodyLengthOf(home.received[0] as Received))
  })

  /** The length by the Content-Length header, if there is one. */
  function bodyLengthOf({ headers, body }: Received): number {
    const declared = headers['content-length']
    const boundary = boundaryOf(body)
    // withoutAuthorization() replaces three boundaries by the shorter word BOUNDARY.
    const shortened = boundary ? 3 * (boundary.length - 'BOUNDARY'.length) : 0
    return (declared ? Number(declared) : body.length) - shortened
  }

  it.each(ADAPTERS)(
    'a GET with params and headers, after a compressed 401 (%s)',
    async (adapter) => {
      const home = await startHome()
      const api = home.attached({ adapter })
      home.rejected.add('token-1')
      const { data } = await api.get('/gzip', {
        params: { 'q.where': "Name='Zoë'" },
        headers: { 'X-A': '1' },
      })
      expect(data).toEqual({ Result: [TEXT] })
      const [first, second] = home.received.map(withoutAuthorization)
      expect(second).toEqual(first)
    },
  )
})

describe('a body that cannot be sent twice is not resent', () => {
  /** Counts new tokens, and waits for those that are requested in the background. */
  function countTokens() {
    let count = 0
    return {
      onEvent: (event: CaspioAuthEvent) => {
        if (event.type === 'token-taken') count++
      },
      tokensTaken: (wanted: number) => vi.waitUntil(() => count === wanted, { interval: 5 }),
    }
  }

  const BODIES: Record<string, { make: () => unknown; only?: Adapter; bytes: number | undefined }> =
    {
      'a stream': { make: () => Readable.from([TEXT, BYTES]), bytes: TEXT_LENGTH + BYTES.length },
      'a web stream': { make: webStream, only: 'fetch', bytes: TEXT_LENGTH },
      'a form of the form-data package with a stream': {
        make: formWithStream,
        only: 'http',
        bytes: undefined,
      },
      'a stream that transformRequest made': { make: () => TEXT, bytes: TEXT_LENGTH },
    }

  it.each(across(BODIES))('$name ($adapter)', async ({ name, make, adapter, bytes }) => {
    const home = await startHome()
    const { onEvent, tokensTaken } = countTokens()
    const api = home.attached({ adapter }, { onEvent })
    home.rejected.add('token-1')
    const config: AxiosRequestConfig = name.includes('transformRequest')
      ? { transformRequest: (data: string) => Readable.from([Buffer.from(data)]) }
      : {}
    const error = await rejectionOf(api.post('/x', make(), config))
    expect(error.name).toBe('AxiosError')
    expect([error.code, error.response.status]).toEqual(['ERR_BAD_REQUEST', 401])
    expect(error.message).toMatch(/^Request failed with status code 401\b/)
    expect(error.message).toMatch(/did not resend.*stream/)
    expect(error.response.data).toEqual({ Result: [TEXT] })

    // Later requests use a new token and a working connection.
    await tokensTaken(2)
    expect((await api.post('/x', { a: 1 })).status).toBe(200)
    expect(home.tokenRequests).toBe(2)
    expect(home.received.map(({ headers }) => headers.authorization)).toEqual([
      'Bearer token-1',
      'Bearer token-2',
    ])
    if (bytes) expect(home.received[0]?.body).toHaveLength(bytes)
    expect(home.received[0]?.body.length).toBeGreaterThan(20)
  })

  it.each(ADAPTERS)(
    'but sending it again at once, as the error advises, succeeds (%s)',
    async (adapter) => {
      const home = await startHome()
      const api = home.attached({ adapter })
      await api.get('/x')
      home.rejected.add('token-1')
      home.tokenLatency = 100
      const error = await rejectionOf(api.post('/x', Readable.from([TEXT])))
      expect(error.message).toMatch(/Send it again/)
      expect((await api.post('/x', Readable.from([TEXT]))).status).toBe(200)
      expect([home.tokenRequests, home.received.length]).toEqual([2, 3])
    },
  )

  it('and the error does not mention a renewal that failed', async () => {
    const home = await startHome()
    const api = home.attached({}, { retries: 0 })
    await api.get('/x')
    home.rejected.add('token-1')
    home.tokenStatus = 503
    const error = await rejectionOf(api.post('/x', Readable.from([TEXT])))
    expect([error.name, error.response.status]).toEqual(['AxiosError', 401])
    expect(error.message).toMatch(/did not resend/)
    expect(error.message).not.toMatch(/renewed the token/)
    expect(home.received).toHaveLength(2)
  })

  it('and a streamed 401 arrives intact, even over a single connection', async () => {
    const home = await startHome()
    const { onEvent, tokensTaken } = countTokens()
    const httpAgent = new Agent({ keepAlive: true, maxSockets: 1 })
    onTestFinished(() => httpAgent.destroy())
    const api = home.attached({ httpAgent }, { onEvent })
    await api.get('/x')
    home.rejected.add('token-1')
    const sending = api.post('/x', Readable.from([TEXT]), { responseType: 'stream' })
    const { response } = await rejectionOf(sending)
    expect(response.status).toBe(401)
    const chunks: Uint8Array[] = []
    for await (const chunk of response.data) chunks.push(chunk)
    expect(JSON.parse(Buffer.concat(chunks).toString())).toEqual({ Result: [TEXT] })
    await tokensTaken(2)
    expect((await api.post('/x', { a: 1 }, { responseType: 'stream' })).status).toBe(200)
  })

  it('and a caller that accepts every status gets the 401 unchanged', async () => {
    const home = await startHome()
    const { onEvent, tokensTaken } = countTokens()
    const api = home.attached({ validateStatus: null }, { onEvent })
    home.rejected.add('token-1')
    const { status, data } = await api.post('/x', Readable.from([TEXT]))
    expect([status, data]).toEqual([401, { Result: [TEXT] }])
    await tokensTaken(2)
    expect((await api.get('/x')).status).toBe(200)
    expect(home.received).toHaveLength(2)
  })

  it('and ten at once cost one token request, and each caller gets the reason', async () => {
    const home = await startHome()
    const { onEvent, tokensTaken } = countTokens()
    const api = home.attached({}, { onEvent })
    await api.get('/x')
    home.rejected.add('token-1')
    const errors = await Promise.all(
      Array.from({ length: 10 }, () => rejectionOf(api.post('/x', Readable.from([TEXT])))),
    )
    for (const { message } of errors) expect(message).toMatch(/did not resend/)
    await tokensTaken(2)
    expect((await api.post('/x', Readable.from([TEXT]))).status).toBe(200)
    expect([home.tokenRequests, home.received.length]).toEqual([2, 12])
  })

  it('and without a renewal the caller gets axios’s message', async () => {
    const home = await startHome()
    const api = home.attached({})
    home.rejected.add('token-1')
    const error = await rejectionOf(
      api.post('/x', Readable.from([TEXT]), { skipAuthRefresh: true }),
    )
    expect(error.message).toBe('Request failed with status code 401')
    expect([home.tokenRequests, home.received.length]).toEqual([1, 1])
  })
})
