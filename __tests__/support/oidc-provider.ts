import { generateKeyPairSync, randomUUID } from 'node:crypto'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Adapter, AdapterPayload, KoaContextWithOIDC, Provider } from 'oidc-provider'
import { onTestFinished, vi } from 'vitest'
import type { CaspioCredentials } from '../../src/index.js'
import { watchSecret } from './hygiene.js'

interface TokenRequest {
  readonly grant: string | undefined
  readonly clientAuthentication: 'basic' | 'body'
  readonly status: number
  readonly error: string | undefined
}

/** A certified authorization server, and an API that checks every token with it. */
export interface AuthorizationServer {
  /** Its origin. */
  readonly url: string
  /** The origin of the API. `GET /whoami` answers with the client ID of the token. */
  readonly apiURL: string
  /** The answered token requests. */
  readonly tokenRequests: TokenRequest[]
  /** The status of every answer of the API. */
  readonly apiAnswers: number[]
  /** The life of access tokens from now on, in seconds. */
  tokenLife: number
  /** Whether its storage fails, which makes it answer 500. */
  isDown: boolean
  /** Registers a client, or changes the secret of one. */
  register(clientID: string, clientSecret: string, clientAuthentication?: 'basic' | 'body'): void
  credentials(clientID: string, clientSecret: string): CaspioCredentials
  /** Revokes a token at the revocation endpoint (RFC 7009), as the client of the API. */
  revoke(token: string): Promise<void>
}

export interface AuthorizationServerOptions {
  /** Seconds. @default 3_600 */
  tokenLife?: number
  /** Whether its client_credentials grant issues refresh tokens too, as Caspio's does. */
  refreshTokens?: boolean
}

const TOKEN_PATH = '/oauth/token'
const API_CLIENT = { id: 'the-api', secret: randomUUID() }

export async function startAuthorizationServer({
  tokenLife = 3_600,
  refreshTokens = false,
}: AuthorizationServerOptions = {}): Promise<AuthorizationServer> {
  // The provider and the API need both URLs before they exist.
  let answerProvider: RequestListener = () => {}
  let answerAPI: RequestListener = () => {}
  const url = await listen((...exchange) => answerProvider(...exchange))
  const apiURL = await listen((...exchange) => answerAPI(...exchange))

  const storage = createStorage(() => server.isDown)
  const tokenRequests: TokenRequest[] = []
  const apiAnswers: number[] = []
  const api = `Basic ${btoa(`${API_CLIENT.id}:${API_CLIENT.secret}`)}`
  const ask = (path: string, token: string) =>
    fetch(url + path, {
      method: 'POST',
      headers: { Authorization: api },
      body: new URLSearchParams({ token }),
    })

  const server: AuthorizationServer = {
    url,
    apiURL,
    tokenRequests,
    apiAnswers,
    tokenLife,
    isDown: false,
    register(clientID, clientSecret, clientAuthentication = 'basic') {
      watchSecret(clientSecret)
      storage.put('Client', clientID, {
        client_id: clientID,
        client_secret: clientSecret,
        token_endpoint_auth_method:
          clientAuthentication === 'basic' ? 'client_secret_basic' : 'client_secret_post',
        grant_types: ['client_credentials', ...(refreshTokens ? ['refresh_token'] : [])],
        redirect_uris: [],
        response_types: [],
      })
    },
    credentials: (clientID, clientSecret) => ({
      clientID,
      clientSecret,
      tokenEndpointURL: url + TOKEN_PATH,
    }),
    async revoke(token) {
      const { status } = await ask('/token/revocation', token)
      if (status !== 200) throw new Error(`the revocation endpoint answered ${status}`)
    },
  }

  const provider = await createProvider(url, storage.adapter, () => server.tokenLife, refreshTokens)
  provider.use(async (ctx, next) => {
    await next()
    if (ctx.path !== TOKEN_PATH) return
    tokenRequests.push({
      grant: (ctx as unknown as KoaContextWithOIDC).oidc?.params?.grant_type as string | undefined,
      clientAuthentication: ctx.headers.authorization ? 'basic' : 'body',
      status: ctx.status,
      error: (ctx.body as { error?: string } | undefined)?.error,
    })
  })
  server.register(API_CLIENT.id, API_CLIENT.secret)
  answerProvider = provider.callback()
  answerAPI = async ({ headers, url: path }, response) => {
    const token = headers.authorization?.replace(/^Bearer /, '') ?? ''
    const { active, client_id } = await ask('/token/introspection', token).then((it) => it.json())
    response.statusCode = !active ? 401 : path === '/whoami' ? 200 : 404
    if (!active) response.setHeader('WWW-Authenticate', 'Bearer error="invalid_token"')
    response.setHeader('Content-Type', 'application/json')
    apiAnswers.push(response.statusCode)
    response.end(JSON.stringify({ client_id }))
  }
  return server
}

