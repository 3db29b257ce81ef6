import { createServer } from 'node:net'
import axios, {
  AxiosHeaders,
  type AxiosRequestConfig,
  type CreateAxiosDefaults,
  type InternalAxiosRequestConfig,
} from 'axios'
import { describe, expect, it, onTestFinished } from 'vitest'
import {
  attachCaspioAuth,
  type CaspioAuthEvent,
  type CaspioTokenBroker,
  createCaspioAuth,
  isCaspioAuthError,
} from '../../src/index.js'
import { rejectionOf } from '../support/account.js'
import { ADAPTERS, CAN } from '../support/axios-features.js'
import { witness } from '../support/hygiene.js'
import { named } from '../support/named.js'
import { type Received, startRawServer } from '../support/raw-server.js'
import { expectNoSecrets } from '../support/secrets.js'

const CLIENT = { clientID: 'the-client', clientSecret: 'the-secret-value' }
const BASIC = btoa(`${CLIENT.clientID}:${CLIENT.clientSecret}`)

/** The names of the headers, in lower case and in the order of the request. */
function namesOf({ rawHeaders }: Received): string[] {
  return rawHeaders.filter((_, index) => index % 2 === 0).map((name) => name.toLowerCase())
}

function authorizationsOf({ rawHeaders }: Received): string[] {
  return rawHeaders.filter((_, i) => i % 2 && /^authorization$/i.test(`${rawHeaders[i - 1]}`))
}

/** A server that is both token endpoint and API. `answer` overrides fields of the token. */
async function startHome(answer: (request: Received) => object | undefined = () => undefined) {
  const server = await startRawServer((request, response) => {
    const token = { access_token: 'the-token', token_type: 'bearer', expires_in: 3600 }
    response.setHeader('Content-Type', 'application/json')
    response.end(
      JSON.stringify(request.url.startsWith('/oauth') ? { ...token, ...answer(request) } : {}),
    )
  })
  return { ...server, credentials: { ...CLIENT, tokenEndpointURL: `${server.url}/oauth/token` } }
}

describe('credentials', () => {
  const UNUSUAL = [
    'a\r\nX-Evil: 1\r\n\r\nGET /evil HTTP/1.1',
    'a\nX-Evil: 1',
    'a\0b',
    'a\tb\x7f\x1b[2J',
    'ü 密码 😀 \u2028 \u202e',
    'a&grant_type=password&client_id=evil\'"%0d%0aX-Evil: 1',
    'x'.repeat(5_000),
  ]
  const CASES = named(UNUSUAL.flatMap((text) => ADAPTERS.map((adapter) => ({ adapter, text }))))

  it.each(CASES)('%s add no header and no form field (basic)', async (_, { text, adapter }) => {
    const home = await startHome()
    const reference = axios.create({ adapter, proxy: false })
    await attachCaspioAuth(reference, home.credentials).getAccessToken()
    const api = axios.create({ adapter, proxy: false })
    const credentials = { ...home.credentials, clientID: text, clientSecret: `s${text}` }
    await attachCaspioAuth(api, credentials).getAccessToken()
    const [expected, request] = home.received as [Received, Received]
    expect(namesOf(request)).toEqual(namesOf(expected))
    expect(request.body.toString()).toBe('grant_type=client_credentials')
    const [value = ''] = authorizationsOf(request)
    const [id, secret] = atob(value.replace('Basic ', '')).split(':')
    expect(new URLSearchParams(`id=${id}&secret=${secret}`)).toEqual(
      new URLSearchParams({ id: text, secret: `s${text}` }),
    )
  })

  it.each(CASES)('%s add no header and no form field (body)', async (_, { text, adapter }) => {
    const home = await startHome()
    const reference = axios.create({ adapter, proxy: false })
    const options = { clientAuthentication: 'body' } as const
    await attachCaspioAuth(reference, home.credentials, options).getAccessToken()
    const api = axios.create({ adapter, proxy: false })
    const credentials = { ...home.credentials, clientID: text, clientSecret: `s${text}` }
    await attachCaspioAuth(api, credentials, options).getAccessToken()
    const [expected, request] = home.received as [Received, Received]
    expect(namesOf(request)).toEqual(namesOf(expected))
    expect([...new URLSearchParams(request.body.toString())]).toEqual([
      ['grant_type', 'client_credentials'],
      ['client_id', text],
      ['client_secret', `s${text}`],
    ])
  })

  it.each([
    ['/oauth/token\r\nX-Evil:1', '/oauth/tokenX-Evil:1'],
    ['/oauth/token HTTP/1.1\r\nX-Evil: 1\r\n\r\nx', '/oauth/token%20HTTP/1.1X-Evil:%201x'],
    ['/oauth/tök\0en?a=ü', '/oauth/t%C3%B6k%00en?a=%C3%BC'],
    ['/oauth/a/../token#X-Evil', '/oauth/token'],
  ])('a tokenEndpointURL with %j requests %j and nothing else', async (path, requested) => {
    for (const adapter of ADAPTERS) {
      const home = await startHome()
      const api = axios.create({ adapter, proxy: false })
      const tokenEndpointURL = `${home.url}${path}`
      await attachCaspioAuth(api, { ...CLIENT, tokenEndpointURL }).getAccessToken()
      expect(home.received.map(({ method, url }) => [method, url])).toEqual([['POST', requested]])
      expect(authorizationsOf(home.received[0] as Received)).toEqual([`Basic ${BASIC}`])
      expect(namesOf(home.received[0] as Received)).not.toContain('x-evil')
    }
  })
})

