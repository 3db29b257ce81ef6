import { randomUUID } from 'node:crypto'
import { readFileSync, rmSync } from 'node:fs'
import { rm, stat, writeFile } from 'node:fs/promises'

/**
 * Takes a lock by creating a file, and resolves to a function that releases it, or to undefined if
 * another process holds the lock. Removes a lock older than `ttl` ms: its process must have crashed.
 */
export async function createFileLock(path: string, ttl: number): Promise<(() => void) | undefined> {
  const holder = randomUUID()
  try {
    await writeFile(path, holder, { mode: 0o600, flag: 'wx' })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    // The next attempt can take it. Two processes that remove it at the same time may both get the
    // lock, which costs one token request more.
    if (await isOlderThan(ttl, path)) await rm(path, { force: true })
    return undefined
  }
  const release = () => {
    process.off('exit', release)
    // Another process may hold the lock by now.
    if (contentOf(path) === holder) rmSync(path, { force: true })
  }
  process.once('exit', release)
  return release
}

async function isOlderThan(ttl: number, path: string): Promise<boolean> {
  const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: Date.now() }))
  // The absolute value, because the clock may have been set back.
  return Math.abs(Date.now() - mtimeMs) > ttl
}

function contentOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
