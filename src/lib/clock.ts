/**
 * A moment on both clocks, in milliseconds. The wall clock runs while the machine sleeps, but it can
 * be set back. The monotonic clock cannot be set back, but may stop while the machine sleeps. Fake
 * timers set both back.
 */
export interface Instant {
  readonly wall: number
  readonly monotonic: number
}

export function now(): Instant {
  return { wall: Date.now(), monotonic: performance.now() }
}

/** Milliseconds since `instant`, by the clock that says more. Infinity if both were set back. */
export function msSince({ wall, monotonic }: Instant): number {
  const elapsedMs = Math.max(Date.now() - wall, performance.now() - monotonic)
  return elapsedMs < 0 ? Number.POSITIVE_INFINITY : elapsedMs
}

/**
 * Whether less than `ms` have passed on the monotonic clock since `startedAt`. Fake timers start that
 * clock at 0 again: then the time counts as over.
 */
export function isWithin(ms: number, startedAt: number): boolean {
  const elapsedMs = performance.now() - startedAt
  return elapsedMs >= 0 && elapsedMs < ms
}
