import type { CaspioAuthEvent } from '../contract/events.js'
import type { CallCount } from './types.js'

/** A call to Caspio, or a token request. */
export type CallEnd = Extract<CaspioAuthEvent, { type: 'api-call' | 'token-request' }>

const RECEIVED: CallCount = Object.freeze({ lower: 1, upper: 1 })
const MAYBE_RECEIVED: CallCount = Object.freeze({ lower: 0, upper: 1 })
const NOT_SENT: CallCount = Object.freeze({ lower: 0, upper: 0 })

// With these codes no connection was made.
const NO_CONNECTION = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN'])
// With these an answer came, but was too long, broke off, or was one redirect too many.
const ANSWERED = new Set(['ERR_BAD_RESPONSE', 'ERR_FR_TOO_MANY_REDIRECTS'])

/** How often Caspio received a call that ended like this. */
export function boundsOf({ status, errorCode = '' }: CallEnd): CallCount {
  if (status !== undefined || ANSWERED.has(errorCode)) return RECEIVED
  return NO_CONNECTION.has(errorCode) ? NOT_SENT : MAYBE_RECEIVED
}
