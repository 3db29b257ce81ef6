import type { CaspioGrant } from '../contract/events.js'
import { ownProperty, ownText } from '../lib/own-properties.js'

/** A token from a token endpoint, a token broker or a token store, checked. */
export interface TokenAnswer {
  /** Exactly as it came. */
  readonly answer: unknown
  /** Undefined if another process obtained it. */
  readonly grant: CaspioGrant | undefined
  readonly accessToken: string
  readonly tokenType: string
  /** Infinity if the answer did not say: then the token is used until it is rejected. */
  readonly lifeSeconds: number
  readonly refreshToken: string | undefined
}

// What may follow "Bearer " (RFC 6750 §2.1). It cannot break out of the header.
const ACCESS_TOKEN = /^[\w\-.~+/]+=*$/

// Servers refuse a longer header with 431. Caspio's tokens have about 340 characters.
const LONGEST_TOKEN = 8_192

/** Reads an answer that should hold a token. Returns the fault of one that is wrong. */
export function readTokenAnswer(answer: unknown, grant?: CaspioGrant): TokenAnswer | string {
  const accessToken = ownText(answer, 'access_token')
  if (!ACCESS_TOKEN.test(accessToken)) {
    return 'access_token is missing or is not a bearer token (RFC 6750)'
  }
  if (accessToken.length > LONGEST_TOKEN) {
    return `access_token is longer than ${LONGEST_TOKEN} characters`
  }
  const tokenType = ownText(answer, 'token_type')
  if (tokenType.toLowerCase() !== 'bearer') return 'token_type is not bearer'
  const expiresIn = ownProperty(answer, 'expires_in')
  const seconds = typeof expiresIn === 'string' ? Number(expiresIn) : expiresIn
  return {
    answer,
    grant,
    accessToken,
    tokenType,
    lifeSeconds: typeof seconds === 'number' && seconds > 0 ? seconds : Number.POSITIVE_INFINITY,
    refreshToken: ownText(answer, 'refresh_token') || undefined,
  }
}
