import { isIPv4 } from 'node:net'
import { optionError } from './option-error.js'
import { randomCredential } from './random-credential.js'
import { requireNumber } from './require-number.js'
import { sampleTables } from './sample-tables.js'
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
]

/**
 * Checks the options and fills in the defaults. {@link Table} checks the rows.
 * @throws TypeError for the first option that is wrong
 */
export function accountSettings(options: CaspioAccountOptions): Required<CaspioAccountOptions> {
  const unknown = Object.keys(options).find((name) => !OPTION_NAMES.includes(name))
  if (unknown !== undefined) {
    throw optionError(`there is no option ${unknown}. The options are ${OPTION_NAMES.join(', ')}.`)
  }

  const {
    clientID = randomCredential(),
    clientSecret = randomCredential(),
    host = DEFAULTS.host,
    port = DEFAULTS.port,
    tokenLife = DEFAULTS.tokenLife,
    maxRefreshTokens = DEFAULTS.maxRefreshTokens,
    tables = sampleTables(),
  } = options
  if (!isLoopback(host)) {
    throw optionError('host must be a loopback address: 127.x.x.x, ::1 or localhost')
  }
  if (Object(tables) !== tables) throw optionError('tables must be an object of arrays')
  return {
    clientID: requireText('clientID', clientID),
    clientSecret: requireText('clientSecret', clientSecret),
    host,
    port: requireNumber('port', port, { max: 65_535, integer: true }),
    tokenLife: requireNumber('tokenLife', tokenLife, { unit: 'seconds' }),
    maxRefreshTokens: requireNumber('maxRefreshTokens', maxRefreshTokens, { integer: true }),
    tables,
  }
}

function requireText(name: string, value: unknown): string {
  if (typeof value === 'string' && value !== '') return value
  throw optionError(value === '' ? `${name} is empty` : `${name} must be a string`)
}

function isLoopback(host: unknown): boolean {
  if (typeof host !== 'string') return false
  return host === 'localhost' || host === '::1' || (isIPv4(host) && host.startsWith('127.'))
}