describe('a token', () => {
  const BROKEN = [
    'a\r\nX-Evil: 1',
    'a\nX-Evil: 1',
    'a\0',
    'a b',
    'a,Bearer b',
    '"a"',
    'tökén',
    'a\u010aX-Evil: 1',
    `${'x'.repeat(100_000)}\r\n`,
  ]

  it.each(named(BROKEN))('from a broker that returns %s is not sent', async (_, access_token) => {
    const home = await startHome()
    const broker = async () => ({ access_token, token_type: 'bearer' })
    for (const adapter of ADAPTERS) {
      const api = axios.create({ adapter, proxy: false, baseURL: home.url })
      attachCaspioAuth(api, broker as CaspioTokenBroker)
      const error = await rejectionOf(api.get('/x'))
      expect(error.code).toBe('ERR_CASPIO_TOKEN_RESPONSE')
    }
    expect(home.received).toEqual([])
  })

  it('that is longer than servers accept in a header is refused', async () => {
    for (const adapter of ADAPTERS) {
      const home = await startHome(() => ({ access_token: 'x'.repeat(100_000) }))
      const api = axios.create({ adapter, proxy: false, baseURL: home.url })
      attachCaspioAuth(api, home.credentials)
      const error = await rejectionOf(api.get('/x'))
      expect(error.code).toBe('ERR_CASPIO_TOKEN_RESPONSE')
      expect(home.received.map(({ url }) => url)).toEqual(['/oauth/token'])
    }
  })

  it.each(['bearer\r\nX-Evil: 1', 'Bearer evil', 'bearer\0'])(
    'with the token_type %j is not sent',
    async (token_type) => {
      const home = await startHome(() => ({ token_type }))
      const api = axios.create({ proxy: false, baseURL: home.url })
      attachCaspioAuth(api, home.credentials)
      expect((await rejectionOf(api.get('/x'))).code).toBe('ERR_CASPIO_TOKEN_RESPONSE')
      expect(home.received.map(({ url }) => url)).toEqual(['/oauth/token'])
    },
  )

  it('is sent in one Authorization header, as axios would write it', async () => {
    const home = await startHome(() => ({ token_type: 'BEARER' }))
    const api = axios.create({ proxy: false, baseURL: home.url })
    attachCaspioAuth(api, home.credentials)
    await api.get('/x')
    const withoutPlugin = axios.create({ proxy: false, baseURL: home.url })
    await withoutPlugin.get('/x', { headers: { Authorization: 'Bearer the-token' } })
    const [, sent, expected] = home.received as [Received, Received, Received]
    expect([...sent.rawHeaders].sort()).toEqual([...expected.rawHeaders].sort())
  })
})

