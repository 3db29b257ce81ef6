import { memberOf } from '../lib/own-properties.js'
import { similarName } from '../lib/similar-name.js'
import { isSecure, parseURL } from '../lib/url.js'
import { configError } from './errors.js'
import { IN_YOUR_ACCOUNT } from './in-your-account.js'
import type { CaspioCredentials } from './types.js'

/**
 * Checks the credentials and copies them: a later change of the user's object has no effect.
 *
 * @throws CaspioAuthError `ERR_CASPIO_CONFIG`, naming the first field that is wrong
 */
export function checkCredentials(value: unknown): CaspioCredentials {
  if (Object(value) !== value) {
    throw configError(
      'the credentials must be { clientID, clientSecret, tokenEndpointURL }, a token broker or a CaspioAuth.',
    )
  }
  return {
    clientID: check('clientID', value),
    clientSecret: check('clientSecret', value),
    tokenEndpointURL: checkEndpoint(check('tokenEndpointURL', value)),
  }
}

function check(name: string, fields: unknown): string {
  // Not only an own property: a class may define its fields as accessors.
  const value = memberOf(fields, name)
  // If it is a function, each token request calls it.
  if (name === 'clientSecret' && typeof value === 'function') return value as never
  const fault = faultOf(value)
  if (!fault) return value as string
  const misspelt = value === undefined && similarName(name, Object.keys(fields as object))
  const advice = misspelt ? `Rename ${misspelt} to ${name}.` : `Find the value ${IN_YOUR_ACCOUNT}.`
  throw configError(`${name} ${fault}. ${advice}`)
}

/** What is wrong with a text. Never shows it: it may be a secret. */
export function faultOf(value: unknown): string | undefined {
  if (value === undefined || value === null) return 'is missing'
  if (typeof value !== 'string') return 'must be a string'
  if (!value.trim()) return 'is empty'
  if (value !== value.trim()) return 'has leading or trailing white space'
  // Half of a surrogate pair cannot be encoded as UTF-8.
  return /[\ud800-\udfff]/u.test(value) ? 'contains a broken character' : undefined
}

function checkEndpoint(text: string): string {
  const url = parseURL(text)
  if (!url || !isSecure(url) || url.username || url.password) {
    throw configError(
      'tokenEndpointURL must be an https URL without a user name or password, like https://a1bcd234.caspio.com/oauth/token (http only on loopback).',
    )
  }
  return url.href
}
