import { randomUUID } from 'node:crypto'
import { readFileSync, rmSync } from 'node:fs'
import { rm, stat, writeFile } from 'node:fs/promises'

/**
 * Takes a lock that is a file, and resolves to what releases it; or to undefined where another
 * process holds it. One that is older than `ttl` ms was left behind, and goes.
 */
export async function createFileLock(path: string, ttl: number): Promise<(() => void) | undefined> {
  const holder = randomUUID()
  try {
    await writeFile(path, holder, { mode: 0o600, flag: 'wx' })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    // Whoever comes next takes it. Two that find it at one time may both have it then, which costs
    // a token request.
    if (await isOlderThan(ttl, path)) await rm(path, { force: true })
    return undefined
  }
  const release = () => {
    process.off('exit', release)
    // It may be another's by now.
    if (contentOf(path) === holder) rmSync(path, { force: true })
  }
  process.once('exit', release)
  return release
}

async function isOlderThan(ttl: number, path: string): Promise<boolean> {
  const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: Date.now() }))
  // A clock may have been set back.
  return Math.abs(Date.now() - mtimeMs) > ttl
}

function contentOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
