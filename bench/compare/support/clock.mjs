const MINUTE_IN_MS = 60_000

/**
 * Replaces both clocks and all timers of a minute or more, so that a test can move time forward: a
 * token lives 24 hours. Shorter timers use real time.
 *
 * @param settled awaited after each step, so that everything it started has finished
 */
export function installClock(settled) {
  const real = {
    dateNow: Date.now,
    performanceNow: performance.now,
    setTimeout: globalThis.setTimeout,
    clearTimeout: globalThis.clearTimeout,
  }
  const timers = new Set()
  let offsetMs = 0

  Date.now = () => real.dateNow() + offsetMs
  performance.now = () => real.performanceNow.call(performance) + offsetMs
  globalThis.setTimeout = (callback, delay, ...args) => {
    if (!(delay >= MINUTE_IN_MS)) return real.setTimeout(callback, delay, ...args)
    const timer = { at: Date.now() + delay, run: () => callback(...args) }
    timer.ref = timer.unref = () => timer
    timers.add(timer)
    return timer
  }
  globalThis.clearTimeout = (timer) => timers.delete(timer) || real.clearTimeout(timer)

  return {
    async passMinutes(minutes) {
      await settled()
      const end = Date.now() + minutes * MINUTE_IN_MS
      for (let next = firstBefore(end); next; next = firstBefore(end)) {
        timers.delete(next)
        advanceTo(next.at)
        next.run()
        await settled()
      }
      advanceTo(end)
    },
    /** Stops both clocks. Timers keep running. */
    freeze() {
      const [wall, monotonic] = [Date.now(), performance.now()]
      Date.now = () => wall
      performance.now = () => monotonic
    },
    uninstall() {
      Date.now = real.dateNow
      performance.now = real.performanceNow
      globalThis.setTimeout = real.setTimeout
      globalThis.clearTimeout = real.clearTimeout
    },
  }

  function firstBefore(end) {
    const [first] = [...timers].sort((one, other) => one.at - other.at)
    return first && first.at <= end ? first : undefined
  }

  function advanceTo(time) {
    offsetMs = Math.max(offsetMs, time - real.dateNow())
  }
}
