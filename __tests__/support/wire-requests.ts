import { Readable } from 'node:stream'
import { gzipSync } from 'node:zlib'
import axios, { type AxiosInstance, type AxiosResponse, type CreateAxiosDefaults } from 'axios'
import FormDataPackage from 'form-data'
import { attachCaspioAuth, type CaspioAuthOptions } from '../../src/index.js'
import { ADAPTERS, type Adapter } from '../support/axios-features.js'
import { type RawServer, type Received, startRawServer } from '../support/raw-server.js'

export type Send = (api: AxiosInstance) => Promise<AxiosResponse>

export const TEXT = 'Zoë & Co. – 100 % ☃'

export const TEXT_LENGTH = Buffer.byteLength(TEXT)

export const BYTES = Uint8Array.from({ length: 1_000 }, (_, i) => i % 256)

export const BOUNDARY = 'a-boundary-that-stays-as-it-is'

export function formData(): FormData {
  const form = new FormData()
  form.append('text', TEXT)
  form.append('file', new Blob([BYTES], { type: 'image/png' }), 'a b.png')
  return form
}

export function formDataPackage(): FormDataPackage {
  const form = new FormDataPackage()
  form.setBoundary(BOUNDARY)
  form.append('text', TEXT)
  form.append('file', Buffer.from(BYTES), { filename: 'a.png', contentType: 'image/png' })
  return form
}

export function formWithStream(): FormDataPackage {
  const form = formDataPackage()
  form.append('stream', Readable.from([TEXT]), { filename: 'b.txt' })
  return form
}

export function webStream(): ReadableStream {
  return new Blob([TEXT]).stream()
}

export interface Home extends RawServer {
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

export async function startHome(): Promise<Home> {
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
export function withoutAuthorization({ method, url, rawHeaders, body }: Received) {
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
export function boundaryOf(body: Buffer): string | undefined {
  return /^--([-.\w]{10,70})\r\n/.exec(body.toString('latin1'))?.[1]
}

/** What the caller gets, with the content of streams. */
export async function outcomeOf(sending: Promise<AxiosResponse>): Promise<unknown> {
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

export function across<T extends { only?: Adapter }>(requests: Record<string, T>) {
  return Object.entries(requests).flatMap(([name, request]) =>
    ADAPTERS.filter((adapter) => !request.only || request.only === adapter).map((adapter) => ({
      name,
      adapter,
      ...request,
    })),
  )
}
