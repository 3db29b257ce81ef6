import axios, { type CreateAxiosDefaults } from 'axios'
import { afterEach, describe, expect, it, vi } from 'vitest'
import {
  attachCaspioAuth,
  type CaspioAuthEvent,
  type CaspioAuthOptions,
  type CaspioCredentials,
} from '../../src/index.js'
import { rejectionOf, sleep, times } from '../support/account.js'
import { ADAPTERS } from '../support/axios-features.js'
import { HOUR } from '../support/durations.js'
import { witness } from '../support/hygiene.js'
import {
  type AuthorizationServer,
  type AuthorizationServerOptions,
  startAuthorizationServer,
} from '../support/oidc-provider.js'

const CLIENT_ID = 'the-integration'
const CLIENT_SECRET = 'a-secret-of-the-integration'
afterEach(() => {
  vi.useRealTimers()
})

interface BenchOptions extends CaspioAuthOptions {
  server?: AuthorizationServerOptions
  axios?: CreateAxiosDefaults
}

/** A server with one client, and an instance that acts as that client. */
async function startBench({
  server: options,
  axios: defaults,
  ...pluginOptions
}: BenchOptions = {}) {
  const server = await startAuthorizationServer(options)
  server.register(CLIENT_ID, CLIENT_SECRET)
  return {
    server,
    ...attach(server, server.credentials(CLIENT_ID, CLIENT_SECRET), pluginOptions, defaults),
  }
}

function attach(
  { apiURL }: AuthorizationServer,
  credentials: CaspioCredentials,
  options: CaspioAuthOptions = {},
  defaults: CreateAxiosDefaults = {},
) {
  const events: CaspioAuthEvent[] = witness([])
  const api = axios.create({ baseURL: apiURL, proxy: false, ...defaults })
  const auth = witness(
    attachCaspioAuth(api, credentials, { onEvent: (event) => events.push(event), ...options }),
  )
  return { api, auth, events }
}

describe.each(ADAPTERS)('with a certified authorization server (%s),', (adapter) => {
  it('50 simultaneous first requests cost one token request', async () => {
    const { server, api } = await startBench({ axios: { adapter } })
    const answers = await times(50, () => api.get('/whoami'))
    expect(answers.map(({ data }) => data)).toEqual(Array(50).fill({ client_id: CLIENT_ID }))
    expect(server.tokenRequests).toEqual([
      {
        grant: 'client_credentials',
        clientAuthentication: 'basic',
        status: 200,
        error: undefined,
      },
    ])
  })

  it('50 simultaneous requests with a revoked token recover with one token request', async () => {
    const { server, api, auth } = await startBench({ axios: { adapter } })
    const { access_token } = await auth.getAccessToken()
    await server.revoke(access_token)
    const answers = await times(50, () => api.get('/whoami'))
    expect(answers.map(({ data }) => data)).toEqual(Array(50).fill({ client_id: CLIENT_ID }))
    expect(server.tokenRequests).toHaveLength(2)
    expect(server.apiAnswers.filter((status) => status === 401).length).toBeGreaterThan(0)
    expect((await auth.getAccessToken()).access_token).not.toBe(access_token)
  })
})

describe('a token', () => {
  it('that has expired is replaced before the next request is sent', async () => {
    vi.useFakeTimers({ toFake: ['Date', 'performance'] })
    const { server, api, auth } = await startBench()
    await api.get('/whoami')
    const { access_token, expires_in } = await auth.getAccessToken()
    expect(expires_in).toBe(3_600)
    vi.advanceTimersByTime(2 * HOUR)
    // The server no longer accepts the old token.
    const old = await api.get('/whoami', {
      skipCaspioAuth: true,
      headers: { Authorization: `Bearer ${access_token}` },
      validateStatus: null,
    })
    expect(old.status).toBe(401)
    expect((await api.get('/whoami')).data).toEqual({ client_id: CLIENT_ID })
    expect(server.tokenRequests).toHaveLength(2)
    expect(server.apiAnswers).toEqual([200, 401, 200])
  })

  it('is renewed early with client credentials if the server issues no refresh token', async () => {
    vi.useFakeTimers({ toFake: ['Date', 'performance'] })
    const { server, api } = await startBench()
    await api.get('/whoami')
    vi.advanceTimersByTime(0.99 * HOUR)
    await api.get('/whoami')
    await vi.waitUntil(() => server.tokenRequests.length === 2)
    expect(server.tokenRequests.map(({ grant }) => grant)).toEqual([
      'client_credentials',
      'client_credentials',
    ])
    expect(server.apiAnswers).toEqual([200, 200])
  })

  it('that lives for 2 s never causes a 401 for the caller', async () => {
    // The server counts in whole seconds, so most tokens expire earlier than expires_in says.
    const { server, api } = await startBench({ server: { tokenLife: 2 }, renewBefore: 0 })
    while (server.tokenRequests.length < 3) {
      const answers = times(5, () => api.get('/whoami'))
      expect((await answers).map(({ status }) => status)).toEqual(Array(5).fill(200))
      await sleep(20)
    }
  })
})

