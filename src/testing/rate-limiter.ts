import { type Answer, jsonAnswer } from './answer.js'
import { optionError } from './option-error.js'
import { requireKnown } from './require-known.js'
import { requireNumber } from './require-number.js'
import type { CaspioRateLimit } from './types.js'

/** What `/v4/me` of one account said. The stand-in account says it, too, but enforces nothing. */
const STANDARD = Object.freeze({ limit: 2_000, windowSeconds: 300 })

export interface RateLimitUsage {
  readonly limit: number
  readonly windowSeconds: number
  readonly remaining: number
}

/** Admits a number of requests in any window of time. Without a limit it only counts. */
export class RateLimiter {
  #limit: number | CaspioRateLimit | undefined
  #window: { limit: number; windowSeconds: number } | undefined
  /** When requests were admitted, in milliseconds since the epoch. Only if there is a limit. */
  #admitted: number[] = []
  /** Requests in a window of the standard length. */
  #counted = { since: 0, requests: 0 }

  get limit(): number | CaspioRateLimit | undefined {
    return this.#limit
  }

  /** @throws TypeError if it is not a rate limit */
  set limit(limit: number | CaspioRateLimit | undefined) {
    this.#window = limit === undefined ? undefined : readLimit(limit)
    this.#limit = limit
    this.#admitted = []
  }

  /** Returns whether a request may pass, and counts it if it may. */
  admit(): boolean {
    const now = Date.now()
    const { since, requests } = this.#counted
    const isSameWindow = now >= since && now < since + STANDARD.windowSeconds * 1_000
    this.#counted = isSameWindow ? { since, requests: requests + 1 } : { since: now, requests: 1 }
    if (this.#window === undefined) return true
    const { limit, windowSeconds } = this.#window
    // A faked clock may jump back. Requests that are now in the future must not count.
    this.#admitted = this.#admitted.filter((at) => at <= now && now - at < windowSeconds * 1_000)
    if (this.#admitted.length >= limit) return false
    this.#admitted.push(now)
    return true
  }

  get usage(): RateLimitUsage {
    const window = this.#window ?? STANDARD
    const used = this.#window === undefined ? this.#counted.requests : this.#admitted.length
    return { ...window, remaining: Math.max(0, window.limit - used) }
  }

  /** The answer to a request that is not admitted. Caspio sends an array. */
  refusal(): Answer {
    const { status = 429, retryAfter }: Partial<CaspioRateLimit> = Object(this.#limit)
    const message = 'You have exceeded your API call rate limits.'
    const headers = retryAfter === undefined ? undefined : { 'Retry-After': String(retryAfter) }
    return jsonAnswer(status, [{ message, name: 'api-calls-rate' }], headers)
  }
}

/** @throws TypeError if it is not a rate limit */
function readLimit(limit: number | CaspioRateLimit) {
  if (typeof limit !== 'object' || limit === null) {
    return {
      limit: requireNumber('rateLimit', limit, { unit: 'requests per second' }),
      windowSeconds: 1,
    }
  }
  requireKnown('rateLimit', limit, ['requests', 'seconds', 'status', 'retryAfter'])
  const { requests, seconds = 1, status = 429 } = limit
  if (status !== 429 && status !== 400) throw optionError('rateLimit.status must be 429 or 400')
  return {
    limit: requireNumber('rateLimit.requests', requests, { unit: 'requests' }),
    windowSeconds: requireNumber('rateLimit.seconds', seconds, { unit: 'seconds' }),
  }
}
