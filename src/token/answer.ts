import { ownField } from '../lib/own-properties.js'

/** A token as issued, checked. */
export interface TokenAnswer {
  readonly accessToken: string
  readonly tokenType: string
  /** Seconds; Infinity if the server did not say: then it is used until it is rejected. */
  readonly life: number
  readonly refreshToken: string | undefined
}

// RFC 6750 §2.1: what may follow "Bearer ". Nothing else can break out of the header.
const TOKEN = /^[\w\-.~+/]+=*$/

/** Reads a token endpoint's or a broker's answer; returns what is wrong with it if it is no token. */
export function readTokenAnswer(answer: unknown): TokenAnswer | string {
  const accessToken = ownField(answer, 'access_token')
  if (typeof accessToken !== 'string' || !TOKEN.test(accessToken)) {
    return 'access_token is missing or no token (RFC 6750)'
  }
  const tokenType = ownField(answer, 'token_type')
  if (typeof tokenType !== 'string' || tokenType.toLowerCase() !== 'bearer') {
    return 'token_type is not bearer'
  }
  const expiresIn = ownField(answer, 'expires_in')
  const life = typeof expiresIn === 'string' ? Number(expiresIn) : expiresIn
  const refreshToken = ownField(answer, 'refresh_token')
  return {
    accessToken,
    tokenType,
    life: typeof life === 'number' && life > 0 ? life : Number.POSITIVE_INFINITY,
    refreshToken: (typeof refreshToken === 'string' && refreshToken) || undefined,
  }
}