describe('a refresh token', () => {
  it.each(
    named([
      'a&grant_type=password&client_id=evil',
      'a=b+c%20d%0d%0aX-Evil: 1',
      'a\r\nX-Evil: 1\r\n\r\n',
      'a b\tc;d',
      'ü 密码 😀',
      'r'.repeat(10_000),
    ]),
  )('%s is sent unchanged, as one form field', async (_, refresh_token) => {
    for (const adapter of ADAPTERS) {
      for (const clientAuthentication of ['basic', 'body'] as const) {
        const home = await startHome(() => ({ refresh_token }))
        const api = axios.create({ adapter, proxy: false })
        const auth = attachCaspioAuth(api, home.credentials, { clientAuthentication })
        await auth.getAccessToken()
        await auth.getAccessToken({ renew: true })
        const [first, second] = home.received as [Received, Received]
        expect(namesOf(second)).toEqual(namesOf(first))
        expect([...new URLSearchParams(second.body.toString())]).toEqual([
          ['grant_type', 'refresh_token'],
          ['refresh_token', refresh_token],
          ...(clientAuthentication === 'body'
            ? [
                ['client_id', CLIENT.clientID],
                ['client_secret', CLIENT.clientSecret],
              ]
            : []),
        ])
      }
    }
  })
})

