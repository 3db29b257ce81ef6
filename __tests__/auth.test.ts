import axios from 'axios'
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import caspioAuth from '../src/auth.js'
import { CaspioAuthError, isCaspioAuthError } from '../src/index.js'
import { outcomesOf, PHYSICIANS, rejectionOf, startAccount, times } from './support/account.js'
import { type RawServer, startRawServer } from './support/raw-server.js'
import { expectNoSecrets } from './support/secrets.js'

const secrets = { clientID: 'b5a1e9c2', clientSecret: 'S3cr/t+of "Örsted" & son: 100 %' }

function credentialsOf({ url }: RawServer) {
  return { ...secrets, tokenEndpointURL: `${url}/oauth/token` }
}

/** A token endpoint that answers with this text. */
function startTokenEndpoint(body: string, status = 200): Promise<RawServer> {
  return startRawServer((_, response) => {
    response.writeHead(status, { 'content-type': 'application/json' })
    response.end(body)
  })
}

describe('caspioAuth', () => {
  it('resolves to the four fields of the answer', async () => {
    const account = await startAccount()
    const getAccessToken = caspioAuth(account.credentials)
    expect(await getAccessToken()).toStrictEqual({
      access_token: expect.stringMatching(/^[\w-]{340}$/),
      token_type: 'bearer',
      expires_in: 86_399,
      refresh_token: expect.stringMatching(/^[0-9a-f]{64}$/),
    })
    expect(account.log.token).toMatchObject([
      {
        method: 'POST',
        grant: 'client_credentials',
        clientAuthentication: 'basic',
        contentType: expect.stringMatching(/^application\/x-www-form-urlencoded(;|$)/),
        status: 200,
      },
    ])
  })

  it.each([
    [
      'as Caspio sends it',
      '{"access_token":"uAnmAE_c-HVh","token_type":"bearer","expires_in":86399,"refresh_token":"a08d"}',
    ],
    [
      'with undocumented fields',
      '{"access_token":"abc","token_type":"bearer","expires_in":86399,"refresh_token":"def","scope":null,".expires":"Tue, 04 Mar 2025 12:00:00 GMT","roles":["a",{"b":1.5}]}',
    ],
    [
      'with token_type in another case and expires_in as a string',
      '{"token_type":"Bearer","expires_in":"86399","access_token":"abc=","refresh_token":"def"}',
    ],
    ['without expires_in and refresh_token', '{"access_token":"abc","token_type":"BEARER"}'],
    ['with extra white space', ' \r\n{ "access_token" : "a" , "token_type" : "bearer" }\n'],
  ])('returns the values of an answer unchanged: %s', async (_, body) => {
    const answer = await caspioAuth(credentialsOf(await startTokenEndpoint(body)))()
    expect(answer).toStrictEqual(JSON.parse(body))
    expect(Object.keys(answer)).toEqual(Object.keys(JSON.parse(body)))
  })

  it('requests a new token on each call, and earlier tokens stay valid', async () => {
    const account = await startAccount()
    const getAccessToken = caspioAuth(account.credentials)
    const answers = [await getAccessToken(), await getAccessToken(), await getAccessToken()]
    expect(new Set(answers.map((answer) => answer.access_token)).size).toBe(3)
    expect(new Set(answers.map((answer) => answer.refresh_token)).size).toBe(3)
    expect(account.log.token.map(({ grant }) => grant)).toEqual(Array(3).fill('client_credentials'))
    for (const { access_token } of answers) {
      const headers = { Authorization: `Bearer ${access_token}` }
      const { status } = await axios.get(`${account.url}/rest/v2${PHYSICIANS}`, { headers })
      expect(status).toBe(200)
    }
  })

  it('requests a token for each of several simultaneous calls', async () => {
    const account = await startAccount()
    const getAccessToken = caspioAuth(account.credentials)
    const answers = await times(5, getAccessToken)
    expect(new Set(answers.map((answer) => answer.access_token)).size).toBe(5)
    expect(account.liveAccessTokens).toBe(5)
  })

  it('works with two accounts side by side', async () => {
    const [first, second] = [await startAccount(), await startAccount()]
    const [ofFirst, ofSecond] = [caspioAuth(first.credentials), caspioAuth(second.credentials)]
    await Promise.all([ofFirst(), ofSecond(), ofSecond()])
    expect([first.log.token.length, second.log.token.length]).toEqual([1, 2])
  })

  it('ignores arguments, such as those of an event handler or an array method', async () => {
    const account = await startAccount()
    const getAccessToken = caspioAuth(account.credentials) as (...args: unknown[]) => unknown
    await Promise.all([1, 2].map(getAccessToken))
    await getAccessToken.call(undefined, null)
    expect(account.log.token.map(({ status }) => status)).toEqual([200, 200, 200])
  })
})

