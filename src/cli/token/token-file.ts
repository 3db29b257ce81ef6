import { randomUUID } from 'node:crypto'
import { constants } from 'node:fs'
import { access, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { CaspioTokenStore } from '../../contract/types.js'
import { createFileLock } from './file-lock.js'

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
 * examples/support/file-store.mjs. A file that holds anything else is never overwritten.
 *
 * @throws Error (as a rejection) if the file holds anything else, or cannot be written
 */
export async function openTokenFile(path: string): Promise<TokenFile> {
  await access(dirname(path), constants.W_OK).catch(({ code }: NodeJS.ErrnoException) => {
    throw new Error(`cannot write ${path}: its folder is missing or read-only (${code})`)
  })
  await read(path)

  let unlocked = Promise.resolve()
  return {
    async get(key) {
      return (await read(path))[key]?.value
    },
    async set(key, value, ttl) {
      const others = await read(path)
      await write(path, { ...others, [key]: { value, endsAt: Date.now() + ttl } })
    },
    async delete(key) {
      const { [key]: _, ...others } = await read(path)
      await write(path, others)
    },
    // One lock for all keys, because each write replaces the whole file.
    async lock(_, ttl) {
      const release = await createFileLock(`${path}.lock`, ttl)
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

/** Writes another file and renames it, so that nobody reads a half-written file. */
async function write(path: string, entries: Entries): Promise<void> {
  const temporary = `${path}.${randomUUID()}`
  try {
    await writeFile(temporary, JSON.stringify(entries), { mode: 0o600, flag: 'wx' })
    await rename(temporary, path)
  } finally {
    await rm(temporary, { force: true })
  }
}
