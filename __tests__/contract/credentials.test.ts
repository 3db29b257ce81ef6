import axios from 'axios'
import { describe, expect, it } from 'vitest'
import caspioAuth from '../../src/auth.js'
import { checkCredentials } from '../../src/contract/credentials.js'
import { attachCaspioAuth, createCaspioAuth } from '../../src/index.js'
import { PHYSICIANS, startAccount, thrownBy } from '../support/account.js'
import {
  create,
  ENTRY_POINTS,
  expectConfigError,
  SECRET,
  VALID_CREDENTIALS,
  withPollutedPrototype,
} from '../support/entry-points.js'
import { expectNoSecrets } from '../support/secrets.js'

/** The credentials without one of the fields. */
function without(field: string): Record<string, unknown> {
  return Object.fromEntries(Object.entries(VALID_CREDENTIALS).filter(([name]) => name !== field))
}

describe('checkCredentials', () => {
  it('returns a copy of the three fields, with the URL in its normal form', () => {
    const tokenEndpointURL = 'HTTPS://A1BCD234.caspio.com:443/oauth/token'
    const given = { ...VALID_CREDENTIALS, tokenEndpointURL, accountName: 'Example Clinic' }
    expect(checkCredentials(given)).toStrictEqual(VALID_CREDENTIALS)
  })

  it('reads fields that a class defines as accessors', () => {
    class Credentials {
      get clientID() {
        return VALID_CREDENTIALS.clientID
      }
      get clientSecret() {
        return VALID_CREDENTIALS.clientSecret
      }
      get tokenEndpointURL() {
        return VALID_CREDENTIALS.tokenEndpointURL
      }
    }
    expect(checkCredentials(new Credentials())).toEqual(VALID_CREDENTIALS)
  })
})

describe.each(ENTRY_POINTS)('%s: the credentials', (_, call) => {
  it('are accepted', () => {
    expect(() => call(VALID_CREDENTIALS)).not.toThrow()
    expect(() => call(VALID_CREDENTIALS, {})).not.toThrow()
    expect(() => call(VALID_CREDENTIALS, undefined)).not.toThrow()
  })

  it('may have further fields or inherited ones', () => {
    expect(() => call({ ...VALID_CREDENTIALS, accountName: 'Example Clinic' })).not.toThrow()
    expect(() => call(Object.create(VALID_CREDENTIALS))).not.toThrow()
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
    [
      'an array',
      [
        VALID_CREDENTIALS.clientID,
        VALID_CREDENTIALS.clientSecret,
        VALID_CREDENTIALS.tokenEndpointURL,
      ],
    ],
    ['a Map', new Map(Object.entries(VALID_CREDENTIALS))],
  ])('are rejected as incomplete if they are %s', (_, value) => {
    expectConfigError(() => call(value), 'clientID')
  })

  describe.each(['clientID', 'clientSecret', 'tokenEndpointURL'])('%s', (field) => {
    it('is required', () => {
      expectConfigError(() => call(without(field)), field, 'missing')
      expectConfigError(() => call({ ...VALID_CREDENTIALS, [field]: undefined }), field, 'missing')
    })

    it.each<readonly [string, unknown]>([
      ['a number', 12],
      ['true', true],
      ['an object', {}],
      ['an array with the value', [SECRET]],
      ['a boxed string', Object(SECRET)],
      // clientSecret may be a function.
      ...(field === 'clientSecret' ? [] : [['a function', () => SECRET] as const]),
      ['a symbol', Symbol(SECRET)],
      ['a bigint', 12n],
    ])('must be a string, not %s', (_, value) => {
      expectConfigError(
        () => call({ ...VALID_CREDENTIALS, [field]: value }),
        field,
        'must be a string',
      )
    })

    it('does not show a number, which may be the secret', () => {
      const number = 4_815_162_342
      const error = thrownBy(() => call({ ...VALID_CREDENTIALS, [field]: number }))
      expectNoSecrets(error, VALID_CREDENTIALS, String(number))
    })

    it.each([
      ['', 'empty'],
      [' ', 'a space'],
      ['\t\r\n', 'a tab and a line break'],
      ['\u00a0', 'a no-break space'],
    ])('must not be blank: %j (%s)', (value) => {
      expectConfigError(() => call({ ...VALID_CREDENTIALS, [field]: value }), field, 'is empty')
    })

    it.each([
      ['at the start', (value: string) => ` ${value}`],
      ['at the end', (value: string) => `${value} `],
      ['such as a line break at the end', (value: string) => `${value}\n`],
      ['such as a Windows line break at the end', (value: string) => `${value}\r\n`],
      ['such as a byte order mark at the start', (value: string) => `\ufeff${value}`],
    ])('must not have white space %s', (_, addWhiteSpace) => {
      const value = addWhiteSpace(VALID_CREDENTIALS[field as keyof typeof VALID_CREDENTIALS])
      expectConfigError(() => call({ ...VALID_CREDENTIALS, [field]: value }), field, /white ?space/)
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
    const value = VALID_CREDENTIALS[field as keyof typeof VALID_CREDENTIALS]
    expectConfigError(
      () => call({ ...without(field), [slip]: value }),
      field,
      new RegExp(`\\b${slip}\\b`),
    )
  })

  it('do not appear in any message, even if passed in the wrong place', () => {
    expectConfigError(() => call(SECRET, SECRET))
    expectConfigError(() => call({ ...VALID_CREDENTIALS, clientID: [SECRET] }))
    expectConfigError(() => call({ ...VALID_CREDENTIALS, clientID: `${SECRET} ` }))
    expectConfigError(() => call({ ...VALID_CREDENTIALS, tokenEndpointURL: SECRET }))
    expectConfigError(() => call({ ...without('tokenEndpointURL'), tokenURL: SECRET }))
    expectConfigError(() => call({ ...VALID_CREDENTIALS, tokenEndpointURL: `ftp://${SECRET}` }))
    const inUser = `https://id:${encodeURIComponent(SECRET)}@a1bcd234.caspio.com/oauth/token`
    expectConfigError(() => call({ ...VALID_CREDENTIALS, tokenEndpointURL: inUser }))
    expectConfigError(() => call(VALID_CREDENTIALS, SECRET))
    for (const name of [
      'origins',
      'clientAuthentication',
      'renewBefore',
      'timeout',
      'retries',
      'shouldRenew',
      'onEvent',
    ]) {
      expectConfigError(() => call(VALID_CREDENTIALS, { [name]: SECRET }), name)
      expectConfigError(() => call(VALID_CREDENTIALS, { [name]: [SECRET] }), name)
    }
    expectConfigError(() => call(VALID_CREDENTIALS, { clientSecret: SECRET }), 'clientSecret')
  })
})

describe.each(ENTRY_POINTS)('%s: tokenEndpointURL', (_, call) => {
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
    expect(() => call({ ...VALID_CREDENTIALS, tokenEndpointURL })).not.toThrow()
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
    expectConfigError(
      () => call({ ...VALID_CREDENTIALS, tokenEndpointURL }),
      'tokenEndpointURL',
      'https',
    )
  })
})

