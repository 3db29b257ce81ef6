import axios, { type AxiosInstance } from 'axios'
import { describe, expect, it } from 'vitest'
import caspioAuth from '../../src/auth.js'
import {
  attachCaspioAuth,
  type CaspioAuth,
  CaspioAuthError,
  type CaspioAuthEvent,
  type CaspioAuthOptions,
  type CaspioCredentials,
  type CaspioTokenBroker,
  createCaspioAuth,
  isCaspioAuthError,
} from '../../src/index.js'
import { PHYSICIANS, rejectionOf, sleep, startAccount, thrownBy } from '../support/account.js'
import { startRawServer } from '../support/raw-server.js'
import { expectNoSecrets } from '../support/secrets.js'

const SECRET = 'S3cr/t+of "Örsted" & son: 100 %'
const good = Object.freeze({
  clientID: 'b5a1e9c2',
  clientSecret: SECRET,
  tokenEndpointURL: 'https://a1bcd234.caspio.com/oauth/token',
})

type EntryPoint = (credentials: unknown, options?: unknown) => unknown

const attach: EntryPoint = (credentials, options) =>
  attachCaspioAuth(
    axios.create(),
    credentials as CaspioCredentials,
    options as CaspioAuthOptions | undefined,
  )
const create: EntryPoint = (credentials, options) =>
  createCaspioAuth(credentials as CaspioCredentials, options as CaspioAuthOptions | undefined)
const auth: EntryPoint = (credentials, options) =>
  caspioAuth(credentials as CaspioCredentials, options as CaspioAuthOptions | undefined)

const entryPoints: [string, EntryPoint][] = [
  ['attachCaspioAuth', attach],
  ['createCaspioAuth', create],
  ['axios-caspio-auth/auth', auth],
]

const broker: CaspioTokenBroker = async () => ({
  access_token: 'from-broker',
  token_type: 'bearer',
})

/** Expects `act` to throw a configuration error whose message contains `words`. */
function expectConfigError(act: () => unknown, ...words: (string | RegExp)[]): void {
  const error = thrownBy(act)
  expect(error).toBeInstanceOf(CaspioAuthError)
  expect(error).toBeInstanceOf(Error)
  expect(axios.isAxiosError(error)).toBe(true)
  expect(isCaspioAuthError(error)).toBe(true)
  const { name, code, message, response, status } = error as CaspioAuthError
  expect({ name, code, response, status }).toEqual({
    name: 'CaspioAuthError',
    code: 'ERR_CASPIO_CONFIG',
  })
  expect(message).toMatch(/^axios-caspio-auth: /)
  for (const word of words) expect(message).toMatch(word)
  expectNoSecrets(error, good)
}

/** The valid credentials without one field. */
function without(field: string): Record<string, unknown> {
  return Object.fromEntries(Object.entries(good).filter(([name]) => name !== field))
}

