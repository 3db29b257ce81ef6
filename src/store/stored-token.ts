import { ownField } from '../lib/own-properties.js'
import { parseJSON } from '../lib/parse-json.js'
import { readTokenAnswer } from '../token/answer.js'
import type { Issued } from '../token/issuer.js'
import { usableFor } from '../token/life.js'

const VERSION = 1

/** A token as it stands in a store: an answer of the token endpoint, and when it was asked for. */
export function writeStoredToken({ token, askedAt }: Issued): string {
  return JSON.stringify({
    v: VERSION,
    access_token: token.accessToken,
    token_type: token.tokenType,
    // Not there (JSON knows no Infinity) where the server did not say.
    expires_in: token.life,
    refresh_token: token.refreshToken,
    issued_at: askedAt.wall,
  })
}

/** The token that a store holds; or what is wrong with it. */
export function readStoredToken(stored: unknown): Issued | string {
  // Some stores parse what looks like JSON.
  const value = parseJSON(stored)
  if (ownField(value, 'v') !== VERSION) return 'it holds something else, or of another version'
  const token = readTokenAnswer(value)
  if (typeof token === 'string') return token
  // Another machine's clock may be ahead of ours.
  const age = Math.max(0, Date.now() - Number(ownField(value, 'issued_at')))
  if (!(age < usableFor(token.life))) return 'its token has expired'
  const askedAt = { wall: Date.now() - age, monotonic: performance.now() - age }
  return { token, askedAt, answer: undefined, grant: undefined }
}
