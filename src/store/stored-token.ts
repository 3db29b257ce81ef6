import { ownProperty } from '../lib/own-properties.js'
import { parseJSON } from '../lib/parse-json.js'
import { readTokenAnswer } from '../token/answer.js'
import { isUsable, type Token } from '../token/life.js'

const VERSION = 1

/** The value that a store keeps: an answer of the token endpoint, and when it was requested. */
export function writeStoredToken(token: Token): string {
  return JSON.stringify({
    v: VERSION,
    access_token: token.accessToken,
    token_type: token.tokenType,
    // JSON has no Infinity: an unknown life becomes null.
    expires_in: token.lifeSeconds,
    refresh_token: token.refreshToken,
    issued_at: token.requestedAt.wall,
  })
}

/** Reads the value of a store. Returns the fault of one that is of no use. */
export function readStoredToken(stored: unknown): Token | string {
  try {
    // Some stores parse JSON.
    return readToken(parseJSON(stored))
  } catch {
    // Anything can be in a store: an object whose getters throw, or JSON that Number() cannot read.
    return 'the stored value cannot be read'
  }
}

function readToken(value: unknown): Token | string {
  if (ownProperty(value, 'v') !== VERSION) return 'the stored value is not a token of this version'
  const answer = readTokenAnswer(value)
  if (typeof answer === 'string') return answer
  // The clock of the machine that wrote it may be ahead of ours.
  const ageMs = Math.max(0, Date.now() - Number(ownProperty(value, 'issued_at')))
  const requestedAt = { wall: Date.now() - ageMs, monotonic: performance.now() - ageMs }
  const token = { ...answer, requestedAt }
  return isUsable(token) ? token : 'the stored token has expired'
}