describe.each(entryPoints)('%s: the credentials', (_, call) => {
  it('are accepted', () => {
    expect(() => call(good)).not.toThrow()
    expect(() => call(good, {})).not.toThrow()
    expect(() => call(good, undefined)).not.toThrow()
  })

  it('may have further fields or inherited ones', () => {
    expect(() => call({ ...good, accountName: 'Example Clinic' })).not.toThrow()
    expect(() => call(Object.create(good))).not.toThrow()
  })

  it.each([
    ['undefined', undefined],
    ['null', null],
    ['a string', SECRET],
    ['a number', 42],
    ['true', true],
    ['a symbol', Symbol('credentials')],
  ])('are rejected if they are %s', (_, value) => {
    expectConfigError(() => call(value), 'credentials must be')
  })

  it.each([
    ['an empty object', {}],
    ['an array', [good.clientID, good.clientSecret, good.tokenEndpointURL]],
    ['a Map', new Map(Object.entries(good))],
  ])('are rejected as incomplete if they are %s', (_, value) => {
    expectConfigError(() => call(value), 'clientID')
  })

  describe.each(['clientID', 'clientSecret', 'tokenEndpointURL'])('%s', (field) => {
    it('is required', () => {
      expectConfigError(() => call(without(field)), field, 'missing')
      expectConfigError(() => call({ ...good, [field]: undefined }), field, 'missing')
    })

    it.each([
      ['a number', 12],
      ['true', true],
      ['an object', {}],
      ['an array with the value', [SECRET]],
      ['a boxed string', Object(SECRET)],
      ['a function', () => SECRET],
      ['a symbol', Symbol(SECRET)],
      ['a bigint', 12n],
    ])('must be a string, not %s', (_, value) => {
      expectConfigError(() => call({ ...good, [field]: value }), field, 'must be a string')
    })

    it('does not show a number, which may be the secret', () => {
      const number = 4_815_162_342
      const error = thrownBy(() => call({ ...good, [field]: number }))
      expectNoSecrets(error, good, String(number))
    })

    it.each([
      ['', 'empty'],
      [' ', 'a space'],
      ['\t\r\n', 'a tab and a line break'],
      ['\u00a0', 'a no-break space'],
    ])('must not be blank: %j (%s)', (value) => {
      expectConfigError(() => call({ ...good, [field]: value }), field, 'is empty')
    })

    it.each([
      ['at the start', (value: string) => ` ${value}`],
      ['at the end', (value: string) => `${value} `],
      ['such as a line break at the end', (value: string) => `${value}\n`],
      ['such as a Windows line break at the end', (value: string) => `${value}\r\n`],
      ['such as a byte order mark at the start', (value: string) => `\ufeff${value}`],
    ])('must not have white space %s', (_, addWhiteSpace) => {
      const value = addWhiteSpace(good[field as keyof typeof good])
      expectConfigError(() => call({ ...good, [field]: value }), field, /white ?space/)
    })
  })

  it.each([
    ['clientID', 'clientId'],
    ['clientID', 'client_id'],
    ['clientID', 'clientid'],
    ['clientID', 'ClientID'],
    ['clientID', 'CLIENT_ID'],
    ['clientID', 'client-id'],
    ['clientSecret', 'client_secret'],
    ['clientSecret', 'clientsecret'],
    ['clientSecret', 'CLIENT_SECRET'],
    ['tokenEndpointURL', 'tokenEndpointUrl'],
    ['tokenEndpointURL', 'token_endpoint_url'],
    ['tokenEndpointURL', 'tokenEndpoint'],
    ['tokenEndpointURL', 'tokenEndpointURI'],
    ['tokenEndpointURL', 'tokenURL'],
    ['tokenEndpointURL', 'tokenUrl'],
    ['tokenEndpointURL', 'TOKEN_URL'],
  ])('%s written as %s is reported with the right name', (field, slip) => {
    const value = good[field as keyof typeof good]
    expectConfigError(
      () => call({ ...without(field), [slip]: value }),
      field,
      new RegExp(`\\b${slip}\\b`),
    )
  })

  it('do not appear in any message, even if passed in the wrong place', () => {
    expectConfigError(() => call(SECRET, SECRET))
    expectConfigError(() => call({ ...good, clientID: [SECRET] }))
    expectConfigError(() => call({ ...good, clientID: `${SECRET} ` }))
    expectConfigError(() => call({ ...good, tokenEndpointURL: SECRET }))
    expectConfigError(() => call({ ...without('tokenEndpointURL'), tokenURL: SECRET }))
    expectConfigError(() => call({ ...good, tokenEndpointURL: `ftp://${SECRET}` }))
    const inUser = `https://id:${encodeURIComponent(SECRET)}@a1bcd234.caspio.com/oauth/token`
    expectConfigError(() => call({ ...good, tokenEndpointURL: inUser }))
    expectConfigError(() => call(good, SECRET))
    for (const name of [
      'origins',
      'clientAuthentication',
      'renewBefore',
      'timeout',
      'retries',
      'shouldRenew',
      'onEvent',
    ]) {
      expectConfigError(() => call(good, { [name]: SECRET }), name)
      expectConfigError(() => call(good, { [name]: [SECRET] }), name)
    }
    expectConfigError(() => call(good, { clientSecret: SECRET }), 'clientSecret')
  })
})