describe('client authentication', () => {
  // RFC 6749, appendix A allows printable ASCII. RFC 6749, section 2.3.1 form-encodes both parts.
  const CREDENTIALS: [clientID: string, clientSecret: string][] = [
    ['plain-id', 'plain-secret'],
    ['a:b', ':c:d:'],
    ['a+b', '++c+d'],
    ['a b', 'c  d'],
    ['50%', '%41%2B%'],
    ['a/b//c', 'c/d=='],
    ['a&b=c', '?#/\\&='],
    ['"a"', "'b'<>\"`"],
    ['a-b_c.d*e', '~!()[]{}|^$@;,'],
  ]
  const CASES = CREDENTIALS.flatMap(([clientID, clientSecret]) =>
    (['basic', 'body'] as const).map((method) => ({ clientID, clientSecret, method })),
  )

  it.each(CASES)(
    '$method: $clientID, $clientSecret',
    async ({ clientID, clientSecret, method }) => {
      const server = await startAuthorizationServer()
      server.register(clientID, clientSecret, method)
      const credentials = server.credentials(clientID, clientSecret)
      const { api } = attach(server, credentials, { clientAuthentication: method })
      expect((await api.get('/whoami')).data).toEqual({ client_id: clientID })
      expect(server.tokenRequests).toMatchObject([{ clientAuthentication: method, status: 200 }])
    },
  )
})

describe('a client', () => {
  const REFUSED: Record<string, [clientID: string, clientSecret: string]> = {
    'with a wrong secret': [CLIENT_ID, 'not-the-secret'],
    'with an encoded copy of its secret': [CLIENT_ID, encodeURIComponent('a-secret/')],
    'with an unknown ID': ['nobody', CLIENT_SECRET],
  }
  const CASES = Object.keys(REFUSED).flatMap((reason) =>
    (['basic', 'body'] as const).map((method) => ({ reason, method })),
  )

  it.each(CASES)(
    '$reason gets ERR_CASPIO_CREDENTIALS after one token request ($method)',
    async ({ reason, method }) => {
      const server = await startAuthorizationServer()
      server.register(CLIENT_ID, 'a-secret/', method)
      const credentials = server.credentials(...(REFUSED[reason] as [string, string]))
      const { api, events } = attach(server, credentials, { clientAuthentication: method })
      const errors = await times(20, () => rejectionOf(api.get('/whoami')))
      errors.push(await rejectionOf(api.get('/whoami')))
      for (const error of errors) {
        expect([error.code, error.status]).toEqual(['ERR_CASPIO_CREDENTIALS', 401])
        expect(error.response.data.error).toBe('invalid_client')
        expect(error.message).toMatch(
          /client authentication failed.*Check clientID and clientSecret/,
        )
      }
      expect(server.tokenRequests).toMatchObject([{ error: 'invalid_client', status: 401 }])
      expect(server.apiAnswers).toEqual([])
      expect(events).toMatchObject([
        { type: 'token-request', errorCode: 'invalid_client', status: 401 },
        { type: 'acquisition-failed', retryIn: 30_000 },
      ])
    },
  )

  it('whose secret was changed uses its token until it is revoked, and then gets ERR_CASPIO_CREDENTIALS', async () => {
    const { server, api, auth } = await startBench()
    const { access_token } = await auth.getAccessToken()
    server.register(CLIENT_ID, 'the-next-secret')
    expect((await api.get('/whoami')).status).toBe(200)
    await server.revoke(access_token)
    const errors = await times(10, () => rejectionOf(api.get('/whoami')))
    expect(errors.map(({ code }) => code)).toEqual(Array(10).fill('ERR_CASPIO_CREDENTIALS'))
    expect(server.tokenRequests).toHaveLength(2)

    // With the new secret the same instance works at once.
    attachCaspioAuth(api, server.credentials(CLIENT_ID, 'the-next-secret'))
    expect((await api.get('/whoami')).data).toEqual({ client_id: CLIENT_ID })
    expect(server.tokenRequests).toHaveLength(3)
  })
})

