import { withoutPrototype } from '../lib/own-properties.js'
import { isSecure, parseURL } from '../lib/url.js'
import { configError } from './errors.js'
import type { CaspioAuthOptions } from './types.js'

type WithDefault =
  | 'origins'
  | 'clientAuthentication'
  | 'timeout'
  | 'retries'
  | 'shouldRenew'
  | 'tokenStoreTimeout'
  | 'createdInstances'
  | 'existingAuthorization'

export type ResolvedOptions = Required<Pick<CaspioAuthOptions, WithDefault>> &
  Omit<CaspioAuthOptions, WithDefault>

/** The options that an attachment may set even if it shares a `CaspioAuth`. */
export type AttachmentOptions = Pick<
  ResolvedOptions,
  'origins' | 'shouldRenew' | 'createdInstances' | 'existingAuthorization'
>

// What setTimeout can count.
const LONGEST_TIMEOUT_MS = 2 ** 31 - 1

const milliseconds = (value: unknown) => isBetween(1, value, LONGEST_TIMEOUT_MS)
const MILLISECONDS = `a number of milliseconds from 1 to ${LONGEST_TIMEOUT_MS}`

const isFunction = (value: unknown) => typeof value === 'function'

/** Of each option: what it accepts, as a test and in words, and its default. */
const OPTIONS: Readonly<
  Record<keyof CaspioAuthOptions, readonly [(value: unknown) => boolean, string, unknown?]>
> = Object.freeze({
  origins: [
    (value) => Array.isArray(value) && value.every(isOrigin),
    "an array of https origins without a path, like ['https://gateway.example.com'] (http on loopback only)",
    [],
  ],
  clientAuthentication: [
    (value) => value === 'basic' || value === 'body',
    "'basic' or 'body'",
    'basic',
  ],
  renewBefore: [(value) => isBetween(0, value, Number.MAX_VALUE), 'a number of seconds from 0 on'],
  timeout: [milliseconds, MILLISECONDS, 10_000],
  retries: [
    (value) => Number.isInteger(value) && isBetween(0, value, 100),
    'an integer from 0 to 100',
    2,
  ],
  shouldRenew: [isFunction, 'a function', ({ status }: { status: number }) => status === 401],
  tokenStore: [isStore, 'an object with the methods get, set and delete, like a Keyv'],
  tokenStoreTimeout: [milliseconds, MILLISECONDS, 500],
  onEvent: [isFunction, 'a function'],
  createdInstances: [(value) => typeof value === 'boolean', 'true or false', false],
  existingAuthorization: [
    (value) => value === 'replace' || value === 'keep',
    "'replace' or 'keep'",
    'replace',
  ],
})

/**
 * Checks the options and fills in the defaults.
 *
 * @throws CaspioAuthError `ERR_CASPIO_CONFIG`, naming the first option that is wrong
 */
export function resolveOptions(value: unknown = {}): ResolvedOptions {
  if (Object(value) !== value) throw configError('options must be an object.')
  const given = Object.entries(value as object).filter(([, option]) => option !== undefined)
  for (const [name, option] of given) {
    const rule = Object.hasOwn(OPTIONS, name) && OPTIONS[name as keyof CaspioAuthOptions]
    if (!rule) {
      const names = Object.keys(OPTIONS).join(', ')
      throw configError(`there is no option ${name}. The options are ${names}.`)
    }
    if (!rule[0](option)) throw configError(`${name} must be ${rule[1]}.`)
  }
  const defaults = Object.entries(OPTIONS).map(([name, rule]) => [name, rule[2]])
  const resolved = withoutPrototype(Object.fromEntries([...defaults, ...given]))
  return { ...resolved, origins: resolved.origins.map((text: string) => new URL(text).origin) }
}

function isOrigin(value: unknown): boolean {
  const url = typeof value === 'string' ? parseURL(value) : undefined
  // A path would promise a limit that an origin does not have. A * would match no host.
  return url !== undefined && isSecure(url) && !/\*/.test(url.host) && url.href === `${url.origin}/`
}

function isStore(value: unknown): boolean {
  const { get, set, delete: remove, lock = get } = Object(value)
  return [get, set, remove, lock].every(isFunction)
}

function isBetween(least: number, value: unknown, most: number): boolean {
  return typeof value === 'number' && value >= least && value <= most
}