describe('the message about a wrong credential', () => {
  const PLACE =
    'in your Caspio account, under Access permissions > Web services profiles > (profile)'

  it.each([
    [
      'says where to find a value that is missing',
      without('clientID'),
      `clientID is missing. Find the value ${PLACE}.`,
    ],
    [
      'suggests no other name for a value that is undefined',
      { ...VALID_CREDENTIALS, clientID: undefined },
      `clientID is missing. Find the value ${PLACE}.`,
    ],
    [
      'treats null as missing',
      { ...VALID_CREDENTIALS, clientID: null },
      `clientID is missing. Find the value ${PLACE}.`,
    ],
    [
      'suggests the right name for a value with a similar one',
      { ...without('clientID'), client_id: 'b5a1e9c2' },
      'clientID is missing. Rename client_id to clientID.',
    ],
    [
      'says where to find a value of the wrong type',
      { ...VALID_CREDENTIALS, clientID: 42, client_id: 'b5a1e9c2' },
      `clientID must be a string. Find the value ${PLACE}.`,
    ],
    [
      'mentions surrounding white space',
      { ...VALID_CREDENTIALS, clientSecret: ` ${SECRET}` },
      `clientSecret has leading or trailing white space. Find the value ${PLACE}.`,
    ],
    [
      'mentions a broken character, which is half of a surrogate pair',
      { ...VALID_CREDENTIALS, clientSecret: `${SECRET}\ud83d` },
      `clientSecret contains a broken character. Find the value ${PLACE}.`,
    ],
  ])('%s', (_, credentials, message) => {
    expect(thrownBy(() => create(credentials)).message).toBe(`axios-caspio-auth: ${message}`)
  })
})

describe("the caller's credentials", () => {
  it('may change later without effect on the plugin', async () => {
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
})

describe('a property that other code put on Object.prototype', () => {
  it('is not used as a credential', () => {
    const error = withPollutedPrototype(VALID_CREDENTIALS, () => thrownBy(() => create({})))
    expect(error.message).toContain('clientID is missing')
  })

  it('does not override a credential', () => {
    withPollutedPrototype({ clientID: 'evil', clientSecret: 'evil' }, () =>
      create(VALID_CREDENTIALS),
    )
  })
})