describe('an answer of the token endpoint', () => {
  const PATHS = {
    'an unknown path': ['/oauth/tokens', 404],
    'the introspection endpoint': ['/token/introspection', 400],
    'the key set': ['/jwks', 404],
  } as const

  it.each(Object.keys(PATHS) as (keyof typeof PATHS)[])(
    'from the wrong URL gets an error that names the URL: %s',
    async (name) => {
      const [path, status] = PATHS[name]
      const server = await startAuthorizationServer()
      server.register(CLIENT_ID, CLIENT_SECRET)
      const credentials = server.credentials(CLIENT_ID, CLIENT_SECRET)
      const tokenEndpointURL = server.url + path
      const { api, events } = attach(server, { ...credentials, tokenEndpointURL })
      const error = await rejectionOf(api.get('/whoami'))
      expect([error.code, error.status]).toEqual(['ERR_CASPIO_TOKEN_RESPONSE', status])
      expect(error.message).toContain(tokenEndpointURL)
      expect(error.message).toMatch(/Check tokenEndpointURL/)
      // A retry would not help.
      expect(events.map(({ type }) => type)).toEqual(['token-request', 'acquisition-failed'])
    },
  )

  it('that is a server error leads to a retry, and the caller does not notice', async () => {
    const { server, api, events } = await startBench({
      onEvent: (event) => {
        events.push(event)
        server.isDown = false
      },
    })
    server.isDown = true
    expect((await api.get('/whoami')).status).toBe(200)
    expect(server.tokenRequests).toMatchObject([
      { status: 500, error: 'server_error' },
      { status: 200 },
    ])
    expect(events.map(({ type }) => type)).toEqual([
      'token-request',
      'token-request',
      'token-taken',
      'api-call',
    ])
  })
})

describe('the refresh_token grant', () => {
  const REFRESH = { server: { refreshTokens: true } }

  it('renews before expiry, each time with the newest refresh token', async () => {
    vi.useFakeTimers({ toFake: ['Date', 'performance'] })
    const { server, api } = await startBench(REFRESH)
    await api.get('/whoami')
    for (let renewed = 1; renewed < 5; renewed++) {
      vi.advanceTimersByTime(0.99 * HOUR)
      expect((await api.get('/whoami')).data).toEqual({ client_id: CLIENT_ID })
      await vi.waitUntil(() => server.tokenRequests.length === renewed + 1, {
        timeout: 5_000,
        interval: 5,
      })
    }
    // The server accepts each refresh token once.
    expect(server.tokenRequests).toMatchObject([
      { grant: 'client_credentials', status: 200 },
      ...Array(4).fill({ grant: 'refresh_token', status: 200 }),
    ])
    expect(server.apiAnswers).toEqual(Array(5).fill(200))
  })

  it('that is refused is followed by one client_credentials request', async () => {
    const { server, api, auth, events } = await startBench(REFRESH)
    const { access_token } = await auth.getAccessToken()
    // RFC 7009, section 2.1: this server revokes the refresh token together with the access token.
    await server.revoke(access_token)
    await auth.getAccessToken({ renew: true })
    expect((await api.get('/whoami')).data).toEqual({ client_id: CLIENT_ID })
    expect(server.tokenRequests).toMatchObject([
      { grant: 'client_credentials', status: 200 },
      { grant: 'refresh_token', status: 400, error: 'invalid_grant' },
      { grant: 'client_credentials', status: 200 },
    ])
    expect(events.filter(({ type }) => type === 'acquisition-failed')).toEqual([])
  })

  it('is not used after a 401', async () => {
    const { server, api, auth } = await startBench(REFRESH)
    await server.revoke((await auth.getAccessToken()).access_token)
    const answers = await times(10, () => api.get('/whoami'))
    expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(200))
    expect(server.tokenRequests.map(({ grant }) => grant)).toEqual([
      'client_credentials',
      'client_credentials',
    ])
  })

  it.each(['basic', 'body'] as const)(
    'uses the same client authentication (%s)',
    async (method) => {
      const server = await startAuthorizationServer({ refreshTokens: true })
      server.register('a:b %', 'c+d/&=', method)
      const { auth } = attach(server, server.credentials('a:b %', 'c+d/&='), {
        clientAuthentication: method,
      })
      await auth.getAccessToken()
      await auth.getAccessToken({ renew: true })
      expect(server.tokenRequests).toMatchObject([
        { grant: 'client_credentials', clientAuthentication: method, status: 200 },
        { grant: 'refresh_token', clientAuthentication: method, status: 200 },
      ])
    },
  )
})
