// A token store in one file, for the scripts and cron jobs of one user on one machine.
import { randomUUID } from 'node:crypto'
import { readFile, rename, rm, writeFile } from 'node:fs/promises'

/**
 * Only its owner can read the file. It is written under a temporary name and then renamed, so that
 * no reader sees half a file. If two processes write at once, the last one wins; this costs at most
 * one token request.
 */
export function fileStore(path) {
  async function read() {
    try {
      return Object(JSON.parse(await readFile(path, 'utf8')))
    } catch {
      // The file is missing or broken. The next write replaces it.
      return {}
    }
  }

  async function write(entries) {
    // The process ID would not be unique: it is 1 in every container.
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