describe('the process', () => {
  it.each([
    ['a token', '{"access_token":"a","token_type":"bearer"}'],
    ['a failure', '{}'],
  ])('is kept alive until a call ends with %s, and no longer', async (_, body) => {
    const server = await startTokenEndpoint(body)
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    onTestFinished(() => {
      vi.useRealTimers()
    })
    const outcome = outcomesOf([caspioAuth(credentialsOf(server))()])
    // One is the time limit, which does not keep the process alive.
    // The secret comes first, then the timer.
    for (let turn = 0; turn < 10; turn++) await undefined
    expect(vi.getTimerCount()).toBe(2)
    await outcome
    expect(vi.getTimerCount()).toBe(0)
  })
})

describe('client authentication', () => {
  it.each(['basic', 'body'] as const)('%s obtains a token', async (clientAuthentication) => {
    const account = await startAccount(secrets)
    const answer = await caspioAuth(account.credentials, { clientAuthentication })()
    expect(answer.token_type).toBe('bearer')
    expect(account.log.token.map((entry) => entry.clientAuthentication)).toEqual([
      clientAuthentication,
    ])
  })

  it('basic form-encodes both parts and puts no secret into the body', async () => {
    const server = await startTokenEndpoint('{"access_token":"a","token_type":"bearer"}')
    await caspioAuth(credentialsOf(server))()
    const [{ headers, body } = { headers: {}, body: '' }] = server.received
    const basic = Buffer.from(headers.authorization?.replace('Basic ', '') ?? '', 'base64')
    expect(basic.toString()).toBe('b5a1e9c2:S3cr%2Ft%2Bof+%22%C3%96rsted%22+%26+son%3A+100+%25')
    expect(body.toString()).toBe('grant_type=client_credentials')
  })

  it('body sends no Authorization header', async () => {
    const server = await startTokenEndpoint('{"access_token":"a","token_type":"bearer"}')
    await caspioAuth(credentialsOf(server), { clientAuthentication: 'body' })()
    const [{ headers, body } = { headers: {}, body: '' }] = server.received
    expect(headers.authorization).toBeUndefined()
    expect(Object.fromEntries(new URLSearchParams(body.toString()))).toEqual({
      grant_type: 'client_credentials',
      client_id: secrets.clientID,
      client_secret: secrets.clientSecret,
    })
  })
})

