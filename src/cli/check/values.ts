import { IN_YOUR_ACCOUNT } from '../../contract/in-your-account.js'
import type { KnownCredentials } from '../../contract/types.js'
import { similarName } from '../../lib/similar-name.js'
import { isSecure, parseURL } from '../../lib/url.js'
import type { Values } from '../environment.js'
import type { Environment } from '../io.js'
import { failed, passed, type Step } from './step.js'

export const ID = 'CASPIO_CLIENT_ID'
export const SECRET = 'CASPIO_CLIENT_SECRET'
export const URL_NAME = 'CASPIO_TOKEN_ENDPOINT_URL'

/** Checks that the three values can be sent. Only Caspio knows whether they are right. */
export function checkValues({ env, conflicts }: Values): {
  step: Step
  credentials?: KnownCredentials
} {
  const [clientID, clientSecret, tokenEndpointURL] = [ID, SECRET, URL_NAME].map((name) =>
    (env[name] ?? '').trim(),
  ) as [string, string, string]
  const notes = conflicts.map(
    (name) =>
      `${name} in the file differs from ${name} in the environment. The environment is used.`,
  )
  const missing = [ID, SECRET, URL_NAME].filter((name) => !env[name]?.trim())
  if (missing.length > 0) {
    const faults = missing.map(
      (name) => `${name} is ${env[name] === undefined ? 'not set' : 'empty'}`,
    )
    const step = failed(
      'values',
      `${faults.join(', ')}.`,
      `Find the values ${IN_YOUR_ACCOUNT}. Set them in the environment or in a file (--dotenv .env).`,
      ...notes,
      ...misspelledNames(env, missing),
    )
    return { step }
  }
  const fault = faultOfURL(tokenEndpointURL)
  if (fault) {
    const step = failed(
      'values',
      `${URL_NAME} is wrong: ${fault}.`,
      `It must look like https://a1bcd234.caspio.com/oauth/token. Find it ${IN_YOUR_ACCOUNT}.`,
      ...notes,
    )
    return { step }
  }
  return {
    step: passed('values', 'all three are set', ...notes),
    credentials: { clientID, clientSecret, tokenEndpointURL },
  }
}

function misspelledNames(env: Environment, missing: readonly string[]): string[] {
  return missing.flatMap((name) => {
    const similar = similarName(name, Object.keys(env))
    return similar === undefined ? [] : [`${similar} is set, but the name must be ${name}.`]
  })
}

// Never shows the value, which may be a secret in the wrong place.
function faultOfURL(text: string): string | undefined {
  const url = parseURL(text)
  if (!url) {
    return isQuoted(text)
      ? 'it is not a URL, because it begins or ends with a quotation mark'
      : 'it is not a URL'
  }
  if (url.username || url.password) return 'it contains a user name or a password'
  return isSecure(url) ? undefined : 'it does not begin with https://'
}

/**
 * Finds what sets the ID and the secret apart from those that Caspio issues. Another server may
 * accept such values, so this is only for a client that was refused.
 */
export function findFaults({ clientID, clientSecret }: KnownCredentials): string[] {
  const faults = [
    [ID, clientID],
    [SECRET, clientSecret],
  ].flatMap(([name, value = '']) => {
    const fault = faultOfValue(value)
    return fault === undefined ? [] : [`${name} is wrong: ${fault}.`]
  })
  if (faults.length === 0 && clientID === clientSecret) {
    return [`${ID} and ${SECRET} are the same. One of them was copied twice.`]
  }
  return faults
}

const LENGTH = 50
const USUAL = `a value from Caspio has ${LENGTH} characters, each 0-9 or a-f`

function faultOfValue(value: string): string | undefined {
  if (/^https?:/i.test(value)) return 'it is a URL'
  if (isQuoted(value)) {
    return 'it begins or ends with a quotation mark (docker --env-file, for example, keeps quotation marks as part of the value)'
  }
  const characters = [...value]
  const index = characters.findIndex((character) => !/[\da-f]/.test(character))
  if (index >= 0) {
    const kind = kindOf(`${characters[index]}`)
    return `character ${index + 1} of ${characters.length} is ${kind}; ${USUAL}`
  }
  return value.length === LENGTH ? undefined : `it has ${characters.length} characters; ${USUAL}`
}

// Never shows the character, which may be part of a secret.
function kindOf(character: string): string {
  if (/[\s\p{C}]/u.test(character)) return 'a space or an invisible character'
  return /[A-F]/.test(character) ? 'an upper-case letter' : 'not a hexadecimal digit'
}

function isQuoted(text: string): boolean {
  return /^["'`‘’“”]|["'`‘’“”]$/u.test(text)
}
