import { checkOptions, type Rule } from '../lib/check-options.js'
import { memberOf } from '../lib/own-properties.js'
import { isSecure, parseURL } from '../lib/url.js'
import { configError } from './errors.js'
import type { CaspioAuthOptions } from './types.js'

type WithoutDefault = 'renewBefore' | 'tokenStore' | 'onEvent'

export type ResolvedOptions = Required<Omit<CaspioAuthOptions, WithoutDefault>> &
  Pick<CaspioAuthOptions, WithoutDefault>

/** The options that an attachment may set even if it shares a `CaspioAuth`. */
export type AttachmentOptions = Pick<
  ResolvedOptions,
  'origins' | 'shouldRenew' | 'createdInstances' | 'existingAuthorization'
>

// As many milliseconds as setTimeout can count.
const LARGEST_NUMBER = 2 ** 31 - 1

function isFunction(value: unknown): boolean {
  return typeof value === 'function'
}

/** Accepts one of these values. The first one is the default. */
function oneOf(...values: readonly unknown[]): Rule {
  const words = values.map((value) => JSON.stringify(value)).join(' or ')
  return [(value) => values.includes(value), words, values[0]]
}

function between(
  least: number,
  most: number,
  words: string,
  initial?: number,
  isNumber: (value: unknown) => boolean = Number.isFinite,
): Rule {
  return [
    (value) => isNumber(value) && (value as number) >= least && (value as number) <= most,
    `${words} from ${least} to ${most}`,
    initial,
  ]
}

const OPTIONS: Readonly<Record<keyof CaspioAuthOptions, Rule>> = Object.freeze({
  origins: [
    (value) => Array.isArray(value) && value.every(isOrigin),
    "an array of https origins without a path, like ['https://gateway.example.com'] (http only on loopback)",
    [],
  ],
  clientAuthentication: oneOf('basic', 'body'),
  renewBefore: between(0, LARGEST_NUMBER, 'a number of seconds'),
  timeout: between(1, LARGEST_NUMBER, 'a number of milliseconds', 10_000),
  retries: between(0, 100, 'an integer', 2, Number.isInteger),
  shouldRenew: [isFunction, 'a function', ({ status }: { status: number }) => status === 401],
  tokenStore: [
    isStore,
    'an object with the methods get, set and delete, such as a Keyv instance, and optionally lock',
  ],
  tokenStoreTimeout: between(1, LARGEST_NUMBER, 'a number of milliseconds', 500),
  onEvent: [isFunction, 'a function'],
  createdInstances: oneOf(false, true),
  existingAuthorization: oneOf('replace', 'keep'),
})

/**
 * Checks the options and fills in the defaults.
 *
 * @throws CaspioAuthError `ERR_CASPIO_CONFIG`, naming the first option that is wrong
 */
export function resolveOptions(value: unknown = {}): ResolvedOptions {
  if (Object(value) !== value) throw configError('options must be an object.')
  const options = checkOptions(value as object, OPTIONS, configError) as ResolvedOptions
  return { ...options, origins: options.origins.map((text) => new URL(text).origin) }
}

function isOrigin(value: unknown): boolean {
  const url = typeof value === 'string' ? parseURL(value) : undefined
  // A path would promise a limit that an origin does not have. A * would match no host.
  return !!url && isSecure(url) && !/\*/.test(url.host) && url.href === `${url.origin}/`
}

function isStore(value: unknown): boolean {
  const [get, set, remove, lock = get] = ['get', 'set', 'delete', 'lock'].map((name) =>
    memberOf(value, name),
  )
  return [get, set, remove, lock].every(isFunction)
}
