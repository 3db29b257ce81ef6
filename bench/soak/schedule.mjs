/** A seeded random generator (mulberry32). */
export function createChance(seed) {
  let state = seed >>> 0
  const random = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  return {
    /** An integer from 0 to `end - 1`. */
    below: (end) => Math.floor(random() * end),
    /** One of the names, with a probability in proportion to its weight. */
    pick(weights) {
      const entries = Object.entries(weights)
      let left = random() * entries.reduce((sum, [, weight]) => sum + weight, 0)
      for (const [name, weight] of entries) {
        left -= weight
        if (left < 0) return name
      }
      return entries[0][0]
    },
  }
}

/** The incidents before a round of requests, in percent. */
export const INCIDENTS = {
  nothing: 69,
  revocation: 10,
  'renewal due': 4,
  expiry: 2,
  outage: 2,
  reset: 1,
  'a forbidden resource': 1,
  invalidation: 2,
  'forced renewal': 2,
  reattachment: 2,
  replacement: 2,
  'second account': 2,
  'short-lived instance': 1,
}

/** The kinds of requests, in percent. */
export const REQUESTS = {
  get: 60,
  post: 12,
  absolute: 5,
  foreign: 4,
  'shared signal': 6,
  'shared cancelToken': 4,
  aborted: 3,
  cancelled: 1,
  timeout: 2,
  'no recovery': 1,
  stream: 2,
}
