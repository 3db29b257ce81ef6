// A tokenStore in one file, for scripts and cron jobs of one user on one machine.
import { randomUUID } from 'node:crypto'
import { readFile, rename, rm, writeFile } from 'node:fs/promises'

/**
 * Only its owner can read the file. Written anew and renamed, so that no reader finds half of it. Of
 * two that write at once the last one stays, which costs a token request at most.
 */
export function fileStore(path) {
  async function read() {
    try {
      return Object(JSON.parse(await readFile(path, 'utf8')))
    } catch {
      // Not there yet, or broken: it is written anew.
      return {}
    }
  }

  async function write(entries) {
    // A process's ID is no name: it is 1 in every container.
    const temporary = `${path}.${randomUUID()}`
    try {
      await writeFile(temporary, JSON.stringify(entries), { mode: 0o600, flag: 'wx' })
      await rename(temporary, path)
    } finally {
      await rm(temporary, { force: true })
    }
  }

  return {
    async get(key) {
      const { [key]: entry } = await read()
      return entry?.endsAt > Date.now() ? entry.value : undefined
    },
    async set(key, value, ttl) {
      await write({ ...(await read()), [key]: { value, endsAt: Date.now() + ttl } })
    },
    async delete(key) {
      const { [key]: _, ...others } = await read()
      await write(others)
    },
  }
}
