import { randomUUID } from 'node:crypto'
import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'

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
    // The next attempt can take it.
    if (isOlderThan(ttl, path)) removeOld(path, ttl)
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

/**
 * Removes a lock that its process left. Only one process at a time may do this, and it looks again:
 * the old lock may be gone, and the lock of another process may have taken its place.
 */
function removeOld(path: string, ttl: number): void {
  const removal = `${path}.removal`
  try {
    writeFileSync(removal, '', { mode: 0o600, flag: 'wx' })
  } catch {
    // A process that was killed here has left it.
    if (isOlderThan(ttl, removal)) rmSync(removal, { force: true })
    return
  }
  if (isOlderThan(ttl, path)) rmSync(path, { force: true })
  rmSync(removal, { force: true })
}

/** Whether a file was written more than `ms` ago. */
export function isOlderThan(ms: number, path: string): boolean {
  const writtenAt = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Date.now()
  // The absolute value, because the clock may have been set back.
  return Math.abs(Date.now() - writtenAt) > ms
}

function contentOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