describe('a failed token request', () => {
  it.each(['basic', 'body'] as const)(
    'rejects with ERR_CASPIO_CREDENTIALS if the secret is wrong (%s)',
    async (clientAuthentication) => {
      const account = await startAccount()
      const credentials = { ...account.credentials, clientSecret: secrets.clientSecret }
      const error = await rejectionOf(caspioAuth(credentials, { clientAuthentication })())
      expect(error).toBeInstanceOf(CaspioAuthError)
      expect(axios.isAxiosError(error) && isCaspioAuthError(error)).toBe(true)
      expect(error.code).toBe('ERR_CASPIO_CREDENTIALS')
      expect(error.status).toBe(400)
      expect(error.requestId).toEqual(expect.any(String))
      expect(error.response.data).toEqual({ error: 'invalid_client' })
      expect(error.message).toContain('clientSecret')
      expect(account.log.token).toHaveLength(1)
      expectNoSecrets(error, credentials)
    },
  )

  it('rejects after three attempts if the token endpoint always answers 503', async () => {
    const account = await startAccount()
    account.tokenEndpoint.fail({ status: 503 })
    const error = await rejectionOf(caspioAuth(account.credentials)())
    expect(error).toBeInstanceOf(CaspioAuthError)
    expect(error.code).toBe('ERR_CASPIO_TOKEN_ENDPOINT')
    expect(error.status).toBe(503)
    expect(account.log.token.map(({ status }) => status)).toEqual([503, 503, 503])
    expectNoSecrets(error, account.credentials)
  })

  it('is not repeated with retries: 0', async () => {
    const account = await startAccount()
    account.tokenEndpoint.fail()
    await rejectionOf(caspioAuth(account.credentials, { retries: 0 })())
    expect(account.log.token).toHaveLength(1)
  })

  it('is repeated after one failure', async () => {
    const account = await startAccount()
    account.tokenEndpoint.fail({ times: 1 })
    expect((await caspioAuth(account.credentials)()).token_type).toBe('bearer')
  })

  it('does not affect the next call', async () => {
    const account = await startAccount()
    const getAccessToken = caspioAuth(account.credentials, { retries: 0 })
    account.tokenEndpoint.fail({ times: 1 })
    await rejectionOf(getAccessToken())
    expect((await getAccessToken()).token_type).toBe('bearer')
  })

  it('rejects with a CaspioAuthError even if an adapter returns data that cannot be read', async () => {
    const { adapter } = axios.defaults
    onTestFinished(() => {
      axios.defaults.adapter = adapter as never
    })
    const data = {
      get access_token() {
        throw new Error('no access')
      },
    }
    axios.defaults.adapter = async (config) =>
      ({ status: 200, statusText: '', headers: {}, data, config }) as never
    const credentials = { ...secrets, tokenEndpointURL: 'https://a1bcd234.caspio.com/oauth/token' }
    const error = await rejectionOf(caspioAuth(credentials)())
    expect(error).toBeInstanceOf(CaspioAuthError)
    expect(error.code).toBe('ERR_CASPIO_TOKEN_ENDPOINT')
    expect(error.message).toContain('no access')
  })

  it.each([
    ['a reset connection', { reset: true }],
    ['a missing answer', { hang: true }],
  ])('rejects with ERR_CASPIO_TOKEN_ENDPOINT after %s', async (_, fault) => {
    const account = await startAccount()
    account.tokenEndpoint.fail(fault)
    const error = await rejectionOf(caspioAuth(account.credentials, { retries: 0, timeout: 200 })())
    expect(error).toBeInstanceOf(CaspioAuthError)
    expect(error.code).toBe('ERR_CASPIO_TOKEN_ENDPOINT')
    expect([error.status, error.response]).toEqual([undefined, undefined])
    expectNoSecrets(error, account.credentials)
  })

  it.each([
    ['empty', ''],
    ['an empty object', '{}'],
    ['null', 'null'],
    ['a string', '"abc"'],
    ['a list', '[{"access_token":"abc","token_type":"bearer"}]'],
    ['an HTML page', '<!doctype html><title>Sign in</title>'],
    ['truncated JSON', '{"access_token":"abc","token_ty'],
    ['a token with a space', '{"access_token":"a bc","token_type":"bearer"}'],
    ['a token with a line break', '{"access_token":"abc\\r\\nX: 1","token_type":"bearer"}'],
    ['a token of another type', '{"access_token":"abc","token_type":"mac"}'],
    ['an error with status 200', '{"error":"something"}'],
  ])('rejects with ERR_CASPIO_TOKEN_RESPONSE if the answer is %s', async (_, body) => {
    const server = await startTokenEndpoint(body)
    const error = await rejectionOf(caspioAuth(credentialsOf(server))())
    expect(error).toBeInstanceOf(CaspioAuthError)
    expect(error.code).toBe('ERR_CASPIO_TOKEN_RESPONSE')
    expect(error.status).toBe(200)
    expect(server.received).toHaveLength(1)
    expectNoSecrets(error, secrets)
  })

  it('rejects at a redirect and does not follow it', async () => {
    const elsewhere = await startRawServer()
    const server = await startRawServer((_, response) => {
      response.writeHead(307, { location: `${elsewhere.url}/oauth/token` })
      response.end()
    })
    const error = await rejectionOf(caspioAuth(credentialsOf(server))())
    expect(error.code).toBe('ERR_CASPIO_TOKEN_RESPONSE')
    expect(elsewhere.received).toEqual([])
  })

  it('rejects if the answer is endless', async () => {
    const server = await startRawServer((_, response) => {
      response.writeHead(200, { 'content-type': 'application/json' })
      const page = 'x'.repeat(100_000)
      const timer = setInterval(() => response.write(page), 1)
      response.on('close', () => clearInterval(timer))
    })
    const error = await rejectionOf(caspioAuth(credentialsOf(server), { retries: 0 })())
    expect(error).toBeInstanceOf(CaspioAuthError)
    expect(error.code).toBe('ERR_CASPIO_TOKEN_RESPONSE')
  })
})

