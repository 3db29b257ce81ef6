import axios, { type AxiosInstance } from 'axios'
import { describe, expect, it } from 'vitest'
import caspioAuth from '../../src/auth.js'
import {
  attachCaspioAuth,
  type CaspioAuth,
  type CaspioAuthEvent,
  type CaspioAuthOptions,
  type CaspioCredentials,
  type CaspioTokenBroker,
  type CaspioTokenStore,
  createCaspioAuth,
} from '../../src/index.js'
import { PHYSICIANS, rejectionOf, sleep, startAccount, thrownBy } from '../support/account.js'
import {
  create,
  ENTRY_POINTS,
  expectConfigError,
  SECRET,
  VALID_CREDENTIALS,
  withPollutedPrototype,
} from '../support/entry-points.js'
import { startRawServer } from '../support/raw-server.js'
import { expectNoSecrets } from '../support/secrets.js'

const broker: CaspioTokenBroker = async () => ({
  access_token: 'from-broker',
  token_type: 'bearer',
})

describe('attachCaspioAuth: the instance', () => {
  it('may come from axios.create or from the Axios constructor', () => {
    expect(() => attachCaspioAuth(axios.create(), VALID_CREDENTIALS).detach()).not.toThrow()
    const constructed = new axios.Axios({}) as AxiosInstance
    expect(() => attachCaspioAuth(constructed, VALID_CREDENTIALS).detach()).not.toThrow()
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
      () => attachCaspioAuth(instance as unknown as AxiosInstance, VALID_CREDENTIALS),
      'must be axios (1.6 or later), or an instance',
      'first argument',
    )
  })

  it('must be the first argument: swapped arguments are rejected', () => {
    expectConfigError(
      () =>
        attachCaspioAuth(
          VALID_CREDENTIALS as unknown as AxiosInstance,
          axios.create() as unknown as CaspioCredentials,
        ),
      'must be axios (1.6 or later), or an instance',
      'first argument',
    )
  })

  it('is not changed if an argument is wrong', async () => {
    const server = await startRawServer()
    const api = axios.create({ baseURL: server.url })
    const before = Object.getOwnPropertyNames(api)
    expectConfigError(() => attachCaspioAuth(api, { ...VALID_CREDENTIALS, clientID: '' }))
    expectConfigError(() => attachCaspioAuth(api, VALID_CREDENTIALS, { retries: -1 }))
    expect(Object.getOwnPropertyNames(api)).toEqual(before)
    await api.get('/')
    expect(server.received.map(({ headers }) => headers.authorization)).toEqual([undefined])
  })
})

describe.each(ENTRY_POINTS)('%s: the options', (_, call) => {
  it.each([
    ['null', null],
    ['a string', 'basic'],
    ['a number', 10_000],
    ['true', true],
  ])('cannot be %s', (_, options) => {
    expectConfigError(() => call(VALID_CREDENTIALS, options), 'options must be an object')
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
    expect(() => call(VALID_CREDENTIALS, { [name]: value })).not.toThrow()
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
    expect(() => call(VALID_CREDENTIALS, { [name]: undefined })).not.toThrow()
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
    expectConfigError(
      () => call(VALID_CREDENTIALS, { [name]: value }),
      new RegExp(`\\b${name} must be `),
    )
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
      () => call(VALID_CREDENTIALS, { [name]: 1 }),
      new RegExp(`\\b${name}\\b`),
      /\borigins\b/,
      /\btimeout\b/,
    )
  })

  it('reject names of members of Object.prototype', () => {
    for (const name of ['constructor', 'toString', 'hasOwnProperty', '__proto__']) {
      expectConfigError(() => call(VALID_CREDENTIALS, JSON.parse(`{ "${name}": 1 }`)), name)
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
  const shared = () => createCaspioAuth(VALID_CREDENTIALS)

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
    expect(seen).toEqual(['token-request', 'token-taken', 'api-call'])
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

describe('an invalid option', () => {
  it.each([null, ' ', SECRET, 0])(
    'gets a message with the rule, never with the value: %j',
    (timeout) => {
      expect(thrownBy(() => create(VALID_CREDENTIALS, { timeout })).message).toBe(
        'axios-caspio-auth: timeout must be a number of milliseconds from 1 to 2147483647.',
      )
    },
  )

  it.each([
    ['clientAuthentication', '"basic" or "body"'],
    ['renewBefore', 'a number of seconds from 0 to 2147483647'],
    ['retries', 'an integer from 0 to 100'],
    ['shouldRenew', 'a function'],
    ['onEvent', 'a function'],
    ['existingAuthorization', '"replace" or "keep"'],
  ])('says what %s must be', (name, rule) => {
    const { message } = thrownBy(() => create(VALID_CREDENTIALS, { [name]: SECRET }))
    expect(message).toBe(`axios-caspio-auth: ${name} must be ${rule}.`)
  })

  it.each([
    ['a URL object', new URL('https://gateway.example.com')],
    ['a nested array', ['https://gateway.example.com']],
  ])('is an origin that is not a string: %s', (_, origin) => {
    expectConfigError(
      () => create(VALID_CREDENTIALS, { origins: [origin] }),
      'origins must be an array',
    )
  })
})

describe('the option tokenStore', () => {
  const methods = { get() {}, set() {}, delete() {} }

  it.each([
    ['a string', 'redis://localhost'],
    ['an object without get', { ...methods, get: undefined }],
    ['an object without set', { ...methods, set: undefined }],
    ['an object without delete', { ...methods, delete: undefined }],
    ['an object whose lock is not a function', { ...methods, lock: true }],
  ])('cannot be %s', (_, tokenStore) => {
    expectConfigError(
      () => create(VALID_CREDENTIALS, { tokenStore }),
      'tokenStore must be an object with the methods get, set and delete',
    )
  })

  it('may inherit its methods', () => {
    class Store implements CaspioTokenStore {
      get() {}
      set() {}
      delete() {}
    }
    expect(() => create(VALID_CREDENTIALS, { tokenStore: new Store() })).not.toThrow()
  })

  it.each([true, () => {}])('does not take its lock from Object.prototype: %s', async (lock) => {
    const account = await startAccount()
    const stored: string[] = []
    const tokenStore = { ...methods, set: (key: string) => stored.push(key) }
    const auth = withPollutedPrototype({ lock }, () =>
      createCaspioAuth(account.credentials, { tokenStore }),
    )
    await auth.getAccessToken()
    expect(stored).toHaveLength(1)
  })

  it('cannot be used with a token broker, which has no client ID for the key', () => {
    expectConfigError(() => create(broker, { tokenStore: methods }), 'tokenStore')
  })

  it.each([0, -1, Number.NaN, '500', 2 ** 31])('tokenStoreTimeout cannot be %j', (value) => {
    expectConfigError(
      () => create(VALID_CREDENTIALS, { tokenStoreTimeout: value }),
      'tokenStoreTimeout must be a number of milliseconds from 1 to 2147483647',
    )
  })
})

describe('a property that other code put on Object.prototype', () => {
  it('is not used as an option', async () => {
    const account = await startAccount()
    const options = { clientAuthentication: 'body', retries: 5, onEvent: 'evil', origins: 'evil' }
    const auth = withPollutedPrototype(options, () => create(account.credentials)) as CaspioAuth
    await auth.getAccessToken()
    expect(account.log.token).toMatchObject([{ clientAuthentication: 'basic', status: 200 }])
  })
})
