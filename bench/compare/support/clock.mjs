const MINUTE_IN_MS = 60_000

/**
 * Both clocks and all long timers, which can be put forward: a token lives 24 hours. Timers of less
 * than a minute keep the real time.
 *
 * @param settled awaited whenever the time has passed, so that nothing is left behind by a jump
 */
export function installClock(settled) {
  const real = {
    dateNow: Date.now,
    performanceNow: performance.now,
    setTimeout: globalThis.setTimeout,
    clearTimeout: globalThis.clearTimeout,
  }
  const timers = new Set()
  let ahead = 0

  Date.now = () => real.dateNow() + ahead
  performance.now = () => real.performanceNow.call(performance) + ahead
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
    /** From now on all happens at once. Timers keep running. */
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
    ahead = Math.max(ahead, time - real.dateNow())
  }
}
