import axios, { AxiosError } from 'axios'
import { describe, expect, it, vi } from 'vitest'
import { createFailure, isFailure } from '../../src/contract/errors.js'
import {
  attachCaspioAuth,
  CaspioAuthError,
  type CaspioAuthOptions,
  createCaspioAuth,
  isCaspioAuthError,
} from '../../src/index.js'
import type { CaspioProfile } from '../../src/testing/index.js'
import {
  outcomesOf,
  PHYSICIANS,
  rejectionOf,
  startAccount,
  startBench,
  thrownBy,
} from '../support/account.js'
import { CAN } from '../support/axios-features.js'
import { stopClocks } from '../support/clocks.js'
import { type Received, startRawServer } from '../support/raw-server.js'
import { expectNoSecrets } from '../support/secrets.js'

type Reply = (request: Received) => {
  status?: number
  headers?: Record<string, string>
  body?: string | Buffer
}

const CREDENTIALS = { clientID: 'id+with:odd', clientSecret: 'Se"cr\\et +%&=ü' }
const REFRESH_TOKEN = 'f'.repeat(64)

/** Attaches an instance to a server whose token endpoint sends this reply. */
async function startWithReply(reply: Reply, options?: CaspioAuthOptions) {
  const server = await startRawServer((request, response) => {
    if (request.url.startsWith('/oauth/token')) {
      const { status = 200, headers = {}, body = '' } = reply(request)
      response.writeHead(status, headers).end(body)
    } else response.end('{}')
  })
  const credentials = { ...CREDENTIALS, tokenEndpointURL: `${server.url}/oauth/token` }
  const api = axios.create({ baseURL: server.url })
  const auth = attachCaspioAuth(api, credentials, { retries: 0, ...options })
  const apiRequests = () => server.received.filter(({ url }) => !url.startsWith('/oauth'))
  return { api, auth, credentials, apiRequests }
}

/** What callers can read of an error and its answer, as text. */
function textOf({ message, nextAttemptAt, response }: CaspioAuthError): string {
  const { status, headers, data } = response ?? {}
  return JSON.stringify([message, nextAttemptAt, status, headers, data])
}

const validToken = { access_token: 'good', token_type: 'bearer', refresh_token: REFRESH_TOKEN }

describe('ERR_CASPIO_TOKEN_RESPONSE: an invalid token response, and no API request is sent', () => {
  it.each<[string, ReturnType<Reply>]>([
    ['HTML', { body: '<html>maintenance</html>' }],
    ['an empty body', {}],
    ['204', { status: 204 }],
    ['truncated JSON', { body: JSON.stringify(validToken).slice(0, 30) }],
    ['{}', { body: '{}' }],
    ['null', { body: 'null' }],
    ['a string', { body: '"token"' }],
    ['an array', { body: '["token"]' }],
    ['no token_type', { body: JSON.stringify({ ...validToken, token_type: undefined }) }],
    ['another token_type', { body: JSON.stringify({ ...validToken, token_type: 'mac' }) }],
    ['a number as the token', { body: JSON.stringify({ ...validToken, access_token: 42 }) }],
    ['an empty token', { body: JSON.stringify({ ...validToken, access_token: '' }) }],
    [
      'a line break in the token',
      { body: JSON.stringify({ ...validToken, access_token: 'a\r\nX: 1' }) },
    ],
    ['a space in the token', { body: JSON.stringify({ ...validToken, access_token: 'a b' }) }],
    ['an umlaut in the token', { body: JSON.stringify({ ...validToken, access_token: 'ä' }) }],
    ['2 MB', { body: JSON.stringify({ ...validToken, filler: 'x'.repeat(2_000_000) }) }],
    ['a redirect', { status: 302, headers: { Location: 'https://elsewhere.test/' } }],
    ['404', { status: 404, body: '<html>not found</html>' }],
    ['another OAuth error', { status: 400, body: '{"error":"unsupported_grant_type"}' }],
  ])('%s', async (_, reply) => {
    const { api, apiRequests, credentials } = await startWithReply(() => reply)
    const error = await rejectionOf(api.get('/'))
    expect(error.code).toBe('ERR_CASPIO_TOKEN_RESPONSE')
    expect(error.message).toContain('tokenEndpointURL')
    expect(apiRequests()).toHaveLength(0)
    expectNoSecrets(error, credentials, REFRESH_TOKEN)
  })

  it('does not expose the malformed body, which may contain a token', async () => {
    const body = JSON.stringify({ ...validToken, token_type: 'mac', access_token: 'sesame' })
    const { api, credentials } = await startWithReply(() => ({ body }))
    const error = await rejectionOf(api.get('/'))
    expect(error.response.status).toBe(200)
    expect(error.response.data).toBeUndefined()
    expectNoSecrets(error, credentials, 'sesame')
  })
})