describe.each(entryPoints)('%s: tokenEndpointURL', (_, call) => {
  it.each([
    'https://a1bcd234.caspio.com/oauth/token',
    'HTTPS://A1BCD234.CASPIO.COM/oauth/token',
    'https://gateway.example.com:8443/caspio/token',
    'http://localhost/oauth/token',
    'http://localhost:3000/oauth/token',
    'http://LOCALHOST:3000/oauth/token',
    'http://127.0.0.1:50123/oauth/token',
    'http://127.9.9.9/oauth/token',
    'http://[::1]:8080/oauth/token',
  ])('may be %s', (tokenEndpointURL) => {
    expect(() => call({ ...good, tokenEndpointURL })).not.toThrow()
  })

  it.each([
    'token',
    '/oauth/token',
    '//a1bcd234.caspio.com/oauth/token',
    'a1bcd234.caspio.com/oauth/token',
    'a1bcd234.caspio.com:443/oauth/token',
    'https://',
    'https:// a1bcd234.caspio.com',
    'https://%zz/oauth/token',
    'http://a.caspio.com/oauth/token',
    'http://localhost.evil.test/oauth/token',
    'http://127.0.0.1.evil.test/oauth/token',
    'http://evil.test/127.0.0.1',
    'http://localhost@evil.test/oauth/token',
    'http://evil.test#@localhost/',
    'http://128.0.0.1/oauth/token',
    'http://0.0.0.0/oauth/token',
    'http://192.168.0.10/oauth/token',
    'http://[::2]/oauth/token',
    'http://[::ffff:10.0.0.1]/oauth/token',
    'ftp://a1bcd234.caspio.com/oauth/token',
    'ftp://localhost/oauth/token',
    'ws://localhost/oauth/token',
    'file:///oauth/token',
    'data:application/json,{}',
    'javascript:alert(1)',
    'https://me@a1bcd234.caspio.com/oauth/token',
    'https://:pass@a1bcd234.caspio.com/oauth/token',
    'https://me:pass@a1bcd234.caspio.com/oauth/token',
    'http://me:pass@localhost/oauth/token',
  ])('cannot be %s', (tokenEndpointURL) => {
    expectConfigError(() => call({ ...good, tokenEndpointURL }), 'tokenEndpointURL', 'https')
  })
})

describe('attachCaspioAuth: the instance', () => {
  it('may come from axios.create or from the Axios constructor', () => {
    expect(() => attachCaspioAuth(axios.create(), good).detach()).not.toThrow()
    const constructed = new axios.Axios({}) as AxiosInstance
    expect(() => attachCaspioAuth(constructed, good).detach()).not.toThrow()
  })

  it.each([
    ['undefined', undefined],
    ['null', null],
    ['a string', SECRET],
    ['an empty object', {}],
    ['a config', { baseURL: 'https://a1bcd234.caspio.com' }],
    ['a function', () => axios],
    ['the axios module namespace without its default', { create: axios.create }],
    ['an instance whose interceptors are missing', { defaults: {} }],
    ['an instance whose defaults are missing', { interceptors: axios.interceptors }],
  ])('cannot be %s', (_, instance) => {
    expectConfigError(
      () => attachCaspioAuth(instance as unknown as AxiosInstance, good),
      'axios instance',
      'first argument',
    )
  })

  it('must be the first argument: swapped arguments are rejected', () => {
    expectConfigError(
      () =>
        attachCaspioAuth(
          good as unknown as AxiosInstance,
          axios.create() as unknown as CaspioCredentials,
        ),
      'axios instance',
      'first argument',
    )
  })

  it('is not changed if an argument is wrong', async () => {
    const server = await startRawServer()
    const api = axios.create({ baseURL: server.url })
    const before = Object.getOwnPropertyNames(api)
    expectConfigError(() => attachCaspioAuth(api, { ...good, clientID: '' }))
    expectConfigError(() => attachCaspioAuth(api, good, { retries: -1 }))
    expect(Object.getOwnPropertyNames(api)).toEqual(before)
    await api.get('/')
    expect(server.received.map(({ headers }) => headers.authorization)).toEqual([undefined])
  })
})

