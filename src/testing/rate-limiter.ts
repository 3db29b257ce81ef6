import { requireNumber } from './require-number.js'

const WINDOW_MS = 1_000

/** Admits at most `limit` requests in any second. */
export class RateLimiter {
  #limit: number | undefined
  #admitted: number[] = []

  get limit(): number | undefined {
    return this.#limit
  }

  set limit(requests: number | undefined) {
    if (requests !== undefined)
      requireNumber('rateLimit', requests, { unit: 'requests per second' })
    this.#limit = requests
  }

  /** Returns whether a request may pass, and counts it if it may. */
  admit(): boolean {
    if (this.#limit === undefined) return true
    const now = Date.now()
    // A faked clock may jump back. Requests that are now in the future must not count.
    this.#admitted = this.#admitted.filter((at) => at <= now && now - at < WINDOW_MS)
    if (this.#admitted.length >= this.#limit) return false
    this.#admitted.push(now)
    return true
  }
}
