import { isIPv4 } from 'node:net'
import { optionError } from './option-error.js'
import { requireKnown } from './require-known.js'
import { requireNumber } from './require-number.js'
import { Profile } from './token/profile.js'
import type { CaspioAccountOptions } from './types.js'

const DEFAULTS = Object.freeze({
  host: '127.0.0.1',
  port: 0,
  tokenLife: 86_399,
  maxRefreshTokens: 1_000,
})

const OPTION_NAMES = [
  'clientID',
  'clientSecret',
  'host',
  'port',
  'tokenLife',
  'maxRefreshTokens',
  'tables',
  'views',
  'files',
  'profiles',
]

export interface AccountSettings {
  readonly host: string
  readonly port: number
  readonly tokenLife: number
  readonly maxRefreshTokens: number
  /** By their names. The account's own is the first. */
  readonly profiles: ReadonlyMap<string, Profile>
}

/**
 * Checks the options that are not data, and fills in the defaults.
 * @throws TypeError for the first option that is wrong
 */
export function accountSettings(options: CaspioAccountOptions): AccountSettings {
  requireKnown(undefined, options, OPTION_NAMES)
  const {
    host = DEFAULTS.host,
    port = DEFAULTS.port,
    tokenLife = DEFAULTS.tokenLife,
    maxRefreshTokens = DEFAULTS.maxRefreshTokens,
  } = options
  if (!isLoopback(host)) {
    throw optionError('host must be a loopback address: 127.x.x.x, ::1 or localhost')
  }
  return {
    host,
    port: requireNumber('port', port, { max: 65_535, integer: true }),
    tokenLife: requireNumber('tokenLife', tokenLife, { unit: 'seconds' }),
    maxRefreshTokens: requireNumber('maxRefreshTokens', maxRefreshTokens, { integer: true }),
    profiles: readProfiles(options),
  }
}

const MAIN_PROFILE = 'Default'

function readProfiles(options: CaspioAccountOptions): Map<string, Profile> {
  const { clientID, clientSecret, profiles = {} } = options
  if (Object(profiles) !== profiles) throw optionError('profiles must be an object of profiles')
  const main = {
    ...(clientID !== undefined && { clientID: requireText('clientID', clientID) }),
    ...(clientSecret !== undefined && { clientSecret: requireText('clientSecret', clientSecret) }),
  }
  const { [MAIN_PROFILE]: givenMain, ...others } = profiles
  const all = { [MAIN_PROFILE]: { ...givenMain, ...main }, ...others }
  const made = Object.entries(all).map(([name, profile]) => new Profile(name, profile))
  if (new Set(made.map((profile) => profile.clientID)).size < made.length) {
    throw optionError('two profiles have the same clientID')
  }
  return new Map(made.map((profile) => [profile.name, profile]))
}

function requireText(name: string, value: unknown): string {
  if (typeof value === 'string' && value !== '') return value
  throw optionError(value === '' ? `${name} is empty` : `${name} must be a string`)
}

function isLoopback(host: unknown): boolean {
  if (typeof host !== 'string') return false
  return host === 'localhost' || host === '::1' || (isIPv4(host) && host.startsWith('127.'))
}
