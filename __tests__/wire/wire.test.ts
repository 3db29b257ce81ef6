import { Readable } from 'node:stream'
import axios, { type AxiosInstance, type AxiosRequestConfig } from 'axios'
import { describe, expect, it } from 'vitest'
import { ADAPTERS, type Adapter, CAN } from '../support/axios-features.js'
import type { Received } from '../support/raw-server.js'
import {
  across,
  BOUNDARY,
  BYTES,
  boundaryOf,
  formData,
  formDataPackage,
  outcomeOf,
  type Send,
  startHome,
  TEXT,
  webStream,
  withoutAuthorization,
} from '../support/wire-requests.js'

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
