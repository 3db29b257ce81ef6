/**
 * A moment on both clocks, in milliseconds. The wall clock goes on while the machine sleeps, but it
 * can be set back. The monotonic clock cannot be set back, but may stop while the machine sleeps.
 */
export interface Instant {
  readonly wall: number
  readonly monotonic: number
}

export function now(): Instant {
  return { wall: Date.now(), monotonic: performance.now() }
}

/** Milliseconds since `instant`, by the clock that says more. */
export function msSince({ wall, monotonic }: Instant): number {
  return Math.max(Date.now() - wall, performance.now() - monotonic)
}