/** Starts a server on loopback for the running test. Returns its origin. */
async function listen(answer: RequestListener): Promise<string> {
  const server = createServer(answer)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

async function createProvider(
  issuer: string,
  adapter: (name: string) => Adapter,
  tokenLife: () => number,
  refreshTokens: boolean,
): Promise<Provider> {
  // When imported, the package warns about every Node version except the current ones.
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
  const { Provider } = await import('oidc-provider')
  warn.mockRestore()
  // The provider requires a key, although opaque tokens need none. Generating an RSA key is slow.
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const provider = new Provider(issuer, {
    adapter,
    jwks: { keys: [privateKey.export({ format: 'jwk' })] },
    clientDefaults: { id_token_signed_response_alg: 'ES256' },
    cookies: { keys: [randomUUID()] },
    routes: { token: TOKEN_PATH },
    rotateRefreshToken: true,
    ttl: {
      ClientCredentials: tokenLife,
      AccessToken: tokenLife,
      RefreshToken: 365 * 86_400,
      Grant: 365 * 86_400,
    },
    features: {
      clientCredentials: { enabled: true },
      devInteractions: { enabled: false },
      introspection: { enabled: true, allowedPolicy: () => true },
      revocation: { enabled: true, allowedPolicy: () => true },
    },
    findAccount: (_, sub) => ({ accountId: sub, claims: () => ({ sub }) }),
  })
  if (refreshTokens) issueRefreshTokens(provider)
  return provider
}

/**
 * Makes the provider issue refresh tokens for client credentials, as Caspio does. RFC 6749 §4.4.3
 * advises against it. The provider already implements the refresh_token grant with rotation.
 */
function issueRefreshTokens(provider: Provider): void {
  const { AccessToken, RefreshToken, Grant } = provider
  provider.registerGrantType('client_credentials', async (ctx) => {
    const { client } = ctx.oidc
    if (!client) throw new Error('there is no client')
    const accountId = client.clientId
    const grantId = await new Grant({ accountId, clientId: client.clientId }).save()
    const properties = { accountId, client, grantId, gty: 'client_credentials', scope: '' }
    const access = new AccessToken(properties as never)
    ctx.body = {
      access_token: await access.save(),
      token_type: 'Bearer',
      expires_in: access.expiration,
      refresh_token: await new RefreshToken(properties as never).save(),
    }
  })
}

/** The storage of the provider, by model and ID. */
function createStorage(isDown: () => boolean) {
  const models = new Map<string, Map<string, AdapterPayload>>()
  const open = (name: string) => {
    if (isDown()) throw new Error('the storage is down')
    const model = models.get(name) ?? new Map<string, AdapterPayload>()
    models.set(name, model)
    return model
  }
  const adapter = (name: string): Adapter => ({
    upsert: async (id, payload) => void open(name).set(id, payload),
    find: async (id) => open(name).get(id),
    findByUid: async () => undefined,
    findByUserCode: async () => undefined,
    async consume(id) {
      const payload = open(name).get(id)
      if (payload) payload.consumed = Math.floor(Date.now() / 1000)
    },
    destroy: async (id) => void open(name).delete(id),
    async revokeByGrantId(grantId) {
      for (const [id, payload] of open(name)) {
        if (payload.grantId === grantId) open(name).delete(id)
      }
    },
  })
  return {
    adapter,
    put: (name: string, id: string, payload: AdapterPayload) => open(name).set(id, payload),
  }
}
