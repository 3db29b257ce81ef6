import { own } from '../lib/own-properties.js'
import { slipFor } from '../lib/similar-name.js'
import { isSecure, parseURL } from '../lib/url.js'
import { configError } from './errors.js'
import { IN_THE_ACCOUNT } from './in-the-account.js'
import type { CaspioAuthOptions, CaspioCredentials } from './types.js'

const DEFAULTS = Object.freeze({
  origins: [] as readonly string[],
  clientAuthentication: 'basic' as 'basic' | 'body',
  timeout: 10_000,
  retries: 2,
  tokenStoreTimeout: 500,
})

export type ResolvedOptions = typeof DEFAULTS & Omit<CaspioAuthOptions, keyof typeof DEFAULTS>

type Fields = Readonly<Record<string, unknown>>

/** Checks the three values. Returns a copy: what the user does to the object later changes nothing. */
export function checkCredentials(value: unknown): CaspioCredentials {
  if (Object(value) !== value) {
    throw configError(
      `credentials must be an object, a token broker function or a CaspioAuth, not ${kind(value)}.`,
    )
  }
  const read = (field: string) => readString(field, value as Fields)
  return {
    clientID: read('clientID'),
    clientSecret: read('clientSecret'),
    tokenEndpointURL: checkEndpoint(read('tokenEndpointURL')),
  }
}

function readString(field: string, fields: Fields): string {
  const isInherited = field in Object.prototype && !Object.hasOwn(fields, field)
  const value = isInherited ? undefined : fields[field]
  // A lone half of a surrogate pair cannot be encoded.
  if (typeof value === 'string' && value && !/^\s|\s$|[\ud800-\udfff]/u.test(value)) return value
  const slip = slipFor(field, Object.keys(fields))
  throw configError(
    `${field} must be a string, well-formed and without surrounding white space, not ${kind(value)}. ${
      value === undefined && slip !== undefined
        ? `Write ${field} instead of ${slip}.`
        : `It stands ${IN_THE_ACCOUNT}.`
    }`,
  )
}

function checkEndpoint(text: string): string {
  const url = parseURL(text)
  if (!url || !isSecure(url) || url.username || url.password) {
    throw configError(
      'tokenEndpointURL must be an absolute https URL (http on loopback only) without user or password, like https://a1bcd234.caspio.com/oauth/token.',
    )
  }
  return url.href
}

/** Checks every option that is there and fills in the others. */
export function resolveOptions(value: unknown = {}): ResolvedOptions {
  if (Object(value) !== value) throw configError(`options must be an object, not ${kind(value)}.`)
  const resolved: Record<string, unknown> = { ...DEFAULTS }
  for (const [name, option] of Object.entries(value as Fields)) {
    const rule = Object.hasOwn(RULES, name) && RULES[name]
    if (!rule)
      throw configError(`unknown option ${name}. There are ${Object.keys(RULES).join(', ')}.`)
    if (option === undefined) continue
    const [allows, wanted] = rule
    if (!allows(option)) throw configError(`${name} must be ${wanted}, not ${kind(option)}.`)
    resolved[name] = option
  }
  const origins = (resolved.origins as string[]).map((origin) => new URL(origin).origin)
  return own({ ...resolved, origins }) as unknown as ResolvedOptions
}

type Rule = readonly [allows: (value: unknown) => boolean, wanted: string]

const MILLISECONDS: Rule = [(value) => isBetween(1, value, 2 ** 31 - 1), 'milliseconds, 1 or more']

const FUNCTION: Rule = [(value) => typeof value === 'function', 'a function']

const RULES: Readonly<Record<string, Rule>> = {
  origins: [
    (value) => Array.isArray(value) && value.every(isOrigin),
    'an array of https origins without a path, like https://gateway.example.com (http on loopback only)',
  ],
  clientAuthentication: [(value) => value === 'basic' || value === 'body', "'basic' or 'body'"],
  renewBefore: [(value) => (value as number) >= 0 && Number.isFinite(value), 'seconds, 0 or more'],
  timeout: MILLISECONDS,
  retries: [
    (value) => Number.isInteger(value) && isBetween(0, value, 100),
    'a whole number to 100',
  ],
  shouldRenew: FUNCTION,
  tokenStore: [(value) => isStore(value), 'an object with get, set and delete, like a Keyv'],
  tokenStoreTimeout: MILLISECONDS,
  onEvent: FUNCTION,
}

function isOrigin(value: unknown): boolean {
  const url = typeof value === 'string' ? parseURL(value) : undefined
  // With a path the token would go further than the path says, with a * nowhere.
  return url !== undefined && isSecure(url) && !/\*/.test(url.host) && url.href === `${url.origin}/`
}

function isStore(value: unknown): boolean {
  const { get, set, delete: remove, lock = get } = Object(value)
  return [get, set, remove, lock].every((method) => typeof method === 'function')
}

function isBetween(least: number, value: unknown, most: number): boolean {
  return typeof value === 'number' && value >= least && value <= most
}

// The value itself stays out of messages: it may be a secret in the wrong place.
function kind(value: unknown): string {
  if (value === undefined) return 'missing'
  if (typeof value === 'string') return value.trim() ? 'this string' : 'blank'
  return value === null ? 'null' : `of type ${typeof value}`
}