describe('ERR_CASPIO_CREDENTIALS: the token endpoint refuses the client', () => {
  it.each<[string, ReturnType<Reply>]>([
    ['400 invalid_client', { status: 400, body: '{"error":"invalid_client"}' }],
    ['401', { status: 401, body: '{"error":"invalid_client"}' }],
    ['400 unauthorized_client', { status: 400, body: '{"error":"unauthorized_client"}' }],
    ['an error inside a 200', { status: 200, body: '{"error":"invalid_client"}' }],
  ])('%s: sends one token request and says where to find the credentials', async (_, reply) => {
    let tokenRequests = 0
    const { api, credentials } = await startWithReply(
      () => {
        tokenRequests++
        return reply
      },
      { retries: 2 },
    )
    const error = await rejectionOf(api.get('/'))
    expect(error.code).toBe('ERR_CASPIO_CREDENTIALS')
    expect(error.message).toContain('clientSecret')
    expect(error.message).toContain('Access permissions > Web services profiles')
    expect(tokenRequests).toBe(1)
    expectNoSecrets(error, credentials)
  })

  it.each<[string, Partial<CaspioProfile>, number, string, string]>([
    ['an address that is not allowed', { ip: { allow: [] } }, 403, 'IpForbidden', 'IP list'],
    ['disabled', { state: 'disabled' }, 400, 'ProfileDisabled', 'state and permissions'],
    [
      'without privileges',
      { state: 'unprivileged' },
      400,
      'UnsufficientPrivileges',
      'state and permissions',
    ],
  ])('names the profile, not the secret, if the profile is %s', async (_, setting, ...expected) => {
    const [status, reason, part] = expected
    // With this character, a refused client gets a hint about the client authentication.
    const account = await startAccount({ profiles: { Default: { clientSecret: 'a%secret' } } })
    Object.assign(account.profiles.Default as CaspioProfile, setting)
    const error = await rejectionOf(createCaspioAuth(account.credentials).getAccessToken())
    expect([error.code, error.status]).toEqual(['ERR_CASPIO_CREDENTIALS', status])
    expect(error.message).toContain(
      ` answered ${status} ${reason}: it refused the profile. Check the ${part} of the profile, in your Caspio account, under Access permissions`,
    )
    expect(error.message).not.toMatch(/clientSecret|clientAuthentication/)
    expect(account.log.token).toHaveLength(1)
  })

  it('carries the request ID and the error body of the stand-in account', async () => {
    const account = await startAccount()
    const credentials = { ...account.credentials, clientSecret: 'wrong-secret' }
    const error = await rejectionOf(createCaspioAuth(credentials).getAccessToken())
    expect(error.code).toBe('ERR_CASPIO_CREDENTIALS')
    expect(error.status).toBe(400)
    expect(error.requestId).toMatch(/^[\da-f-]{36}$/)
    expect(error.response.data.error).toBe('invalid_client')
    expectNoSecrets(error, credentials)
  })
})

describe('ERR_CASPIO_TOKEN_ENDPOINT: the token endpoint is unreachable or fails', () => {
  it.each([500, 502, 503, 504, 429])('reports status %i', async (status) => {
    const { api, credentials } = await startWithReply(() => ({ status, body: 'sorry' }))
    const error = await rejectionOf(api.get('/'))
    expect(error.code).toBe('ERR_CASPIO_TOKEN_ENDPOINT')
    expect(error.status).toBe(status)
    expect(error.response.data).toBe('sorry')
    expect(axios.isCancel(error)).toBe(false)
    expectNoSecrets(error, credentials)
  })

  it('reports a refused connection, with a cause that does not contain the request', async () => {
    const { api, credentials } = await startWithReply(() => ({}))
    const tokenEndpointURL = 'http://127.0.0.1:1/oauth/token'
    const auth = createCaspioAuth({ ...credentials, tokenEndpointURL }, { retries: 0 })
    attachCaspioAuth(api, auth)
    const error = await rejectionOf(auth.getAccessToken())
    expect(error.code).toBe('ERR_CASPIO_TOKEN_ENDPOINT')
    expect(error.cause.code).toBe('ECONNREFUSED')
    expect(Reflect.ownKeys(error.cause).sort()).toEqual(['code', 'message', 'stack'])
    expect(error.response).toBeUndefined()
    expect(error.message).toContain(tokenEndpointURL)
    expectNoSecrets(error, credentials)
  })

  it('removes the secret from an error page that echoes the request', async () => {
    const { auth, credentials } = await startWithReply(({ body, headers }) => ({
      status: 503,
      headers: { 'X-Echo': String(headers.authorization) },
      body: `${body} ${headers.authorization} ${JSON.stringify(CREDENTIALS)}`,
    }))
    for (const clientAuthentication of ['basic', 'body'] as const) {
      const other = createCaspioAuth(credentials, { clientAuthentication, retries: 0 })
      for (const source of [auth, other]) {
        const error = await rejectionOf(source.getAccessToken({ renew: true }))
        expect(error.response.data).toContain('[redacted]')
        expectNoSecrets(error, credentials)
        expectNoSecrets(error.response, credentials)
      }
    }
  })
})

