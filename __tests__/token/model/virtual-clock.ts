import { atRest } from '../../support/clocks.js'

interface Timer {
  readonly fire: () => void
  readonly every: number | undefined
  at: number
}

const REPLACED = ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] as const

/**
 * Both clocks and all timers, advanced by the test. Made for thousands of short runs: the fake timers
 * of vitest wait for a real timer at each step, and cannot simulate a machine that sleeps.
 */
export class VirtualClock {
  monotonic = 1_000
  /** How far the wall clock is ahead of the monotonic one: by steps and by sleep. */
  #ahead = Date.UTC(2026, 0, 1)
  /** How far true time is ahead of the monotonic clock: by sleep. */
  #asleep = 0
  readonly #timers = new Set<Timer>()

  get wall(): number {
    return this.monotonic + this.#ahead
  }

  /** The time on other machines. */
  get truth(): number {
    return this.monotonic + this.#asleep
  }

  get timers(): number {
    return this.#timers.size
  }

  /** Replaces the globals until the returned function is called. */
  install(): () => void {
    const originals = REPLACED.map((name) => [name, globalThis[name]] as const)
    const dateNow = Date.now
    const set = (repeats: boolean) => (fire: () => void, ms: number) => {
      const timer = { fire, every: repeats ? ms : undefined, at: this.monotonic + ms, unref() {} }
      this.#timers.add(timer)
      return timer
    }
    const clear = (timer: unknown) => this.#timers.delete(timer as Timer)
    Object.assign(globalThis, {
      setTimeout: set(false),
      setInterval: set(true),
      clearTimeout: clear,
      clearInterval: clear,
    })
    Date.now = () => this.wall
    performance.now = () => this.monotonic
    return () => {
      Object.assign(globalThis, Object.fromEntries(originals))
      Date.now = dateNow
      Reflect.deleteProperty(performance, 'now')
    }
  }

  /** The wall clock is set forward or back. */
  step(ms: number): void {
    this.#ahead += ms
  }

  /** The machine sleeps: no timer runs, and the monotonic clock stands still. */
  sleep(ms: number): void {
    this.#ahead += ms
    this.#asleep += ms
  }

  /** Lets time pass; what each timer starts has finished before the next timer fires. */
  async advance(ms: number): Promise<void> {
    const end = this.monotonic + ms
    await atRest()
    for (let next = this.#next(end); next; next = this.#next(end)) {
      this.monotonic = Math.max(this.monotonic, next.at)
      if (next.every === undefined) this.#timers.delete(next)
      else next.at += next.every
      next.fire()
      await atRest()
    }
    this.monotonic = end
  }

  #next(end: number): Timer | undefined {
    let next: Timer | undefined
    for (const timer of this.#timers) {
      if (timer.at <= end && (!next || timer.at < next.at)) next = timer
    }
    return next
  }
}
