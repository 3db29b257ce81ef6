/**
 * A reading of both clocks, in ms. The wall clock counts while a machine sleeps but can be set
 * back; the monotonic one cannot, but may stand still in sleep.
 */
export interface Instant {
  readonly wall: number
  readonly monotonic: number
}

export function now(): Instant {
  return { wall: Date.now(), monotonic: performance.now() }
}

/** Milliseconds since `instant`: as many as either clock says. */
export function since({ wall, monotonic }: Instant): number {
  return Math.max(Date.now() - wall, performance.now() - monotonic)
}
