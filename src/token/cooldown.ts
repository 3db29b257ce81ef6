import { msSince, now } from '../lib/clock.js'

const FIRST_COOLDOWN_MS = 1_000
const SHORTEST_MEMORY_MS = 60_000

/**
 * A pause that doubles each time it starts, up to `longestMs`. It is forgotten if it ended a minute
 * ago, or `longestMs` ago if that is longer.
 */
export function createCooldown(longestMs: number) {
  const memoryMs = Math.max(longestMs, SHORTEST_MEMORY_MS)
  let lengthMs = 0
  let pauseMs = 0
  let startedAt = now()
  /** Whether it is active, or ended a short time ago. */
  const isRemembered = () => lengthMs > 0 && msSince(startedAt) < pauseMs + memoryMs
  return {
    isActive: () => msSince(startedAt) < pauseMs,
    isRemembered,
    /** @param adjust changes this one pause, without an effect on the next. Returns its length. */
    start(isLongest = false, adjust = (ms: number) => ms): number {
      const doubledMs = isRemembered() ? lengthMs * 2 : FIRST_COOLDOWN_MS
      lengthMs = isLongest ? longestMs : Math.min(doubledMs, longestMs)
      pauseMs = adjust(lengthMs)
      startedAt = now()
      return pauseMs
    },
    reset(): void {
      lengthMs = pauseMs = 0
    },
  }
}

export type Cooldown = ReturnType<typeof createCooldown>