describe('an error of the token endpoint', () => {
  /** A token endpoint that sends exactly these bytes. They may repeat parts of the request. */
  async function startRawAnswer(answer: (request: string) => string) {
    const server = createServer((socket) => {
      let text = ''
      socket.on('error', () => {})
      socket.on('data', (chunk) => {
        text += chunk.toString('latin1')
        if (/\r\n\r\n./s.test(text)) socket.end(answer(text), 'latin1')
      })
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void server.close())
    const { port } = server.address() as { port: number }
    return { ...CLIENT, tokenEndpointURL: `http://127.0.0.1:${port}/oauth/token` }
  }

  /** The error that the caller gets, and the events that the listener gets. */
  async function failureOf(answer: (request: string) => string, adapter: 'http' | 'fetch') {
    const credentials = await startRawAnswer(answer)
    const events: CaspioAuthEvent[] = witness([])
    const api = axios.create({ adapter, proxy: false } as CreateAxiosDefaults)
    const auth = attachCaspioAuth(api, credentials, {
      retries: 0,
      onEvent: (event) => events.push(event),
    })
    const error = await rejectionOf(auth.getAccessToken())
    expect(isCaspioAuthError(error)).toBe(true)
    const [attempt] = events as [Extract<CaspioAuthEvent, { type: 'token-request' }>]
    return { error, errorCode: attempt.errorCode, events }
  }

  const body = (value: object, head = 'HTTP/1.1 400 Bad Request') =>
    `${head}\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n${JSON.stringify(value)}`

  /** Characters that could forge a line of a log or control a terminal. */
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the test looks for them
  const UNPRINTABLE = /[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]/

  const NOISY: [string, () => string][] = [
    [
      'escape sequences and line breaks in its fields',
      () =>
        body({
          error: 'no\x1b[2J\x1b]0;title\x07',
          error_description: 'a\r\nFATAL: forged\0\u2028\u202ex',
        }),
    ],
    [
      'Latin-1 control characters in X-Caspio-Request-ID',
      () => body({}, 'HTTP/1.1 400 No\r\nX-Caspio-Request-ID: a\tb\x9b2Jc'),
    ],
    [
      'fields of half a megabyte',
      () => body({ error: 'e'.repeat(450_000), error_description: 'd'.repeat(450_000) }),
    ],
    [
      'an X-Caspio-Request-ID of 15 kB',
      () => body({}, `HTTP/1.1 400 No\r\nX-Caspio-Request-ID: ${'r'.repeat(15_000)}`),
    ],
  ]

  it.each(
    NOISY.flatMap(([what, answer]) => ADAPTERS.map((adapter) => ({ what, answer, adapter }))),
  )('with $what has a one-line message ($adapter)', async ({ answer, adapter }) => {
    const { error, errorCode = '' } = await failureOf(answer, adapter)
    for (const text of [error.message, String(error), error.requestId ?? '', errorCode]) {
      expect(text).not.toMatch(UNPRINTABLE)
      expect(text.length).toBeLessThan(1_000)
    }
  })

  it.each<[object]>([
    [{ error: { toString: 1 } }],
    [{ error: { toString: null, valueOf: null }, error_description: { toString: {} } }],
    [{ error: ['invalid_client'], error_description: 42 }],
    [{ error: 42 }],
    [{ error: null, error_description: null }],
    [{ error: true }],
    [{ constructor: { prototype: {} }, toJSON: 1, valueOf: 1, length: -1 }],
  ])('with the unusual fields %j is handled like any other', async (fields) => {
    for (const adapter of ADAPTERS) {
      const { error } = await failureOf(() => body(fields), adapter)
      expect(error.code).toMatch(/^ERR_CASPIO_(TOKEN_RESPONSE|CREDENTIALS)$/)
      expect(error.status).toBe(400)
      expect(error.message).toContain('answered 400')
    }
  })

  const echo = (request: string) => `${/Basic \S+/.exec(request)} ${CLIENT.clientSecret}`
  const ECHOES: [string, (request: string) => string][] = [
    ['the reason phrase', (request) => body({}, `HTTP/1.1 400 ${echo(request)}`)],
    [
      'X-Caspio-Request-ID',
      (request) => body({}, `HTTP/1.1 400 No\r\nX-Caspio-Request-ID: ${echo(request)}`),
    ],
    ['Retry-After', (request) => body({}, `HTTP/1.1 503 No\r\nRetry-After: ${echo(request)}`)],
    ['Set-Cookie', (request) => body({}, `HTTP/1.1 400 No\r\nSet-Cookie: a=${echo(request)}`)],
    [
      'a header’s name',
      (request) => body({}, `HTTP/1.1 400 No\r\n${CLIENT.clientSecret}: ${echo(request)}`),
    ],
    ['a key of its body', (request) => body({ [echo(request)]: { [CLIENT.clientSecret]: 1 } })],
  ]

  it.each(
    ECHOES.flatMap(([where, answer]) => ADAPTERS.map((adapter) => ({ where, answer, adapter }))),
  )(
    'that repeats the secret in $where does not make the plugin show it ($adapter)',
    async ({ answer, adapter }) => {
      const { error, events } = await failureOf(answer, adapter)
      expectNoSecrets([error, events], CLIENT)
    },
  )

  it.each(
    named<[string, number]>([
      ['9'.repeat(400), 300_000],
      ['-1', 1_000],
      ['1e9', 1_000],
      ['0x10', 1_000],
      ['Infinity', 1_000],
      ['A', 1_000],
      ['\x9b5', 1_000],
      ['5, 6', 1_000],
      ['Tue, 01 Jan 9999 00:00:00 GMT', 300_000],
    ]),
  )('with the Retry-After and cooldown %s', async (_, [retryAfter, cooldown]) => {
    for (const adapter of ADAPTERS) {
      const { events } = await failureOf(
        () => body({}, `HTTP/1.1 503 No\r\nRetry-After: ${retryAfter}`),
        adapter,
      )
      expect(events.at(-1)).toMatchObject({ type: 'acquisition-failed', retryIn: cooldown })
    }
  })
})

describe('the caller’s headers', () => {
  type Headers = NonNullable<AxiosRequestConfig['headers']>
  const STALE = 'Bearer stale'
  const PLATFORM_HEADERS: [string, () => unknown] = [
    'Headers',
    () => new Headers({ authorization: STALE, 'X-Custom': '1' }),
  ]
  const FORMS: [string, () => unknown][] = [
    ['AxiosHeaders', () => new AxiosHeaders({ authorization: STALE, 'X-Custom': '1' })],
    [
      'pairs',
      () => [
        ['authorization', STALE],
        ['X-Custom', '1'],
      ],
    ],
    [
      'a Map',
      () =>
        new Map([
          ['authorization', STALE],
          ['X-Custom', '1'],
        ]),
    ],
    ...(CAN.readHeaders ? [PLATFORM_HEADERS] : []),
    [
      'no prototype',
      () => Object.assign(Object.create(null), { authorization: STALE, 'X-Custom': '1' }),
    ],
    [
      'three spellings',
      () => ({ authorization: STALE, Authorization: STALE, AUTHORIZATION: STALE, 'X-Custom': '1' }),
    ],
    ['a list', () => ({ Authorization: [STALE, STALE], 'X-Custom': '1' })],
    ['null', () => ({ Authorization: null, 'X-Custom': '1' })],
    ['undefined', () => ({ authorization: undefined, 'X-Custom': '1' })],
    ['an empty string', () => ({ Authorization: '', 'X-Custom': '1' })],
    ['a number', () => ({ Authorization: 0, 'X-Custom': '1' })],
    ['an object', () => ({ Authorization: { toString: () => STALE }, 'X-Custom': '1' })],
    ['line breaks', () => ({ Authorization: `${STALE}\r\nX-Evil: 1`, 'X-Custom': '1' })],
    ['white space around the name', () => ({ ' authorization ': STALE, 'X-Custom': '1' })],
    [
      'symbols beside it',
      () => ({ [Symbol('authorization')]: STALE, authorization: STALE, 'X-Custom': '1' }),
    ],
  ]
  const CASES = FORMS.flatMap(([form, headers]) =>
    ADAPTERS.map((adapter) => ({ form, headers, adapter })),
  )

  it.each(CASES)(
    'as $form: only the plugin’s Authorization header is sent ($adapter)',
    async ({ headers, adapter }) => {
      const home = await startHome()
      const api = axios.create({ adapter, proxy: false, baseURL: home.url })
      attachCaspioAuth(api, home.credentials)
      await api.get('/x', { headers: headers() as Headers })
      await api.post('/x', { a: 1 }, { headers: headers() as Headers })
      const [, ...requests] = home.received as [Received, Received, Received]
      for (const request of requests) {
        expect(authorizationsOf(request)).toEqual(['Bearer the-token'])
        expect(request.rawHeaders.join('\n')).not.toMatch(/stale|evil/i)
      }
    },
  )

  it.each(CASES)(
    'as $form, set by an interceptor: only the plugin’s Authorization header is sent ($adapter)',
    async ({ headers, adapter }) => {
      const home = await startHome()
      const api = axios.create({ adapter, proxy: false, baseURL: home.url })
      attachCaspioAuth(api, home.credentials)
      api.interceptors.request.use(
        (config) => ({ ...config, headers: headers() }) as InternalAxiosRequestConfig,
      )
      await api.get('/x')
      const [, request] = home.received as [Received, Received]
      expect(authorizationsOf(request)).toEqual(['Bearer the-token'])
      expect(request.rawHeaders.join('\n')).not.toMatch(/stale|evil/i)
    },
  )

  it.each(ADAPTERS)('auth with line breaks is sent as one Basic header (%s)', async (adapter) => {
    const home = await startHome()
    const api = axios.create({ adapter, proxy: false, baseURL: home.url })
    attachCaspioAuth(api, home.credentials)
    const auth = { username: 'a\r\nX-Evil: 1', password: 'b\r\n' }
    await api.get('/x', { auth, headers: { authorization: STALE } })
    const [request] = home.received as [Received]
    expect(authorizationsOf(request)).toEqual([`Basic ${btoa('a\r\nX-Evil: 1:b\r\n')}`])
  })

  it('createCaspioAuth() sends one Basic header', async () => {
    const home = await startHome()
    const auth = createCaspioAuth(home.credentials)
    await auth.getAccessToken()
    expect(authorizationsOf(home.received[0] as Received)).toEqual([`Basic ${BASIC}`])
  })
})