describe('the settings of the global axios', () => {
  const { defaults, interceptors } = axios
  const before = { ...defaults, headers: { ...defaults.headers.common } }

  afterEach(() => {
    interceptors.request.clear()
    interceptors.response.clear()
    for (const name of Object.keys(defaults)) {
      if (!Object.hasOwn(before, name)) Reflect.deleteProperty(defaults, name)
    }
    const { headers, ...rest } = before
    Object.assign(defaults, rest)
    for (const name of Object.keys(defaults.headers.common)) delete defaults.headers.common[name]
    Object.assign(defaults.headers.common, headers)
  })

  it('do not change what a token request contains', async () => {
    const server = await startTokenEndpoint('{"access_token":"a","token_type":"bearer"}')
    const touched: string[] = []
    defaults.baseURL = 'https://elsewhere.example.com'
    defaults.params = { api_key: 'other' }
    defaults.auth = { username: 'other', password: 'other' }
    defaults.validateStatus = () => false
    defaults.responseType = 'arraybuffer'
    defaults.timeout = 1
    defaults.headers.common.Authorization = 'Bearer other'
    defaults.headers.common['X-Other'] = 'other'
    defaults.transformRequest = [() => 'other']
    defaults.transformResponse = [() => 'other']
    interceptors.request.use((config) => {
      touched.push('request')
      return config
    })
    interceptors.response.use((response) => {
      touched.push('response')
      return response.data
    })
    const answer = await caspioAuth(credentialsOf(server))()
    expect(answer).toEqual({ access_token: 'a', token_type: 'bearer' })
    const [request] = server.received
    expect(request?.url).toBe('/oauth/token')
    expect(request?.body.toString()).toBe('grant_type=client_credentials')
    expect(request?.headers.authorization).toMatch(/^Basic /)
    expect(request?.headers['x-other']).toBeUndefined()
    expect(touched).toEqual([])
  })

  it('decide how a token request travels, at the time of the call', async () => {
    const getAccessToken = caspioAuth({
      ...secrets,
      tokenEndpointURL: 'https://a1bcd234.caspio.com/oauth/token',
    })
    defaults.adapter = async (config) => ({
      data: JSON.stringify({ access_token: 'swapped', token_type: 'bearer', url: config.url }),
      status: 200,
      statusText: 'OK',
      headers: {},
      config,
    })
    expect(await getAccessToken()).toEqual({
      access_token: 'swapped',
      token_type: 'bearer',
      url: 'https://a1bcd234.caspio.com/oauth/token',
    })
  })
})
