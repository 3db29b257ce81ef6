import type { CaspioTokenStore } from '../../src/contract/types.js'

interface Entry {
  readonly value: string
  readonly endsAt: number
}

/** A token store in the same data centre. */
export class SimulatedStore implements CaspioTokenStore {
  readonly #entries = new Map<string, Entry>()
  readonly lock?: NonNullable<CaspioTokenStore['lock']>

  constructor({ lock }: { lock: boolean }) {
    if (!lock) return
    this.lock = async (key, ttl) => {
      await roundTrip()
      if (this.#read(key) !== undefined) return undefined
      this.#write(key, 'held', ttl)
      // Unlike a real lock, it does not check the owner: here no holder is ever late.
      return () => this.delete(key)
    }
  }

  async get(key: string): Promise<string | undefined> {
    await roundTrip()
    return this.#read(key)
  }

  async set(key: string, value: string, ttl: number): Promise<void> {
    await roundTrip()
    this.#write(key, value, ttl)
  }

  async delete(key: string): Promise<void> {
    await roundTrip()
    this.#entries.delete(key)
  }

  #read(key: string): string | undefined {
    const entry = this.#entries.get(key)
    return entry && Date.now() < entry.endsAt ? entry.value : undefined
  }

  #write(key: string, value: string, ttl: number): void {
    this.#entries.set(key, { value, endsAt: Date.now() + ttl })
  }
}

function roundTrip(): Promise<void> {
  return pause(1, 5)
}

/** Waits for a random time, in milliseconds. */
export function pause(least: number, most: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, least + Math.random() * (most - least)))
}
