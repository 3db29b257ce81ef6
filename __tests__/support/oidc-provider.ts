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

/** A certified authorization server, and an API that asks it about every token. */
export interface AuthorizationServer {
  /** Its origin. */
  readonly url: string
  /** The origin of the API. `GET /whoami` tells which client the token belongs to. */
  readonly apiURL: string
  /** Requests to the token endpoint, as it answered them. */
  readonly tokenRequests: TokenRequest[]
  /** The status of every answer of the API. */
  readonly apiAnswers: number[]
  /** Seconds that access tokens live from now on. */
  tokenLife: number
  /** Whether its storage fails, which makes it answer 500. */
  isDown: boolean
  /** Registers a client, or changes the secret of one. */
  register(clientID: string, clientSecret: string, clientAuthentication?: 'basic' | 'body'): void
  credentials(clientID: string, clientSecret: string): CaspioCredentials
  /** At its revocation endpoint (RFC 7009), as the API's own client. */
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
  // Both are known before there is anybody who answers.
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

/** A server on loopback for the running test; returns its origin. */
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
  // It warns of every Node but the current ones, and says so as soon as it is imported.
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
  const { Provider } = await import('oidc-provider')
  warn.mockRestore()
  // It wants a key of its own, though opaque tokens need none; an RSA one would take its time.
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
 * The provider issues no refresh token for client credentials, since RFC 6749 §4.4.3 says that
 * nobody should. Caspio does. Its refresh_token grant, with rotation, is the provider's own.
 */
function issueRefreshTokens(provider: Provider): void {
  const { AccessToken, RefreshToken, Grant } = provider
  provider.registerGrantType('client_credentials', async (ctx) => {
    const { client } = ctx.oidc
    if (!client) throw new Error('there is no client')
    const accountId = client.clientId
    const grantId = await new Grant({ accountId, clientId: client.clientId }).save()
    const owned = { accountId, client, grantId, gty: 'client_credentials', scope: '' }
    const access = new AccessToken(owned as never)
    ctx.body = {
      access_token: await access.save(),
      token_type: 'Bearer',
      expires_in: access.expiration,
      refresh_token: await new RefreshToken(owned as never).save(),
    }
  })
}

/** What the provider keeps, by model and id. */
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
