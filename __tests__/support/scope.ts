import axios, {
  type AxiosInstance,
  type AxiosRequestConfig,
  type CreateAxiosDefaults,
  type InternalAxiosRequestConfig,
} from 'axios'
import { attachCaspioAuth, type CaspioAuthOptions } from '../../src/index.js'
import { type RawServer, type Received, startRawServer } from '../support/raw-server.js'

export const HOME = 'https://a.caspio.com'

export const ENDPOINT = `${HOME}/oauth/token`

export const CREDENTIALS = { clientID: 'id', clientSecret: 'secret', tokenEndpointURL: ENDPOINT }

export const TOKEN = { access_token: 'the-token', token_type: 'bearer', expires_in: 3600 }

export const BEARER = `Bearer ${TOKEN.access_token}`

export interface Client {
  readonly api: AxiosInstance
  /** Passes it to the fake adapter and resolves to its `Authorization` header. */
  authorization(config: AxiosRequestConfig): Promise<unknown>
}

/** An instance for hosts that do not exist: its adapter only records the header. */
export function attachedClient(
  defaults: CreateAxiosDefaults = {},
  options: CaspioAuthOptions = {},
  credentials: Parameters<typeof attachCaspioAuth>[1] = CREDENTIALS,
): Client {
  let seen: unknown
  const adapter = async (config: InternalAxiosRequestConfig) => {
    const authorization = config.headers.get('Authorization')
    const isTokenRequest = config.url === ENDPOINT && `${authorization}`.startsWith('Basic ')
    if (!isTokenRequest) seen = authorization ?? undefined
    const data = isTokenRequest ? JSON.stringify(TOKEN) : '{}'
    return { data, status: 200, statusText: 'OK', headers: {}, config }
  }
  const api = axios.create({ ...defaults, adapter })
  attachCaspioAuth(api, credentials, options)
  return {
    api,
    async authorization(config) {
      seen = 'nothing was sent'
      await api.request(config)
      return seen
    },
  }
}

export function authorizationsOf({ rawHeaders }: Received): string[] {
  return rawHeaders.filter((_, i) => i % 2 && /^authorization$/i.test(`${rawHeaders[i - 1]}`))
}

/** A raw server with a token endpoint, whose requests are recorded separately. */
export async function startRawAccount(
  status: (request: Received) => number = () => 200,
): Promise<RawServer & { credentials: typeof CREDENTIALS; tokenRequests: Received[] }> {
  const tokenRequests: Received[] = []
  const server = await startRawServer((request, response) => {
    if (request.url !== '/oauth/token') {
      response.statusCode = status(request)
      response.end('{}')
      return
    }
    server.received.pop()
    tokenRequests.push(request)
    response.end(JSON.stringify({ ...TOKEN, access_token: `token-${tokenRequests.length}` }))
  })
  const credentials = { ...CREDENTIALS, tokenEndpointURL: `${server.url}/oauth/token` }
  return { ...server, credentials, tokenRequests }
}
