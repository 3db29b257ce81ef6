import { IN_THE_ACCOUNT } from '../../contract/in-the-account.js'
import type { CaspioCredentials } from '../../contract/types.js'
import { slipFor } from '../../lib/similar-name.js'
import { isSecure, parseURL } from '../../lib/url.js'
import type { Values } from '../environment.js'
import type { Environment } from '../io.js'
import { failed, passed, type Step } from './step.js'

export const ID = 'CASPIO_CLIENT_ID'
export const SECRET = 'CASPIO_CLIENT_SECRET'
export const URL_NAME = 'CASPIO_TOKEN_ENDPOINT_URL'

const LIKE = 'like https://a1bcd234.caspio.com/oauth/token'

/** The three values, if they are such as can be sent at all. Whether they are right, Caspio knows. */
export function readValues({ env, overruled }: Values): {
  step: Step
  credentials?: CaspioCredentials
} {
  const [clientID, clientSecret, tokenEndpointURL] = [ID, SECRET, URL_NAME].map((name) =>
    (env[name] ?? '').trim(),
  ) as [string, string, string]
  const notes = overruled.map(
    (name) => `${name} is another in the file than in the environment, whose value is used.`,
  )
  const missing = [ID, SECRET, URL_NAME].filter((name) => !env[name]?.trim())
  if (missing.length > 0) {
    const faults = missing.map(
      (name) => `${name} is ${env[name] === undefined ? 'not set' : 'blank'}`,
    )
    const step = failed(
      'values',
      `${faults.join(', ')}.`,
      `The values stand ${IN_THE_ACCOUNT}. Set them in the environment, or in a file: --env-file .env`,
      ...notes,
      ...misspelt(env, missing),
    )
    return { step }
  }
  const fault = faultOfURL(tokenEndpointURL)
  if (fault) {
    const step = failed(
      'values',
      `${URL_NAME} is wrong: ${fault}.`,
      `It must be ${LIKE}, and stands ${IN_THE_ACCOUNT}.`,
      ...notes,
    )
    return { step }
  }
  return {
    step: passed('values', 'all three are set', ...notes),
    credentials: { clientID, clientSecret, tokenEndpointURL },
  }
}

/** Names that are set and look like one that is not. */
function misspelt(env: Environment, missing: readonly string[]): string[] {
  return missing.flatMap((name) => {
    const slip = slipFor(name, Object.keys(env))
    return slip === undefined ? [] : [`${slip} is set: the name must be ${name}.`]
  })
}

// The value itself is not told: it may be a secret in the wrong place.
function faultOfURL(text: string): string | undefined {
  const url = parseURL(text)
  if (!url) return `it is no URL${quoted(text) ? ', but begins or ends with a quotation mark' : ''}`
  if (url.username || url.password) return 'it has a user or a password in it'
  return isSecure(url) ? undefined : 'it does not begin with https://'
}

/**
 * What is odd about the ID and the secret, beside those that Caspio gives out. Odd ones may be right
 * elsewhere: it is told when they were refused.
 */
export function doubtsOf({ clientID, clientSecret }: CaspioCredentials): string[] {
  const doubts = [
    [ID, clientID],
    [SECRET, clientSecret],
  ].flatMap(([name, value = '']) => {
    const doubt = doubtOf(value)
    return doubt === undefined ? [] : [`${name} is wrong: ${doubt}.`]
  })
  if (doubts.length === 0 && clientID === clientSecret) {
    return [`${ID} and ${SECRET} are the same: one of the two was copied twice.`]
  }
  return doubts
}

const LENGTH = 50
const USUAL = `Caspio's have ${LENGTH}, each of 0-9 or a-f`

function doubtOf(value: string): string | undefined {
  if (/^https?:/i.test(value)) return 'it is a URL'
  if (quoted(value)) {
    return 'it begins or ends with a quotation mark (docker --env-file, for one, takes the marks for a part of the value)'
  }
  const characters = [...value]
  const odd = characters.findIndex((character) => !/[\da-f]/.test(character))
  if (odd >= 0) {
    const kind = kindOf(`${characters[odd]}`)
    return `its character number ${odd + 1} of ${characters.length} is ${kind}; ${USUAL}`
  }
  return value.length === LENGTH ? undefined : `it has ${value.length} characters; ${USUAL}`
}

// Never the character itself: it may be one of a secret.
function kindOf(character: string): string {
  if (/[\s\p{C}]/u.test(character)) return 'a blank or an invisible character'
  return /[A-F]/.test(character) ? 'in upper case' : 'no hexadecimal digit'
}

function quoted(text: string): boolean {
  return /^["'`‘’“”]|["'`‘’“”]$/u.test(text)
}
