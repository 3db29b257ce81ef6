interface Timer {
  readonly at: number
  readonly fire: () => void
  isCleared: boolean
}

// The library keeps the timers that it finds when it is loaded. These use the simulated time while there is one.
const { setTimeout: startTimer, clearTimeout: stopTimer } = globalThis
let simulated: SimulatedTime | undefined
Object.assign(globalThis, {
  setTimeout: (fire: () => void, ms: number) => simulated?.add(fire, ms) ?? startTimer(fire, ms),
  clearTimeout(timer: Timer & NodeJS.Timeout) {
    if (simulated && timer) timer.isCleared = true
    else stopTimer(timer)
  },
})

/** Replaces both clocks and all timers, so that months pass within a minute. */
export class SimulatedTime {
  /** Milliseconds since the beginning. */
  now = 0
  readonly #epoch = Date.UTC(2026, 0, 1)
  readonly #heap: Timer[] = []

  /** Replaces the clocks and timers until the returned function is called. */
  install(): () => void {
    const dateNow = Date.now
    simulated = this
    Date.now = () => this.#epoch + this.now
    performance.now = () => this.now
    return () => {
      simulated = undefined
      Date.now = dateNow
      Reflect.deleteProperty(performance, 'now')
    }
  }

  /** Whether a timer is due at that time. */
  isDue(at: number): boolean {
    return this.#heap.length > 0 && (this.#heap[0] as Timer).at <= at
  }

  /** Lets time pass. After each timer, waits until everything that it started has finished. */
  async advanceTo(end: number): Promise<void> {
    while (this.isDue(end)) {
      const timer = this.#pop()
      if (timer.isCleared) continue
      this.now = Math.max(this.now, timer.at)
      timer.fire()
      await settled()
    }
    this.now = end
  }

  add(fire: () => void, ms: number): Timer {
    const timer = { at: this.now + ms, fire, isCleared: false }
    const heap = this.#heap
    let i = heap.push(timer) - 1
    while (i > 0) {
      const parent = (i - 1) >> 1
      if ((heap[parent] as Timer).at <= timer.at) break
      heap[i] = heap[parent] as Timer
      i = parent
    }
    heap[i] = timer
    return timer
  }

  #pop(): Timer {
    const heap = this.#heap
    const first = heap[0] as Timer
    const last = heap.pop() as Timer
    if (heap.length === 0) return first
    let i = 0
    for (;;) {
      let child = 2 * i + 1
      if (child >= heap.length) break
      const right = heap[child + 1]
      if (right && right.at < (heap[child] as Timer).at) child++
      if ((heap[child] as Timer).at >= last.at) break
      heap[i] = heap[child] as Timer
      i = child
    }
    heap[i] = last
    return first
  }
}

/** Resolves when everything has finished that does not wait for a timer. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

/** Replaces Math.random by a seeded generator (mulberry32). */
export function installSeed(seed: number): () => void {
  const { random } = Math
  let state = seed
  Math.random = () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
  return () => {
    Math.random = random
  }
}
