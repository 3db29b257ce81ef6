import { mkdir, readdir, readFile, stat, symlink, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, it } from 'vitest'
import { createFileLock } from '../../src/cli/token/file-lock.js'
import { openTokenFile } from '../../src/cli/token/token-file.js'
import type { CaspioTokenStore } from '../../src/contract/types.js'
import { outcomesOf, rejectionOf } from '../support/account.js'
import { temporaryFolder } from '../support/programs.js'

const KEY = 'axios-caspio-auth:a1bcd234.caspio.com%2Foauth%2Ftoken:an-id'
const OTHER = 'axios-caspio-auth:a1bcd234.caspio.com%2Foauth%2Ftoken:another-id'
const TTL = 60_000

async function startFile() {
  const folder = await temporaryFolder()
  const path = join(folder, 'token.json')
  return { folder, path, store: await openTokenFile(path) }
}

describe('openTokenFile', () => {
  it('keeps a value until it expires, and drops it then', async () => {
    const { path, store } = await startFile()
    expect(await store.get(KEY)).toBeUndefined()
    await store.set(OTHER, 'over soon', -1)
    await store.set(KEY, 'a value', TTL)
    expect(await (await openTokenFile(path)).get(KEY)).toBe('a value')
    expect(await store.get(OTHER)).toBeUndefined()
    expect(Object.keys(JSON.parse(await readFile(path, 'utf8')))).toEqual([KEY])
  })

  it('keeps several values, and deletes one', async () => {
    const { store } = await startFile()
    await store.set(KEY, 'a value', TTL)
    await store.set(OTHER, 'another', TTL)
    await store.delete(KEY)
    expect([await store.get(KEY), await store.get(OTHER)]).toEqual([undefined, 'another'])
  })

  it('writes a file that only its owner can read, even if others could read it before', async () => {
    const { folder, path, store } = await startFile()
    await writeFile(path, '{}', { mode: 0o644 })
    await store.set(KEY, 'a value', TTL)
    expect(((await stat(path)).mode & 0o777).toString(8)).toBe('600')
    expect(await readdir(folder)).toEqual(['token.json'])
  })

  it.each([
    ['is empty', ''],
    ['is blank', ' \n'],
    ['holds an empty object', '{}'],
  ])('accepts a file that %s', async (_, text) => {
    const { path } = await startFile()
    await writeFile(path, text)
    const store = await openTokenFile(path)
    await store.set(KEY, 'a value', TTL)
    expect(await store.get(KEY)).toBe('a value')
  })

  const FOREIGN = [
    ['is not JSON', 'CASPIO_CLIENT_ID=an-id'],
    ['is cut off', `{"${KEY}":{"val`],
    ['holds a list', '[]'],
    ['holds null', 'null'],
    ['holds a number', '7'],
    ['holds settings', '{"name":"a-package","version":"1.0.0"}'],
    ['holds the key of another program', '{"it":{"value":"a value","endsAt":9999999999999}}'],
    [
      'holds something else under a key of this store',
      `{"${KEY}":{"value":7,"endsAt":9999999999999}}`,
    ],
    ['holds no expiry time', `{"${KEY}":{"value":"a value"}}`],
  ] as const

  it.each(FOREIGN)('does not touch a file that %s', async (_, text) => {
    const { folder, path, store } = await startFile()
    await writeFile(path, text)
    const failures = [
      rejectionOf(openTokenFile(path)),
      rejectionOf(Promise.resolve(store.set(KEY, 'a value', TTL))),
      rejectionOf(Promise.resolve(store.get(KEY))),
      rejectionOf(Promise.resolve(store.delete(KEY))),
    ]
    for (const { message } of await Promise.all(failures)) {
      expect(message).toBe(
        `${path} holds something other than tokens, so it was not changed. Choose another file, or delete this one`,
      )
    }
    expect(await readFile(path, 'utf8')).toBe(text)
    expect(await readdir(folder)).toEqual(['token.json'])
  })

  it('does not touch anything but a file: a folder, a device, a link to a device', async () => {
    const { folder, path } = await startFile()
    await mkdir(path)
    await symlink('/dev/null', join(folder, 'link'))
    for (const wrong of [path, '/dev/null', join(folder, 'link')]) {
      const { message } = await rejectionOf(openTokenFile(wrong))
      expect(message).toContain(`${wrong} holds something other than tokens`)
    }
  })

  it('says that the folder is missing', async () => {
    const path = join(await temporaryFolder(), 'missing', 'token.json')
    const { message } = await rejectionOf(openTokenFile(path))
    expect(message).toBe(`cannot write ${path}: its folder is missing or read-only (ENOENT)`)
  })

  it('says that the path cannot be read', async () => {
    const path = join(await temporaryFolder(), 'x'.repeat(300))
    const { message } = await rejectionOf(openTokenFile(path))
    expect(message).toBe(`cannot read ${path} (ENAMETOOLONG)`)
  })

  it('has one lock for all keys, and is idle when that lock is free', async () => {
    const { folder, store } = await startFile()
    await store.idle()
    const release = await store.lock(KEY, TTL)
    expect(await store.lock(OTHER, TTL)).toBeUndefined()
    expect(await readdir(folder)).toEqual(['token.json.lock'])
    let isIdle = false
    const idle = store.idle().then(() => {
      isIdle = true
    })
    await store.get(KEY)
    expect(isIdle).toBe(false)
    release?.()
    await idle
    expect(await readdir(folder)).toEqual([])
  })

  it('shares its file with the store in the examples', async () => {
    const { path, store } = await startFile()
    const url = pathToFileURL(join(process.cwd(), 'examples/support/file-store.mjs')).href
    const { fileStore }: { fileStore(path: string): CaspioTokenStore } = await import(url)
    const example = fileStore(path)
    await store.set(KEY, 'a value', TTL)
    expect(await example.get(KEY)).toBe('a value')
    await example.set(KEY, 'another', TTL)
    expect(await store.get(KEY)).toBe('another')
  })
})

