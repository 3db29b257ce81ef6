const HOUR_IN_MS = 3_600_000

/**
 * Both clocks, which can be put forward: back-offs and lives of tokens are minutes and hours long.
 * Timers keep the real time.
 */
export function installClock() {
  const dateNow = Date.now
  const performanceNow = performance.now.bind(performance)
  let ahead = 0
  Date.now = () => dateNow() + ahead
  performance.now = () => performanceNow() + ahead
  return {
    passHours(hours) {
      ahead += hours * HOUR_IN_MS
    },
  }
}