describe.each(entryPoints)('%s: the options', (_, call) => {
  it.each([
    ['null', null],
    ['a string', 'basic'],
    ['a number', 10_000],
    ['true', true],
  ])('cannot be %s', (_, options) => {
    expectConfigError(() => call(good, options), 'options must be an object')
  })

  it.each([
    ['origins', []],
    ['origins', ['https://gateway.example.com', 'https://gateway.example.com:8443/']],
    ['origins', ['http://localhost:3000', 'http://127.0.0.1', 'http://[::1]:8080']],
    ['clientAuthentication', 'basic'],
    ['clientAuthentication', 'body'],
    ['renewBefore', 0],
    ['renewBefore', 0.5],
    ['renewBefore', 1e9],
    ['timeout', 1],
    ['timeout', 2 ** 31 - 1],
    ['retries', 0],
    ['retries', 10],
    ['shouldRenew', () => true],
    ['onEvent', () => {}],
  ])('%s may be %j', (name, value) => {
    expect(() => call(good, { [name]: value })).not.toThrow()
  })

  it.each([
    'origins',
    'clientAuthentication',
    'renewBefore',
    'timeout',
    'retries',
    'shouldRenew',
    'onEvent',
  ])('%s may be undefined, which means the default', (name) => {
    expect(() => call(good, { [name]: undefined })).not.toThrow()
  })

  it.each<[string, unknown]>([
    ['origins', null],
    ['origins', 'https://gateway.example.com'],
    ['origins', { 0: 'https://gateway.example.com' }],
    ['origins', new Set(['https://gateway.example.com'])],
    ['origins', [undefined]],
    ['origins', [null]],
    ['origins', [42]],
    ['origins', ['']],
    ['origins', ['*']],
    ['origins', ['garbage']],
    ['origins', ['gateway.example.com']],
    ['origins', ['gateway.example.com:443']],
    ['origins', ['//gateway.example.com']],
    ['origins', ['https://gateway.example.com', 'https://gateway.example.com/rest']],
    ['origins', ['https://*.example.com']],
    ['origins', ['https://gateway.example.com?x=1']],
    ['origins', ['https://gateway.example.com/#x']],
    ['origins', ['https://me:pass@gateway.example.com']],
    ['origins', ['http://gateway.example.com']],
    ['origins', ['http://localhost.evil.test']],
    ['origins', ['http://127.0.0.1.evil.test']],
    ['origins', ['ftp://gateway.example.com']],
    ['origins', ['ws://localhost']],
    ['origins', ['file:///']],
    ['origins', ['data:,']],
    ['clientAuthentication', null],
    ['clientAuthentication', true],
    ['clientAuthentication', ''],
    ['clientAuthentication', 'Basic'],
    ['clientAuthentication', 'header'],
    ['clientAuthentication', 'client_secret_post'],
    ['clientAuthentication', ['basic']],
    ['renewBefore', null],
    ['renewBefore', -1],
    ['renewBefore', Number.NaN],
    ['renewBefore', Number.POSITIVE_INFINITY],
    ['renewBefore', '60'],
    ['renewBefore', [60]],
    ['renewBefore', 60n],
    ['renewBefore', true],
    ['timeout', null],
    ['timeout', 0],
    ['timeout', -1],
    ['timeout', 2 ** 31],
    ['timeout', Number.NaN],
    ['timeout', Number.POSITIVE_INFINITY],
    ['timeout', '10000'],
    ['timeout', [10_000]],
    ['timeout', 10_000n],
    ['retries', null],
    ['retries', -1],
    ['retries', 1.5],
    ['retries', Number.NaN],
    ['retries', Number.POSITIVE_INFINITY],
    ['retries', 1e9],
    ['retries', '2'],
    ['retries', [2]],
    ['retries', false],
    ['shouldRenew', null],
    ['shouldRenew', 401],
    ['shouldRenew', [401]],
    ['shouldRenew', true],
    ['shouldRenew', {}],
    ['onEvent', null],
    ['onEvent', 'log'],
    ['onEvent', [() => {}]],
    ['onEvent', { emit: () => {} }],
  ])('%s cannot be %o', (name, value) => {
    expectConfigError(() => call(good, { [name]: value }), new RegExp(`\\b${name} must be `))
  })

  it.each([
    'origin',
    'Origins',
    'timeoutMs',
    'retry',
    'renew_before',
    'clientAuth',
    'onevent',
    'baseURL',
    '0',
  ])('reject an unknown name like %s, and the message lists the valid names', (name) => {
    expectConfigError(
      () => call(good, { [name]: 1 }),
      new RegExp(`\\b${name}\\b`),
      /\borigins\b/,
      /\btimeout\b/,
    )
  })

  it('reject names of members of Object.prototype', () => {
    for (const name of ['constructor', 'toString', 'hasOwnProperty', '__proto__']) {
      expectConfigError(() => call(good, JSON.parse(`{ "${name}": 1 }`)), name)
    }
  })
})

