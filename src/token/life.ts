import type { CaspioAccessToken } from '../contract/types.js'
import { type Instant, msSince } from '../lib/clock.js'
import type { TokenAnswer } from './answer.js'

const LONGEST_EXPIRY_MARGIN_MS = 5_000
const SHORTEST_RENEW_BEFORE_SECONDS = 30

/** A token that was obtained. Compared by identity: "is this the one that was rejected?" */
export interface Token extends Omit<TokenAnswer, 'answer'> {
  /** Undefined if there is none, or if the token endpoint refused it. */
  refreshToken: string | undefined
  /** From here its life counts. */
  readonly requestedAt: Instant
}

/** The token as callers get it: with the rest of its life, and without the refresh token. */
export function toAccessToken(token: Token): CaspioAccessToken {
  const seconds = Math.floor(msLeft(token) / 1000)
  return {
    access_token: token.accessToken,
    token_type: token.tokenType,
    // Not 0, which some readers take for "unknown".
    ...(seconds < Number.POSITIVE_INFINITY && { expires_in: Math.max(1, seconds) }),
  }
}

/** Milliseconds until a token expires. */
export function msLeft({ lifeSeconds, requestedAt }: Token): number {
  return lifeSeconds * 1000 - msSince(requestedAt)
}

/** Whether a token may still be sent. */
export function isUsable({ lifeSeconds, requestedAt }: Token): boolean {
  return msSince(requestedAt) < usableForMs(lifeSeconds)
}

/**
 * How long a token is used: its life, less a margin for the way to the server. The margin is a
 * twentieth of a short life.
 */
export function usableForMs(lifeSeconds: number): number {
  return lifeSeconds * 1000 - Math.min(LONGEST_EXPIRY_MARGIN_MS, lifeSeconds * 50)
}

/** Whether a token should be renewed. One that is not due is usable. */
export function isDue(token: Token, renewBefore: number | undefined, jitter: number): boolean {
  return msSince(token.requestedAt) >= renewAfterMs(token.lifeSeconds, renewBefore, jitter)
}

/**
 * Milliseconds after which a token is renewed. Until then it is usable.
 *
 * @param renewBefore seconds
 * @param jitter the share of `renewBefore` that counts
 */
export function renewAfterMs(
  lifeSeconds: number,
  renewBefore = Math.max(SHORTEST_RENEW_BEFORE_SECONDS, lifeSeconds / 10),
  jitter: number,
): number {
  if (lifeSeconds === Number.POSITIVE_INFINITY) return lifeSeconds
  const beforeSeconds = Math.min(renewBefore, lifeSeconds / 2) * jitter
  return Math.min((lifeSeconds - beforeSeconds) * 1000, usableForMs(lifeSeconds))
}
