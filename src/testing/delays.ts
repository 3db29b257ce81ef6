import { clearTimeout, setTimeout } from 'node:timers'

/** Timers that can all be ended early. */
export class Delays {
  readonly #waiting = new Map<NodeJS.Timeout, () => void>()
  #ended = false

  /** Resolves after `ms` milliseconds, or when {@link end} is called. */
  async wait(ms: number): Promise<void> {
    if (ms === 0 || this.#ended) return
    await new Promise<void>((resolve) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(timer)
        resolve()
      }, ms)
      this.#waiting.set(timer, resolve)
    })
  }

  /** Ends every wait at once. Later waits do not wait at all. */
  end(): void {
    this.#ended = true
    for (const [timer, resolve] of this.#waiting) {
      clearTimeout(timer)
      resolve()
    }
    this.#waiting.clear()
  }
}
