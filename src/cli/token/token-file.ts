import { randomUUID } from 'node:crypto'
import { constants, renameSync, rmSync, writeFileSync } from 'node:fs'
import { access, readdir, readFile, readlink, realpath, stat } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import type { CaspioTokenStore } from '../../contract/types.js'
import { createFileLock, isOlderThan } from './file-lock.js'

// A write takes milliseconds.
const LEFT_AFTER_MS = 60_000

const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/

interface Entry {
  readonly value: string
  /** Epoch ms. */
  readonly endsAt: number
}

export interface TokenFile extends Required<CaspioTokenStore> {
  /** Resolves when the token that was fetched under the lock has been written. */
  idle(): Promise<void>
}

type Entries = Readonly<Record<string, Entry>>

/**
 * Opens a token store in one file, which only its owner can read. The format is that of
 * examples/support/file-store.mjs. A file that holds anything else is never overwritten. If `path` is
 * a symbolic link, the file that it leads to is the store.
 *
 * @throws Error (as a rejection) if the file holds anything else, or cannot be written
 */
export async function openTokenFile(path: string): Promise<TokenFile> {
  await read(path)
  const target = await targetOf(path)
  await access(dirname(target), constants.W_OK).catch(({ code }: NodeJS.ErrnoException) => {
    throw new Error(`cannot write ${path}: its folder is missing or read-only (${code})`)
  })
  await removeLeftFiles(target)

  let unlocked = Promise.resolve()
  return {
    async get(key) {
      return (await read(path))[key]?.value
    },
    async set(key, value, ttl) {
      const others = await read(path)
      await write(target, { ...others, [key]: { value, endsAt: Date.now() + ttl } })
    },
    async delete(key) {
      const { [key]: _, ...others } = await read(path)
      await write(target, others)
    },
    // One lock for all keys, because each write replaces the whole file.
    async lock(_, ttl) {
      const release = await createFileLock(`${target}.lock`, ttl)
      if (!release) return undefined
      let done!: () => void
      unlocked = new Promise((resolve) => {
        done = resolve
      })
      return () => {
        release()
        done()
      }
    },
    idle: () => unlocked,
  }
}

/** Reads the entries that have not expired. */
async function read(path: string): Promise<Entries> {
  const entries = parse(await readText(path))
  if (!entries) {
    throw new Error(
      `${path} holds something other than tokens, so it was not changed. Choose another file, or delete this one`,
    )
  }
  return Object.fromEntries(Object.entries(entries).filter(([, { endsAt }]) => endsAt > Date.now()))
}

async function readText(path: string): Promise<string | undefined> {
  try {
    // Reading a device or a pipe may never end, and a write would replace it.
    return (await stat(path)).isFile() ? await readFile(path, 'utf8') : undefined
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') return ''
    throw new Error(`cannot read ${path} (${code})`)
  }
}

function parse(text: string | undefined): Entries | undefined {
  if (text?.trim() === '') return {}
  try {
    const entries: Entries = JSON.parse(`${text}`)
    const isObject = Object(entries) === entries && !Array.isArray(entries)
    return isObject && Object.entries(entries).every(isTokenEntry) ? entries : undefined
  } catch {
    return undefined
  }
}

function isTokenEntry([key, entry]: [string, unknown]): boolean {
  const { value, endsAt } = Object(entry)
  return key.startsWith('axios-caspio-auth:') && typeof value === 'string' && endsAt > 0
}

/** Where a link leads, even if nothing is there yet. */
async function targetOf(path: string): Promise<string> {
  const link = await readlink(path).catch(() => undefined)
  return link === undefined ? path : targetOf(resolve(await realpath(dirname(path)), link))
}

/**
 * Writes another file and renames it, so that nobody reads a half-written file. Synchronously, so that
 * no signal except SIGKILL can end the process in between.
 */
async function write(target: string, entries: Entries): Promise<void> {
  const temporary = `${target}.${randomUUID()}`
  try {
    writeFileSync(temporary, JSON.stringify(entries), { mode: 0o600, flag: 'wx' })
    renameSync(temporary, target)
  } finally {
    rmSync(temporary, { force: true })
  }
}

/** Removes the files, with tokens in them, of processes that were killed while they wrote. */
async function removeLeftFiles(target: string): Promise<void> {
  const prefix = `${basename(target)}.`
  // A folder can be writable and unreadable.
  for (const name of await readdir(dirname(target)).catch(() => [])) {
    const path = join(dirname(target), name)
    const isTemporary = name.startsWith(prefix) && UUID.test(name.slice(prefix.length))
    if (isTemporary && isOlderThan(LEFT_AFTER_MS, path)) rmSync(path, { force: true })
  }
}