describe('a token broker', () => {
  it('needs an origin from the instance or from the option', () => {
    expectConfigError(() => attachCaspioAuth(axios.create(), broker), 'origins', 'baseURL')
    expectConfigError(() => attachCaspioAuth(axios.create(), broker, { origins: [] }), 'origins')
    const baseURL = 'https://a1bcd234.caspio.com/rest/v2'
    expect(() => attachCaspioAuth(axios.create({ baseURL }), broker)).not.toThrow()
    expect(() =>
      attachCaspioAuth(axios.create(), broker, { origins: ['https://a1bcd234.caspio.com'] }),
    ).not.toThrow()
  })

  it('needs no origin until it is attached', () => {
    const handle = createCaspioAuth(broker)
    expectConfigError(() => attachCaspioAuth(axios.create(), handle), 'origins', 'baseURL')
    expect(() =>
      attachCaspioAuth(axios.create(), handle, { origins: ['https://a1bcd234.caspio.com'] }),
    ).not.toThrow()
  })

  it('keeps its origins when it is shared', () => {
    const handle = createCaspioAuth(broker, { origins: ['https://a1bcd234.caspio.com'] })
    expect(() => attachCaspioAuth(axios.create(), handle)).not.toThrow()
  })

  it('has its options validated, too', () => {
    expectConfigError(() => createCaspioAuth(broker, { timeout: 0 }), 'timeout')
  })
})

describe('a shared CaspioAuth', () => {
  const shared = () => createCaspioAuth(good)

  it.each([
    ['clientAuthentication', 'basic'],
    ['renewBefore', 60],
    ['timeout', 10_000],
    ['retries', 2],
    ['onEvent', () => {}],
  ])('accepts %s only when it is created, not when it is attached', (name, value) => {
    expectConfigError(
      () => attachCaspioAuth(axios.create(), shared(), { [name]: value }),
      new RegExp(`\\b${name}\\b`),
    )
  })

  it('accepts origins and shouldRenew for one instance', () => {
    expect(() =>
      attachCaspioAuth(axios.create(), shared(), {
        origins: ['https://gateway.example.com'],
        shouldRenew: ({ status }) => status === 400,
      }),
    ).not.toThrow()
  })

  it('has these two options validated', () => {
    const api = axios.create()
    expectConfigError(() => attachCaspioAuth(api, shared(), { origins: ['garbage'] }), 'origins')
    expectConfigError(
      () => attachCaspioAuth(api, shared(), { shouldRenew: 401 } as unknown as CaspioAuthOptions),
      'shouldRenew',
    )
    expectConfigError(
      () => attachCaspioAuth(api, shared(), { origin: [] } as CaspioAuthOptions),
      /\borigin\b/,
    )
  })
})

