import type { CaspioAccessToken, CaspioAuthOptions } from '../contract/types.js'
import { type CaspioAuthError, createCaspioAuth } from '../index.js'
import {
  commandLineOfCheck,
  NAME,
  oneOf,
  REQUEST_OPTIONS,
  readOptions,
  readRequestSettings,
} from './arguments.js'
import { readCredentials } from './credentials.js'
import { readEnvironment } from './environment.js'
import type { Io } from './io.js'
import { requireSupportedAxios } from './supported-axios.js'
import { printText } from './text.js'
import { FORMATS, formatToken } from './token/format-token.js'
import { openTokenFile } from './token/token-file.js'

const OPTIONS = {
  ...REQUEST_OPTIONS,
  format: { type: 'string', default: 'json' },
  store: { type: 'string' },
  renew: { type: 'boolean', default: false },
} as const

// Whoever prints a token wants to use it for a while.
const MIN_LIFE_SECONDS = 300

// A disk may have to spin up. The library's default of half a second is meant for a database.
const STORE_TIMEOUT_MS = 10_000

/** Prints an access token on stdout, and nothing else there. */
export async function run(args: readonly string[], io: Io): Promise<number> {
  requireSupportedAxios()
  const { dotenv, store, renew, ...options } = readOptions('token', args, OPTIONS)
  const format = oneOf('--format', options.format, FORMATS)
  const settings = readRequestSettings(options)
  const { env } = await readEnvironment(io.env, dotenv)
  const credentials = readCredentials(env, dotenv)
  const warn = (text: string) => printText(io.stderr, `${NAME}: ${text}`)

  const tokenStore = store === undefined ? undefined : await openTokenFile(store)
  let isFromStore = false
  const onEvent: CaspioAuthOptions['onEvent'] = (event) => {
    if (event.type === 'token-taken') isFromStore = event.source === 'store'
    // A file that cannot be read cannot be written either, so one warning is enough.
    if (event.type === 'store-failed' && event.operation !== 'get') {
      warn(`cannot use the token file ${store} (${event.operation}): ${event.reason}`)
    }
  }
  const auth = createCaspioAuth(credentials, {
    ...settings,
    onEvent,
    tokenStoreTimeout: STORE_TIMEOUT_MS,
    ...(tokenStore && { tokenStore }),
  })

  let token = await auth.getAccessToken().catch((error: CaspioAuthError) => {
    if (error.code === 'ERR_CASPIO_CREDENTIALS' || error.code === 'ERR_CASPIO_TOKEN_RESPONSE') {
      error.message += ` To see which value is wrong, run: ${commandLineOfCheck(dotenv)}`
    }
    throw error
  })
  if (isFromStore && (renew || lifeOf(token) < MIN_LIFE_SECONDS)) {
    // With the refresh token in the file, so that it does not use another one of the account's.
    token = await auth.getAccessToken({ renew: true }).catch((error: Error) => {
      if (renew) throw error
      warn(
        `this is the token in ${store}, which expires in ${lifeOf(token)} s. It could not be renewed: ${error.message.replace(`${NAME}: `, '')}`,
      )
      return token
    })
  }
  io.stdout.write(`${formatToken(token, format)}\n`)
  await tokenStore?.idle()
  return 0
}

/** Seconds. A token without `expires_in` may live for any time. */
function lifeOf({ expires_in = Number.POSITIVE_INFINITY }: CaspioAccessToken): number {
  return expires_in
}
