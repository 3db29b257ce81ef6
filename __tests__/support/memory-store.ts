import type { CaspioTokenStore } from '../../src/index.js'

interface Entry {
  readonly value: string
  readonly endsAt: number
}

/** A token store such as a user might write: a Map, optionally with a lock. */
export class MemoryStore implements CaspioTokenStore {
  readonly entries = new Map<string, Entry>()
  /** The names of the called methods, in order. */
  readonly calls: string[] = []
  readonly lock?: NonNullable<CaspioTokenStore['lock']>

  constructor({ lock = false } = {}) {
    if (lock) this.lock = (key, ttl) => this.#acquire(key, ttl)
  }

  async get(key: string): Promise<string | undefined> {
    this.calls.push('get')
    return this.#read(key)
  }

  async set(key: string, value: string, ttl: number): Promise<void> {
    this.calls.push('set')
    this.entries.set(key, { value, endsAt: performance.now() + ttl })
  }

  async delete(key: string): Promise<void> {
    this.calls.push('delete')
    this.entries.delete(key)
  }

  /** The stored token, parsed. */
  get token(): Record<string, unknown> | undefined {
    const [key] = this.keys
    const value = key && this.#read(key)
    return value ? JSON.parse(value) : undefined
  }

  /** The keys of tokens, without those of locks and of failures under a lock. */
  get keys(): string[] {
    return [...this.entries.keys()].filter((key) => !/:(lock|failure)$/.test(key))
  }

  #read(key: string): string | undefined {
    const entry = this.entries.get(key)
    return entry && performance.now() < entry.endsAt ? entry.value : undefined
  }

  async #acquire(key: string, ttl: number): Promise<(() => void) | undefined> {
    this.calls.push('lock')
    if (this.#read(key)) return undefined
    const owner = crypto.randomUUID()
    this.entries.set(key, { value: owner, endsAt: performance.now() + ttl })
    return () => {
      this.calls.push('release')
      if (this.#read(key) === owner) this.entries.delete(key)
    }
  }
}
