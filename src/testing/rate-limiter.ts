import { requireNumber } from './require-number.js'

const WINDOW_MS = 1_000

/** Lets through so many calls in any second. */
export class RateLimiter {
  #limit: number | undefined
  #admitted: number[] = []

  get limit(): number | undefined {
    return this.#limit
  }

  set limit(calls: number | undefined) {
    this.#limit = calls === undefined ? undefined : requireNumber('rateLimit', calls)
  }

  /** Counts a call and tells whether it may pass. */
  admit(): boolean {
    if (this.#limit === undefined) return true
    const now = Date.now()
    // A faked clock may jump back; calls from its future must not count.
    this.#admitted = this.#admitted.filter((at) => at <= now && now - at < WINDOW_MS)
    if (this.#admitted.length >= this.#limit) return false
    this.#admitted.push(now)
    return true
  }
}
