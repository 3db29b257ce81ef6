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
 * A token store in one file, which only its owner can read; with the same content as that of
 * examples/support/file-store.mjs, and a lock. Nothing is written over that is not ours.
 *
 * @throws Error (as a rejection) if the file holds something else, or cannot be written
 */
export async function openTokenFile(path: string): Promise<TokenFile> {
  await access(dirname(path), constants.W_OK).catch(({ code }: NodeJS.ErrnoException) => {
    throw new Error(`${path} cannot be written: its folder is missing or read-only (${code}).`)
  })
  await read(path)

  let written = Promise.resolve()
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
    // One for the whole file, since every write is of all of it.
    async lock(_, ttl) {
      const release = await createFileLock(`${path}.lock`, ttl)
      if (!release) return undefined
      let done!: () => void
      written = new Promise((resolve) => {
        done = resolve
      })
      return () => {
        release()
        done()
      }
    },
    idle: () => written,
  }
}

/** The entries that are good still. */
async function read(path: string): Promise<Entries> {
  const entries = parse(await textOf(path))
  if (!entries) {
    throw new Error(
      `${path} holds something else than tokens and is left alone. Name another file, or delete it.`,
    )
  }
  return Object.fromEntries(Object.entries(entries).filter(([, { endsAt }]) => endsAt > Date.now()))
}

async function textOf(path: string): Promise<string | undefined> {
  try {
    // A device or a pipe could be waited for without end, and replaced by a file.
    return (await stat(path)).isFile() ? await readFile(path, 'utf8') : undefined
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') return ''
    throw new Error(`${path} cannot be read (${code}).`)
  }
}

function parse(text: string | undefined): Entries | undefined {
  if (text?.trim() === '') return {}
  try {
    const entries: Entries = JSON.parse(`${text}`)
    const isObject = Object(entries) === entries && !Array.isArray(entries)
    return isObject && Object.entries(entries).every(isOurs) ? entries : undefined
  } catch {
    return undefined
  }
}

function isOurs([key, entry]: [string, unknown]): boolean {
  const { value, endsAt } = Object(entry)
  return key.startsWith('axios-caspio-auth:') && typeof value === 'string' && endsAt > 0
}

/** Written anew and renamed, so that no reader finds half of it. */
async function write(path: string, entries: Entries): Promise<void> {
  const temporary = `${path}.${randomUUID()}`
  try {
    await writeFile(temporary, JSON.stringify(entries), { mode: 0o600, flag: 'wx' })
    await rename(temporary, path)
  } finally {
    await rm(temporary, { force: true })
  }
}
