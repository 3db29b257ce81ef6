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

const full = Object.freeze({
  CASPIO_CLIENT_ID: 'b5a1e9c2',
  CASPIO_CLIENT_SECRET: 'S3cr/t+of "Örsted" & son: 100 %',
  CASPIO_TOKEN_ENDPOINT_URL: 'https://a1bcd234.caspio.com/oauth/token',
})
const credentials = {
  clientID: full.CASPIO_CLIENT_ID,
  clientSecret: full.CASPIO_CLIENT_SECRET,
  tokenEndpointURL: full.CASPIO_TOKEN_ENDPOINT_URL,
}

type Env = Record<string, string | undefined>

function mistakeIn(env: Env | undefined): CaspioAuthError {
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
    expect(credentialsFromEnv(full)).toEqual(credentials)
  })

  it('reads nothing else, and writes nothing', () => {
    const env = Object.freeze({ ...full, CASPIO_SECRET: 'other', CLIENT_ID: 'other' })
    expect(credentialsFromEnv(env)).toEqual(credentials)
  })

  it.each(['  %s', '%s \t', '\n%s\r\n', '\ufeff%s'])('drops the white space around %j', (form) => {
    const env = Object.fromEntries(
      Object.entries(full).map(([name, value]) => [name, form.replace('%s', () => value)]),
    )
    expect(credentialsFromEnv(env)).toEqual(credentials)
  })

  it('keeps the white space within a value', () => {
    const env = { ...full, CASPIO_CLIENT_SECRET: ' two  words ' }
    expect(credentialsFromEnv(env).clientSecret).toBe('two  words')
  })

  it('names every variable that is missing at once', () => {
    const error = mistakeIn({})
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
  ])('counts %s as missing', (_, value) => {
    it.each(NAMES)('%s', (name) => {
      const error = mistakeIn({ ...full, [name]: value })
      expect(error.code).toBe('ERR_CASPIO_CONFIG')
      expect(namedIn(error.message)).toEqual([name])
    })

    it('two of three', () => {
      const error = mistakeIn({ ...full, CASPIO_CLIENT_ID: value, CASPIO_CLIENT_SECRET: value })
      expect(namedIn(error.message)).toEqual(['CASPIO_CLIENT_ID', 'CASPIO_CLIENT_SECRET'])
    })
  })

  it('reads process.env unless told otherwise, at the time of the call', () => {
    for (const name of NAMES) vi.stubEnv(name, undefined)
    expect(namedIn(mistakeIn(undefined).message)).toEqual(NAMES)
    for (const name of NAMES) vi.stubEnv(name, full[name])
    expect(credentialsFromEnv()).toEqual(credentials)
    vi.stubEnv('CASPIO_CLIENT_ID', 'another')
    expect(credentialsFromEnv().clientID).toBe('another')
    expect(credentialsFromEnv(full).clientID).toBe('b5a1e9c2')
  })

  it('finds everything missing where there is no process', () => {
    vi.stubGlobal('process', undefined)
    const error = thrownBy(credentialsFromEnv)
    vi.unstubAllGlobals()
    expect(namedIn(error.message)).toEqual(NAMES)
  })

  it('gives what attachCaspioAuth takes', async () => {
    const account = await startAccount()
    vi.stubEnv('CASPIO_CLIENT_ID', account.credentials.clientID)
    vi.stubEnv('CASPIO_CLIENT_SECRET', `${account.credentials.clientSecret}\n`)
    vi.stubEnv('CASPIO_TOKEN_ENDPOINT_URL', account.credentials.tokenEndpointURL)
    const api = axios.create({ baseURL: `${account.url}/rest/v2` })
    attachCaspioAuth(api, credentialsFromEnv())
    expect((await api.get(PHYSICIANS)).status).toBe(200)
  })

  it('leaves it to attachCaspioAuth to judge the values', () => {
    const env = { ...full, CASPIO_TOKEN_ENDPOINT_URL: 'http://a1bcd234.caspio.com/oauth/token' }
    const error = thrownBy(() => attachCaspioAuth(axios.create(), credentialsFromEnv(env)))
    expect(error.message).toContain('tokenEndpointURL')
  })
})
