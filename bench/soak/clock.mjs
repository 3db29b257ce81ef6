const HOUR_IN_MS = 3_600_000

/**
 * Replaces both clocks, so that the soak can move them forward: cooldowns last minutes, and tokens live
 * for hours. Timers use real time.
 */
export function installClock() {
  const dateNow = Date.now
  const performanceNow = performance.now.bind(performance)
  let offsetMs = 0
  Date.now = () => dateNow() + offsetMs
  performance.now = () => performanceNow() + offsetMs
  return {
    passHours(hours) {
      offsetMs += hours * HOUR_IN_MS
    },
  }
}
