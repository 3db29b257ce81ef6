import { isIPv4 } from 'node:net'
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

const OPTION_NAMES = new Set([
  'clientID',
  'clientSecret',
  'host',
  'port',
  'tokenLife',
  'maxRefreshTokens',
  'tables',
])

/** The options with their defaults filled in; throws a TypeError for the first mistake. */
export function accountSettings(options: CaspioAccountOptions): Required<CaspioAccountOptions> {
  const unknown = Object.keys(options).find((name) => !OPTION_NAMES.has(name))
  if (unknown !== undefined) throw mistake(`there is no option ${JSON.stringify(unknown)}`)

  const {
    clientID = randomCredential(),
    clientSecret = randomCredential(),
    host = DEFAULTS.host,
    port = DEFAULTS.port,
    tokenLife = DEFAULTS.tokenLife,
    maxRefreshTokens = DEFAULTS.maxRefreshTokens,
    tables = sampleTables(),
  } = options
  if (typeof clientID !== 'string' || clientID === '') throw mistake('clientID must be a string')
  if (typeof clientSecret !== 'string' || clientSecret === '') {
    throw mistake('clientSecret must be a string')
  }
  if (!isLoopback(host)) {
    throw mistake(`host must be loopback (127.x.x.x, ::1 or localhost), got ${String(host)}`)
  }
  return {
    clientID,
    clientSecret,
    host,
    port: requireNumber('port', port, { max: 65_535, integer: true }),
    tokenLife: requireNumber('tokenLife', tokenLife),
    maxRefreshTokens: requireNumber('maxRefreshTokens', maxRefreshTokens, { integer: true }),
    tables,
  }
}

function isLoopback(host: unknown): boolean {
  if (typeof host !== 'string') return false
  return host === 'localhost' || host === '::1' || (isIPv4(host) && host.startsWith('127.'))
}

function mistake(what: string): TypeError {
  return new TypeError(`axios-caspio-auth/testing: ${what}`)
}
