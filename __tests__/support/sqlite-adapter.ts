import type { KeyvStoreAdapter, StoredData } from 'keyv'
import Database from 'libsql'

/**
 * SQLite for Keyv. `@keyv/sqlite` compiles its driver during the installation, which takes minutes.
 * The driver of this adapter is already compiled.
 */
export class SqliteAdapter implements Pick<KeyvStoreAdapter, 'get' | 'set' | 'delete' | 'clear'> {
  readonly opts = {}
  namespace?: string
  readonly #db: InstanceType<typeof Database>

  constructor(path: string) {
    this.#db = new Database(path)
    this.#db.exec('PRAGMA busy_timeout = 2000')
    this.#db.exec('CREATE TABLE IF NOT EXISTS keyv (key TEXT PRIMARY KEY, value TEXT)')
  }

  on(): this {
    return this
  }

  async get<T>(key: string): Promise<StoredData<T> | undefined> {
    const row = this.#db.prepare('SELECT value FROM keyv WHERE key = ?').get(key)
    return (row as { value: string } | undefined)?.value as StoredData<T> | undefined
  }

  async set(key: string, value: string): Promise<void> {
    this.#db.prepare('INSERT OR REPLACE INTO keyv VALUES (?, ?)').run(key, value)
  }

  async delete(key: string): Promise<boolean> {
    return this.#db.prepare('DELETE FROM keyv WHERE key = ?').run(key).changes > 0
  }

  async clear(): Promise<void> {
    this.#db.exec('DELETE FROM keyv')
  }

  close(): void {
    this.#db.close()
  }
}