describe("the caller's objects", () => {
  it('may be frozen and are not modified', async () => {
    const account = await startAccount()
    const credentials = Object.freeze({ ...account.credentials })
    const options = Object.freeze({
      origins: Object.freeze(['https://gateway.example.com']),
      timeout: 5_000,
      retries: 1,
      onEvent: () => {},
    })
    const api = axios.create({ baseURL: `${account.url}/rest/v2` })
    const auth = attachCaspioAuth(api, credentials, options)
    expect((await api.get(PHYSICIANS)).status).toBe(200)
    account.revoke()
    expect((await api.get(PHYSICIANS)).status).toBe(200)
    auth.detach()
    expect(credentials).toEqual(account.credentials)
    expect(Object.keys(options)).toEqual(['origins', 'timeout', 'retries', 'onEvent'])
  })

  it('may change later without effect on the plugin: the credentials', async () => {
    const account = await startAccount()
    const credentials = account.credentials
    const api = axios.create({ baseURL: `${account.url}/rest/v2` })
    attachCaspioAuth(api, credentials)
    const handle = createCaspioAuth(credentials)
    const getAccessToken = caspioAuth(credentials)
    Object.assign(credentials, {
      clientID: 'another',
      clientSecret: 'another',
      tokenEndpointURL: 'http://127.0.0.1:1/oauth/token',
    })
    expect((await api.get(PHYSICIANS)).status).toBe(200)
    expect((await handle.getAccessToken()).token_type).toBe('bearer')
    expect((await getAccessToken()).token_type).toBe('bearer')
    expect(account.log.token.map(({ status }) => status)).toEqual([200, 200, 200])
  })

  it('may change later without effect on the plugin: the options', async () => {
    const account = await startAccount()
    const stranger = await startRawServer()
    const seen: CaspioAuthEvent['type'][] = []
    const origins: string[] = []
    const options: Record<string, unknown> & CaspioAuthOptions = {
      origins,
      retries: 0,
      onEvent: ({ type }) => seen.push(type),
    }
    const api = axios.create({ baseURL: `${account.url}/rest/v2` })
    attachCaspioAuth(api, account.credentials, options)
    origins.push(stranger.url)
    Object.assign(options, {
      clientAuthentication: 'body',
      shouldRenew: () => true,
      onEvent: () => expect.unreachable(),
      origins: [stranger.url],
    })
    expect((await api.get(PHYSICIANS)).status).toBe(200)
    await api.get(stranger.url)
    expect(stranger.received.map(({ headers }) => headers.authorization)).toEqual([undefined])
    expect(account.log.token.map((entry) => entry.clientAuthentication)).toEqual(['basic'])
    expect(account.log.api).toHaveLength(1)
    expect(seen).toEqual(['token-request', 'token-taken'])
  })
})

