import type { CaspioAccessToken, CaspioAuthOptions } from '../contract/types.js'
import { createCaspioAuth } from '../index.js'
import { NAME, oneOf, REQUEST_OPTIONS, readOptions, readRequestSettings } from './arguments.js'
import { readCredentials } from './credentials.js'
import { readEnvironment } from './environment.js'
import type { Io } from './io.js'
import { FORMATS, formatToken } from './token/format-token.js'
import { openTokenFile } from './token/token-file.js'

const OPTIONS = {
  ...REQUEST_OPTIONS,
  format: { type: 'string', default: 'json' },
  store: { type: 'string' },
  renew: { type: 'boolean', default: false },
} as const

// Who prints a token wants to use it for a while.
const LEAST_LIFE_IN_S = 300

// For a file, whose disk may have to wake up. The library's own half a second is a database's.
const STORE_TIMEOUT_IN_MS = 10_000

/** Prints an access token on stdout, and nothing else there. */
export async function run(args: readonly string[], io: Io): Promise<number> {
  const { 'env-file': file, store, renew, ...options } = readOptions('token', args, OPTIONS)
  const format = oneOf('--format', options.format, FORMATS)
  const settings = readRequestSettings(options)
  const { env } = await readEnvironment(io.env, file)
  const credentials = readCredentials(env, file)
  const warn = (text: string) => io.stderr.write(`${NAME}: ${text}\n`)

  const tokenStore = store === undefined ? undefined : await openTokenFile(store)
  let isStored = false
  const onEvent: CaspioAuthOptions['onEvent'] = (event) => {
    if (event.type === 'token-taken') isStored = event.source === 'store'
    // What could not be read is told of when it is to be written over.
    if (event.type === 'store-failed' && event.operation !== 'get') {
      warn(`${store} could not be used (${event.operation}): ${event.reason}`)
    }
  }
  const auth = createCaspioAuth(credentials, {
    ...settings,
    onEvent,
    tokenStoreTimeout: STORE_TIMEOUT_IN_MS,
    ...(tokenStore && { tokenStore }),
  })
  io.stdout.write(`${formatToken(await getToken(), format)}\n`)
  await tokenStore?.idle()
  return 0

  async function getToken(): Promise<CaspioAccessToken> {
    const token = await auth.getAccessToken()
    const { expires_in: left = Number.POSITIVE_INFINITY } = token
    if (!isStored || (left >= LEAST_LIFE_IN_S && !renew)) return token
    try {
      // With the refresh token that is in the file, which spares the account's.
      return await auth.getAccessToken({ renew: true })
    } catch (error) {
      if (renew) throw error
      warn(`the token in ${store} lives for ${left} s only. ${(error as Error).message}`)
      return token
    }
  }
}
