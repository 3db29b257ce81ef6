import axios from 'axios'
import { afterEach, describe, expect, it, vi } from 'vitest'
import {
  attachCaspioAuth,
  CaspioAuthError,
  credentialsFromEnv,
  isCaspioAuthError,
} from '../../src/index.js'
import { PHYSICIANS, startAccount, thrownBy } from '../support/account.js'
import { expectNoSecrets } from '../support/secrets.js'

const NAMES = ['CASPIO_CLIENT_ID', 'CASPIO_CLIENT_SECRET', 'CASPIO_TOKEN_ENDPOINT_URL'] as const

const completeEnv = Object.freeze({
  CASPIO_CLIENT_ID: 'b5a1e9c2',
  CASPIO_CLIENT_SECRET: 'S3cr/t+of "Örsted" & son: 100 %',
  CASPIO_TOKEN_ENDPOINT_URL: 'https://a1bcd234.caspio.com/oauth/token',
})
const credentials = {
  clientID: completeEnv.CASPIO_CLIENT_ID,
  clientSecret: completeEnv.CASPIO_CLIENT_SECRET,
  tokenEndpointURL: completeEnv.CASPIO_TOKEN_ENDPOINT_URL,
}

type Env = Record<string, string | undefined>

function configErrorFor(env: Env | undefined): CaspioAuthError {
  const error = thrownBy(() => credentialsFromEnv(env))
  expect(error).toBeInstanceOf(CaspioAuthError)
  expect(isCaspioAuthError(error) && axios.isAxiosError(error)).toBe(true)
  expectNoSecrets(error, credentials)
  return error
}

function namedIn(message: string): string[] {
  return NAMES.filter((name) => message.includes(name))
}

afterEach(() => {
  vi.unstubAllEnvs()
})

describe('credentialsFromEnv', () => {
  it('reads the three variables', () => {
    expect(credentialsFromEnv(completeEnv)).toEqual(credentials)
  })

  it('reads no other variable and does not modify the object', () => {
    const env = Object.freeze({ ...completeEnv, CASPIO_SECRET: 'other', CLIENT_ID: 'other' })
    expect(credentialsFromEnv(env)).toEqual(credentials)
  })

  it.each(['  %s', '%s \t', '\n%s\r\n', '\ufeff%s'])(
    'removes the white space around a value: %j',
    (form) => {
      const env = Object.fromEntries(
        Object.entries(completeEnv).map(([name, value]) => [name, form.replace('%s', () => value)]),
      )
      expect(credentialsFromEnv(env)).toEqual(credentials)
    },
  )

  it('keeps the white space inside a value', () => {
    const env = { ...completeEnv, CASPIO_CLIENT_SECRET: ' two  words ' }
    expect(credentialsFromEnv(env).clientSecret).toBe('two  words')
  })

  it('names every variable that is missing', () => {
    const error = configErrorFor({})
    expect(error.code).toBe('ERR_CASPIO_CONFIG')
    expect(namedIn(error.message)).toEqual(NAMES)
    expect(error.message).toBe(
      'axios-caspio-auth: set CASPIO_CLIENT_ID, CASPIO_CLIENT_SECRET, CASPIO_TOKEN_ENDPOINT_URL in the environment. Find the values in your Caspio account, under Access permissions > Web services profiles > (profile).',
    )
  })

  describe.each([
    ['missing', undefined],
    ['empty', ''],
    ['blank', ' \t\r\n'],
  ])('a variable that is %s', (_, value) => {
    it.each(NAMES)('is reported as missing: %s', (name) => {
      const error = configErrorFor({ ...completeEnv, [name]: value })
      expect(error.code).toBe('ERR_CASPIO_CONFIG')
      expect(namedIn(error.message)).toEqual([name])
    })

    it('is reported together with a second one', () => {
      const error = configErrorFor({
        ...completeEnv,
        CASPIO_CLIENT_ID: value,
        CASPIO_CLIENT_SECRET: value,
      })
      expect(namedIn(error.message)).toEqual(['CASPIO_CLIENT_ID', 'CASPIO_CLIENT_SECRET'])
    })
  })

  it('reads process.env by default, at the time of the call', () => {
    for (const name of NAMES) vi.stubEnv(name, undefined)
    expect(namedIn(configErrorFor(undefined).message)).toEqual(NAMES)
    for (const name of NAMES) vi.stubEnv(name, completeEnv[name])
    expect(credentialsFromEnv()).toEqual(credentials)
    vi.stubEnv('CASPIO_CLIENT_ID', 'another')
    expect(credentialsFromEnv().clientID).toBe('another')
    expect(credentialsFromEnv(completeEnv).clientID).toBe('b5a1e9c2')
  })

  it('reports all three variables as missing if there is no process object', () => {
    vi.stubGlobal('process', undefined)
    const error = thrownBy(credentialsFromEnv)
    vi.unstubAllGlobals()
    expect(namedIn(error.message)).toEqual(NAMES)
  })

  it('returns credentials that attachCaspioAuth accepts', async () => {
    const account = await startAccount()
    vi.stubEnv('CASPIO_CLIENT_ID', account.credentials.clientID)
    vi.stubEnv('CASPIO_CLIENT_SECRET', `${account.credentials.clientSecret}\n`)
    vi.stubEnv('CASPIO_TOKEN_ENDPOINT_URL', account.credentials.tokenEndpointURL)
    const api = axios.create({ baseURL: `${account.url}/rest/v2` })
    attachCaspioAuth(api, credentialsFromEnv())
    expect((await api.get(PHYSICIANS)).status).toBe(200)
  })

  it('leaves the validation of the values to attachCaspioAuth', () => {
    const env = {
      ...completeEnv,
      CASPIO_TOKEN_ENDPOINT_URL: 'http://a1bcd234.caspio.com/oauth/token',
    }
    const error = thrownBy(() => attachCaspioAuth(axios.create(), credentialsFromEnv(env)))
    expect(error.message).toContain('tokenEndpointURL')
  })
})