describe('attaching', () => {
  it('sends no request', async () => {
    const account = await startAccount()
    let brokerCalls = 0
    const api = axios.create({ baseURL: `${account.url}/rest/v2` })
    attachCaspioAuth(api, account.credentials)
    attachCaspioAuth(axios.create(), createCaspioAuth(account.credentials))
    caspioAuth(account.credentials)
    attachCaspioAuth(axios.create({ baseURL: 'https://a1bcd234.caspio.com' }), async (request) => {
      brokerCalls++
      return broker(request)
    })
    await sleep(50)
    expect(account.log.token).toEqual([])
    expect(account.log.api).toEqual([])
    expect(brokerCalls).toBe(0)
  })

  it('with well-formed but wrong credentials fails only at the first request', async () => {
    const account = await startAccount()
    const api = axios.create({ baseURL: account.url })
    attachCaspioAuth(api, { ...account.credentials, clientSecret: SECRET })
    const error = await rejectionOf(api.get('/rest/v2/tables'))
    expect(error.code).toBe('ERR_CASPIO_CREDENTIALS')
    expectNoSecrets(error, { ...account.credentials, clientSecret: SECRET })
  })
})

describe('the message about a wrong credential', () => {
  const PLACE =
    'in your Caspio account, under Access permissions > Web services profiles > (profile)'

  it.each([
    [
      'says where to find a value that is missing',
      without('clientID'),
      `clientID is missing. Find it ${PLACE}.`,
    ],
    [
      'suggests no other name for a value that is undefined',
      { ...good, clientID: undefined },
      `clientID is missing. Find it ${PLACE}.`,
    ],
    [
      'treats null as missing',
      { ...good, clientID: null },
      `clientID is missing. Find it ${PLACE}.`,
    ],
    [
      'suggests the right name for a value with a similar one',
      { ...without('clientID'), client_id: 'b5a1e9c2' },
      'clientID is missing. Rename client_id to clientID.',
    ],
    [
      'says where to find a value of the wrong type',
      { ...good, clientID: 42, client_id: 'b5a1e9c2' },
      `clientID must be a string. Find it ${PLACE}.`,
    ],
    [
      'mentions surrounding white space',
      { ...good, clientSecret: ` ${SECRET}` },
      `clientSecret has leading or trailing white space. Find it ${PLACE}.`,
    ],
    [
      'mentions a broken character, which is half of a surrogate pair',
      { ...good, clientSecret: `${SECRET}\ud83d` },
      `clientSecret contains a broken character. Find it ${PLACE}.`,
    ],
  ])('%s', (_, credentials, message) => {
    expect(thrownBy(() => create(credentials)).message).toBe(`axios-caspio-auth: ${message}`)
  })
})

describe('an invalid option', () => {
  it.each([null, ' ', SECRET, 0])(
    'gets a message with the rule, never with the value: %j',
    (timeout) => {
      expect(thrownBy(() => create(good, { timeout })).message).toBe(
        'axios-caspio-auth: timeout must be a number of milliseconds from 1 to 2147483647.',
      )
    },
  )

  it.each([
    ['a URL object', new URL('https://gateway.example.com')],
    ['a nested array', ['https://gateway.example.com']],
  ])('is an origin that is not a string: %s', (_, origin) => {
    expectConfigError(() => create(good, { origins: [origin] }), 'origins must be an array')
  })
})

describe('a property that other code put on Object.prototype', () => {
  function polluted<T>(fields: Record<string, unknown>, act: () => T): T {
    for (const [name, value] of Object.entries(fields)) {
      Object.defineProperty(Object.prototype, name, { value, configurable: true, writable: true })
    }
    try {
      return act()
    } finally {
      for (const name of Object.keys(fields)) Reflect.deleteProperty(Object.prototype, name)
    }
  }

  it('is not used as a credential', () => {
    const error = polluted(good, () => thrownBy(() => create({})))
    expect(error.message).toContain('clientID is missing')
  })

  it('does not override a credential', () => {
    polluted({ clientID: 'evil', clientSecret: 'evil' }, () => create(good))
  })

  it('is not used as an option', async () => {
    const account = await startAccount()
    const options = { clientAuthentication: 'body', retries: 5, onEvent: 'evil', origins: 'evil' }
    const auth = polluted(options, () => create(account.credentials)) as CaspioAuth
    await auth.getAccessToken()
    expect(account.log.token).toMatchObject([{ clientAuthentication: 'basic', status: 200 }])
  })
})