it.each([
  [new AxiosError('canceled', 'ERR_CANCELED'), false],
  [new Error('no code'), false],
  ['ERR_CASPIO_CONFIG', false],
  [{ code: 5 }, false],
  [createFailure('ERR_CASPIO_TOKEN_ENDPOINT', 'down'), true],
])('isFailure(%s) is %s', (thrown, expected) => {
  expect(isFailure(thrown)).toBe(expected)
})

describe('a CaspioAuthError', () => {
  it('is an AxiosError with the config of the caller', async () => {
    const { account, api } = await startBench({ retries: 0 })
    account.tokenEndpoint.fail()
    const error = await rejectionOf(api.get(PHYSICIANS, { params: { a: 1 } }))
    expect(error).toBeInstanceOf(CaspioAuthError)
    expect(error).toBeInstanceOf(AxiosError)
    expect(axios.isAxiosError(error)).toBe(true)
    expect(isCaspioAuthError(error)).toBe(true)
    expect(error.name).toBe('CaspioAuthError')
    expect(error.config.url).toBe(PHYSICIANS)
    expect(error.config.params).toEqual({ a: 1 })
    expect(error.response.config).toBe(error.config)
    expect(error.toJSON()).toMatchObject({ code: error.code, status: 503 })
    // Caspio's support asks for the ID, and a structured logger may keep only the message.
    expect(error.requestId).toMatch(/^[\da-f-]{36}$/)
    expect(error.message).toContain(error.requestId)
  })

  it('says in its message what happened, the request ID for support, and the time of the next attempt', async () => {
    const { account, auth } = await startBench({ retries: 0 })
    account.tokenEndpoint.fail({ body: '' })
    const { message, requestId, nextAttemptAt } = await rejectionOf(auth.getAccessToken())
    expect(message).toBe(
      `axios-caspio-auth: the token endpoint ${account.credentials.tokenEndpointURL} answered 503: it has a problem. Caspio's request ID is ${requestId}. The plugin does not try again before ${nextAttemptAt.toISOString()}.`,
    )
  })

  it('has no config, response or cause if there was no request', () => {
    const error = thrownBy(() => createCaspioAuth({} as never))
    for (const name of ['config', 'response', 'cause']) expect(error).not.toHaveProperty(name)
  })

  it('lets handlers replace and delete config, response and cause, like any AxiosError', async () => {
    const { account, api } = await startBench({ retries: 0 })
    account.tokenEndpoint.fail({ status: 503 })
    const error = await rejectionOf(api.get('/x'))
    for (const name of ['config', 'response', 'cause']) {
      error[name] = 'replaced'
      expect(error[name]).toBe('replaced')
      expect(delete error[name]).toBe(true)
    }
  })

  it('shares nothing that can be changed with the errors of other callers', async () => {
    stopClocks()
    const { account, api, events } = await startBench({ retries: 0 })
    account.tokenEndpoint.fail({ status: 503, body: '{"error":"busy","list":[{"a":1}]}' })
    const failed = await outcomesOf([1, 2, 3].map(() => api.get(PHYSICIANS)))
    const errors = failed.map((outcome) => (outcome as PromiseRejectedResult).reason)
    for (const event of events) if ('error' in event) errors.push(event.error)
    const [first, ...others] = errors
    const before = others.map(textOf)
    first.response.data.list[0].a = 2
    first.response.data.error = 'changed'
    first.response.headers.set('X-Caspio-Request-ID', 'changed')
    first.response.status = 418
    first.nextAttemptAt.setTime(0)
    // A caller during the cooldown gets an error that is made from the same failure.
    errors.push(await rejectionOf(api.get(PHYSICIANS)))
    expect(account.log.token).toHaveLength(1)
    expect(others.map(textOf)).toEqual(before)
    expect(textOf(errors.at(-1))).toEqual(before[0])
  })

  it('has a cause of its own', async () => {
    const tokenEndpointURL = 'http://127.0.0.1:1/oauth/token'
    const auth = createCaspioAuth({ ...CREDENTIALS, tokenEndpointURL }, { retries: 0 })
    const first = await rejectionOf(auth.getAccessToken())
    const { message } = first.cause
    Object.assign(first.cause, { message: 'changed', code: 'changed' })
    const second = await rejectionOf(auth.getAccessToken())
    expect(second.cause).toMatchObject({ message, code: 'ECONNREFUSED' })
  })

  it('is the only value that isCaspioAuthError accepts', () => {
    for (const other of [undefined, null, 'x', {}, new Error('x'), new AxiosError('x')]) {
      expect(isCaspioAuthError(other)).toBe(false)
    }
  })

  it('does not run the transformResponse of the caller, which expects an API response', async () => {
    const transformResponse = vi.fn((data: string) => JSON.parse(data).Result)
    const { account, api } = await startBench({ retries: 0, axios: { transformResponse } })
    account.tokenEndpoint.fail({ body: '<html>', times: 1 })
    const error = await rejectionOf(api.get(PHYSICIANS))
    expect(error.code).toBe('ERR_CASPIO_TOKEN_ENDPOINT')
    expect(error.config.transformResponse).toBe(transformResponse)
    expect(transformResponse).not.toHaveBeenCalled()
  })

  it('keeps the config and the response out of console.error', async () => {
    const { inspect } = await import('node:util')
    const { account, api } = await startBench({ retries: 0 })
    account.tokenEndpoint.fail()
    const text = inspect(await rejectionOf(api.get(PHYSICIANS)))
    expect(text).toContain('ERR_CASPIO_TOKEN_ENDPOINT')
    expect(text).not.toContain('transformRequest')
  })
})

