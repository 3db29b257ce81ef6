const FIRST_COOLDOWN_MS = 1_000
const FIRST_RETRY_MS = 500

/** A pause that doubles each time it starts, up to `longestMs`. */
export function createCooldown(longestMs: number) {
  let lengthMs = 0
  let endsAt = 0
  return {
    isActive: () => performance.now() < endsAt,
    /** @param adjust changes this one pause, without an effect on the next. Returns its length. */
    start(isLongest = false, adjust = (ms: number) => ms): number {
      lengthMs = isLongest ? longestMs : Math.min(lengthMs * 2 || FIRST_COOLDOWN_MS, longestMs)
      const pauseMs = adjust(lengthMs)
      endsAt = performance.now() + pauseMs
      return pauseMs
    },
    reset(): void {
      lengthMs = endsAt = 0
    },
  }
}

/** The delay before a failed token request is repeated: doubles each time, with jitter. */
export function retryDelayMs(retriesSoFar: number): number {
  return FIRST_RETRY_MS * 2 ** retriesSoFar * (0.5 + Math.random() / 2)
}
