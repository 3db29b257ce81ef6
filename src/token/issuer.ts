import type { Failure } from '../contract/errors.js'
import { now } from '../lib/clock.js'
import type { CallCounts } from '../lib/time-limit.js'
import { delay } from '../lib/timers.js'
import type { TokenAnswer } from './answer.js'
import { msLeft, type Token } from './life.js'
import type { Transport } from './transport.js'

// No property is optional: an absent one could be read from a polluted Object.prototype.
export interface GrantRequest {
  /** Saves one of the account's refresh tokens: each client-credentials request creates another. */
  readonly refreshToken: string | undefined
  readonly onRefreshTokenRefused: () => void
  /** Whether a token broker must obtain another token than the one that it returned last. */
  readonly renew: boolean
  /** Whether a token request that fails is repeated. */
  readonly retry: boolean
  readonly transport: Transport
  /** The calls to Caspio, which may be ahead of the token request in a small connection pool. */
  readonly calls: CallCounts
}

export interface IssueRequest extends GrantRequest {
  /** Whether a token that another process obtained will do. */
  readonly accepts: (other: Token) => boolean
}

/** Sends one token request, or asks the token broker. Rejects with a {@link Failure}. */
export type RequestToken = (request: GrantRequest) => Promise<TokenAnswer>

/** Obtains a token. Rejects with a {@link Failure}. */
export type TokenIssuer = (request: IssueRequest) => Promise<Token>

/** Where a token source gets its tokens. */
export interface Tokens {
  readonly issue: TokenIssuer
  /** Looks for a token of another process. May be called at any rate. */
  readonly find: (accepts: IssueRequest['accepts']) => Promise<Token | undefined>
  /** Makes other processes forget the token, too. */
  readonly forget: () => void
}

const FIRST_RETRY_MS = 500
// A longer delay is left to the cooldown: a caller waits.
const LONGEST_RETRY_MS = 10_000

/**
 * Chooses the grant, and repeats what may succeed: the refresh token first, if there is one, and then
 * client credentials. While token requests fail, the two take turns.
 */
export function createIssuer(requestToken: RequestToken, retries: number) {
  let failures = 0
  return async (request: GrantRequest): Promise<TokenAnswer & Token> => {
    let { refreshToken } = request
    // The endpoint may refuse only one of the grants.
    if (failures && failures % 2 === 0) refreshToken = undefined
    let hasAskedAgain = false
    for (let retriesSoFar = 0; ; ) {
      const requestedAt = now()
      try {
        const answer = await requestToken({ ...request, refreshToken })
        const token = {
          ...answer,
          // Without a new refresh token, the old one remains valid (RFC 6749 §6).
          refreshToken: answer.refreshToken ?? refreshToken,
          requestedAt,
        }
        // If the machine slept during the request, the token has expired: request another one, but only
        // once. A token's life may be shorter than the time that an answer takes.
        const isExpired = msLeft(token) <= 0
        if (!isExpired || hasAskedAgain) {
          failures = 0
          return token
        }
        hasAskedAgain = true
        if (refreshToken) refreshToken = token.refreshToken
      } catch (thrown) {
        const failure = thrown as Failure
        const isPassing = failure.code === 'ERR_CASPIO_TOKEN_ENDPOINT'
        const isRefused = refreshToken && !isPassing
        if (isRefused) request.onRefreshTokenRefused()
        const retryAfterMs = failure.retryAfterMs ?? 0
        const delayMs = Math.max(retryAfterMs, retryDelayMs(retriesSoFar))
        const isLast = !request.retry || retriesSoFar >= retries || delayMs > LONGEST_RETRY_MS
        // If the refresh grant was refused, or failed to the last retry, the endpoint may still accept
        // client credentials.
        if (refreshToken && (isRefused || (isLast && request.retry && !retryAfterMs))) {
          refreshToken = undefined
          continue
        }
        // A proxy that was given a wrong password several times may lock its user out.
        if (isLast || !isPassing || failure.answer?.status === 407) {
          failures++
          throw failure
        }
        retriesSoFar++
        await delay(delayMs)
      }
    }
  }
}

/** The delay before a failed token request is retried: doubles each time, with jitter. */
export function retryDelayMs(retriesSoFar: number): number {
  return Math.min(FIRST_RETRY_MS * 2 ** retriesSoFar * (0.5 + Math.random() / 2), LONGEST_RETRY_MS)
}
