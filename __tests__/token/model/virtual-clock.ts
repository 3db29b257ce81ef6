import { atRest } from '../../support/clocks.js'

interface Timer {
  readonly fire: () => void
  readonly every: number | undefined
  at: number
}

const REPLACED = ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] as const

/**
 * Both clocks and all timers, moved by hand. Made for thousands of short runs: vitest's own fake
 * timers wait for a real one at each step, and cannot put a machine to sleep.
 */
export class VirtualClock {
  monotonic = 1_000
  /** What the wall clock shows beyond the monotonic one: steps, and time asleep. */
  #ahead = Date.UTC(2026, 0, 1)
  /** True time beyond the monotonic one: time asleep. */
  #asleep = 0
  readonly #timers = new Set<Timer>()

  get wall(): number {
    return this.monotonic + this.#ahead
  }

  /** Time as the rest of the world sees it. */
  get truth(): number {
    return this.monotonic + this.#asleep
  }

  get timers(): number {
    return this.#timers.size
  }

  /** Takes the place of the globals until the returned function is called. */
  install(): () => void {
    const originals = REPLACED.map((name) => [name, globalThis[name]] as const)
    const dateNow = Date.now
    const set = (every: boolean) => (fire: () => void, ms: number) => {
      const timer = { fire, every: every ? ms : undefined, at: this.monotonic + ms, unref() {} }
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

  /** Somebody sets the wall clock, forward or back. */
  step(ms: number): void {
    this.#ahead += ms
  }

  /** The machine sleeps: no timer runs, and the monotonic clock stands still. */
  sleep(ms: number): void {
    this.#ahead += ms
    this.#asleep += ms
  }

  /** Lets time pass; what each timer sets off has come to rest before the next one fires. */
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