describe('createFileLock', () => {
  async function startLock() {
    const path = join(await temporaryFolder(), 'token.json.lock')
    return { path, take: () => createFileLock(path, TTL) }
  }

  /** Sets the time of the file: `ms` ago, or in the future if negative. */
  async function age(path: string, ms: number): Promise<void> {
    const then = new Date(Date.now() - ms)
    await utimes(path, then, then)
  }

  it('is held by one at a time', async () => {
    const { path, take } = await startLock()
    const outcomes = await outcomesOf(Array.from({ length: 10 }, take))
    const releases = outcomes.flatMap((one) =>
      one.status === 'fulfilled' ? (one.value ?? []) : [],
    )
    expect(outcomes.map(({ status }) => status)).toEqual(Array(10).fill('fulfilled'))
    expect(releases).toHaveLength(1)
    expect(((await stat(path)).mode & 0o777).toString(8)).toBe('600')
    releases[0]?.()
    const next = await take()
    expect(next).toBeDefined()
    next?.()
    expect((await rejectionOf(stat(path))).code).toBe('ENOENT')
  })

  it.each([
    ['too old', TTL + 1_000],
    ['from the future', -TTL - 1_000],
  ])('is removed if it is %s', async (_, ms) => {
    const { path, take } = await startLock()
    const left = await take()
    await age(path, ms)
    expect(await take()).toBeUndefined()
    const next = await take()
    expect(next).toBeDefined()
    // The first holder releases it late, when it belongs to another.
    left?.()
    expect(await take()).toBeUndefined()
    next?.()
  })

  it('stays if it is neither', async () => {
    const { path, take } = await startLock()
    const release = await take()
    await age(path, TTL / 2)
    expect(await take()).toBeUndefined()
    expect(await take()).toBeUndefined()
    release?.()
  })

  it('is released when the process exits, once', async () => {
    const { path, take } = await startLock()
    const before = process.listeners('exit')
    const release = await take()
    const [listener] = process.listeners('exit').filter((one) => !before.includes(one))
    listener?.(0)
    expect((await rejectionOf(stat(path))).code).toBe('ENOENT')
    release?.()
    expect(process.listeners('exit')).toEqual(before)
  })

  it('is left to the next attempt if it has just been removed', async () => {
    const { path, take } = await startLock()
    // A dangling link: creating the file fails, and so does reading it.
    await symlink(`${path}.missing`, path)
    expect(await take()).toBeUndefined()
  })

  it('fails if it cannot be written', async () => {
    const { code } = await rejectionOf(createFileLock(join(await temporaryFolder(), 'a', 'b'), TTL))
    expect(code).toBe('ENOENT')
  })
})
