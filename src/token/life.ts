import { type Instant, since } from '../lib/clock.js'

const MAX_EXPIRY_MARGIN_IN_MS = 5_000
const MIN_RENEW_BEFORE_IN_S = 30

/**
 * Milliseconds for which a token is used: its life less a margin for the way to the server, small
 * beside a short life.
 *
 * @param life seconds
 */
export function usableFor(life: number): number {
  return life * 1000 - Math.min(MAX_EXPIRY_MARGIN_IN_MS, life * 50)
}

/**
 * Milliseconds after which a token is renewed.
 *
 * @param life seconds
 * @param renewBefore seconds
 * @param jitter the share of `renewBefore` that is taken
 */
export function renewAfter(life: number, renewBefore: number | undefined, jitter: number): number {
  if (life === Number.POSITIVE_INFINITY) return life
  const wanted = renewBefore ?? Math.max(MIN_RENEW_BEFORE_IN_S, life / 10)
  return Math.min((life - Math.min(wanted, life / 2) * jitter) * 1000, usableFor(life))
}

/** Milliseconds that are left of a token's life. */
export function msLeft(life: number, askedAt: Instant): number {
  return life * 1000 - since(askedAt)
}
