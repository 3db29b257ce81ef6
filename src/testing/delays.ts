import { clearTimeout, setTimeout } from 'node:timers'

/** Waits that can be cut short all at once. */
export class Delays {
  readonly #waiting = new Map<NodeJS.Timeout, () => void>()
  #ended = false

  /** Resolves after `ms`, or when the waits are ended. */
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

  /** Ends every wait, and those to come. */
  end(): void {
    this.#ended = true
    for (const [timer, resolve] of this.#waiting) {
      clearTimeout(timer)
      resolve()
    }
    this.#waiting.clear()
  }
}
