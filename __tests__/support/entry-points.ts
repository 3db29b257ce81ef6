import axios from 'axios'
import { expect } from 'vitest'
import caspioAuth from '../../src/auth.js'
import {
  attachCaspioAuth,
  CaspioAuthError,
  type CaspioAuthOptions,
  type CaspioCredentials,
  createCaspioAuth,
  isCaspioAuthError,
} from '../../src/index.js'
import { thrownBy } from './account.js'
import { expectNoSecrets } from './secrets.js'

export const SECRET = 'S3cr/t+of "Örsted" & son: 100 %'

/** Credentials that every entry point accepts. */
export const VALID_CREDENTIALS = Object.freeze({
  clientID: 'b5a1e9c2',
  clientSecret: SECRET,
  tokenEndpointURL: 'https://a1bcd234.caspio.com/oauth/token',
})

/** Calls one of the functions that take credentials and options. */
export type EntryPoint = (credentials: unknown, options?: unknown) => unknown

export const create: EntryPoint = (credentials, options) =>
  createCaspioAuth(credentials as CaspioCredentials, options as CaspioAuthOptions | undefined)

export const ENTRY_POINTS: [name: string, call: EntryPoint][] = [
  [
    'attachCaspioAuth',
    (credentials, options) =>
      attachCaspioAuth(
        axios.create(),
        credentials as CaspioCredentials,
        options as CaspioAuthOptions | undefined,
      ),
  ],
  ['createCaspioAuth', create],
  [
    'axios-caspio-auth/auth',
    (credentials, options) =>
      caspioAuth(credentials as CaspioCredentials, options as CaspioAuthOptions | undefined),
  ],
]

/** Expects `act` to throw an `ERR_CASPIO_CONFIG` whose message contains `words` and no secret. */
export function expectConfigError(act: () => unknown, ...words: (string | RegExp)[]): void {
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
  expectNoSecrets(error, VALID_CREDENTIALS)
}

/** Calls `act` while `Object.prototype` has these properties. */
export function withPollutedPrototype<T>(fields: Record<string, unknown>, act: () => T): T {
  for (const [name, value] of Object.entries(fields)) {
    Object.defineProperty(Object.prototype, name, { value, configurable: true, writable: true })
  }
  try {
    return act()
  } finally {
    for (const name of Object.keys(fields)) Reflect.deleteProperty(Object.prototype, name)
  }
}