describe('secrets', () => {
  it('do not show in the handle, the instance or its interceptors', async () => {
    const { account, api, auth } = await startBench()
    const { access_token: token } = await auth.getAccessToken()
    const shown = [auth, api, api.interceptors, api.defaults, Object.getOwnPropertySymbols(api)]
    for (const value of shown) expectNoSecrets(value, account.credentials, token)
  })

  it('the refresh token is not part of the result', async () => {
    const { auth, credentials } = await startWithReply(() => ({ body: JSON.stringify(validToken) }))
    const token = await auth.getAccessToken()
    expect(token).toEqual({ access_token: 'good', token_type: 'bearer' })
    expectNoSecrets([token, auth], credentials, REFRESH_TOKEN)
  })

  it('do not show in the error of a renewal with a refresh token', async () => {
    let refreshed: string | undefined
    const { auth, credentials } = await startWithReply((request) => {
      const form = new URLSearchParams(String(request.body))
      if (refreshed === undefined && form.get('grant_type') === 'client_credentials')
        return { body: JSON.stringify(validToken) }
      refreshed ??= form.get('refresh_token') ?? undefined
      return { status: 500, body: String(request.body) }
    })
    await auth.getAccessToken()
    const error = await rejectionOf(auth.getAccessToken({ renew: true }))
    expect(refreshed).toBe(REFRESH_TOKEN)
    expectNoSecrets(error, credentials, REFRESH_TOKEN)
    expectNoSecrets(error.response, credentials, REFRESH_TOKEN)
  })

  it('AxiosError.toJSON() keeps the Authorization header of a request to a third party', async () => {
    const { api } = await startBench()
    const stranger = await startRawServer((_, response) => response.writeHead(500).end())
    const headers = { Authorization: 'Bearer of-the-third-party' }
    const error = await rejectionOf(api.get(stranger.url, { headers }))
    expect(JSON.stringify(error)).toContain('of-the-third-party')
  })

  it('AxiosError.toJSON() redacts the bearer token and the keys that the user names', async () => {
    const { account, api, auth } = await startBench()
    const { access_token: token } = await auth.getAccessToken()
    account.api.fail({ status: 500 })
    const plain = await rejectionOf(api.get(PHYSICIANS))
    expect(String(plain.config.headers.Authorization)).toContain(token)
    expect(JSON.stringify(plain)).not.toContain(token)
    const withUserKeys = await rejectionOf(
      api.get(PHYSICIANS, { redact: ['x-key'], headers: { 'X-Key': 'sesame' } }),
    )
    expect(JSON.stringify(withUserKeys)).not.toMatch(new RegExp(`${token}|sesame`))
    // A response that cannot be parsed fails after the adapter.
    if (!CAN.redact) return
    account.api.restore()
    account.api.fail({ status: 200, body: '{"truncated' })
    const parse = await rejectionOf(
      api.get(PHYSICIANS, { responseType: 'json', transitional: { silentJSONParsing: false } }),
    )
    expect(parse.name).toBe('SyntaxError')
    expect(JSON.stringify(parse)).not.toContain(token)
  })
})
