import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import fs from 'node:fs'
import {
  chmod,
  lstat,
  mkdir,
  readdir,
  readFile,
  stat,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises'
import { syncBuiltinESMExports } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createFileLock } from '../../src/cli/token/file-lock.js'
import { openTokenFile } from '../../src/cli/token/token-file.js'
import type { CaspioTokenStore } from '../../src/contract/types.js'
import { outcomesOf, rejectionOf } from '../support/outcomes.js'
import { temporaryFolder } from '../support/programs.js'

const KEY = 'axios-caspio-auth:a1bcd234.caspio.com%2Foauth%2Ftoken:an-id'
const OTHER = 'axios-caspio-auth:a1bcd234.caspio.com%2Foauth%2Ftoken:another-id'
const TTL = 60_000
const FILE_LOCK = new URL('../../src/cli/token/file-lock.ts', import.meta.url).href

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

  it.each([
    ['an absolute link', (folder: string) => join(folder, 'real', 'kept.json')],
    ['a relative link', () => 'real/kept.json'],
  ])('writes to the file that %s leads to, whether or not it exists', async (_, targetIn) => {
    const folder = await temporaryFolder()
    const target = join(folder, 'real', 'kept.json')
    const path = join(folder, 'token.json')
    await mkdir(join(folder, 'real'))
    await symlink(targetIn(folder), path)
    // By way of another link, in a folder that is a link.
    await symlink(folder, join(folder, 'same'))
    await symlink('token.json', join(folder, 'again.json'))
    for (const link of [path, join(folder, 'same', 'again.json')]) {
      const store = await openTokenFile(link)
      await store.set(KEY, link, TTL)
      const release = await store.lock(KEY, TTL)
      expect(await readdir(join(folder, 'real'))).toEqual(['kept.json', 'kept.json.lock'])
      release?.()
      expect(await (await openTokenFile(target)).get(KEY)).toBe(link)
    }
    expect((await lstat(path)).isSymbolicLink()).toBe(true)
    expect(await readdir(folder)).toEqual(['again.json', 'real', 'same', 'token.json'])
  })

  it('says that a link leads nowhere', async () => {
    const { folder, path } = await startFile()
    await symlink('token.json', path)
    const endless = await rejectionOf(openTokenFile(path))
    expect(endless.message).toBe(`cannot read ${path} (ELOOP)`)
    const link = join(folder, 'link')
    await symlink('missing/token.json', link)
    const { message } = await rejectionOf(openTokenFile(link))
    expect(message).toBe(`cannot write ${link}: its folder is missing or read-only (ENOENT)`)
  })

  it('removes the temporary files that killed processes left, and nothing else', async () => {
    const { folder, path } = await startFile()
    const left = `token.json.${randomUUID()}`
    const others = [
      `token.json.${randomUUID()}`,
      `other.json.${randomUUID()}`,
      'token.json.backup',
      'token.json',
    ]
    for (const name of [left, ...others]) await writeFile(join(folder, name), '{}')
    const then = new Date(Date.now() - TTL - 1_000)
    for (const name of [left, ...others.slice(1)]) await utimes(join(folder, name), then, then)
    await openTokenFile(path)
    expect((await readdir(folder)).sort()).toEqual(others.sort())
  })

  it.skipIf(process.getuid?.() === 0)('works in a folder that cannot be listed', async () => {
    const { folder, path } = await startFile()
    await chmod(folder, 0o300)
    const store = await openTokenFile(path)
    await store.set(KEY, 'a value', TTL)
    expect(await store.get(KEY)).toBe('a value')
    await chmod(folder, 0o700)
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

  it('belongs to one process after two have removed the same old lock', async () => {
    const { path, take } = await startLock()
    await writeFile(path, 'a killed process')
    await age(path, TTL + 1_000)
    // The other process pauses just before it removes the lock.
    const program = `
      import fs from 'node:fs'
      import { syncBuiltinESMExports } from 'node:module'
      const { rmSync } = fs
      fs.rmSync = (path, options) => {
        if (path === ${JSON.stringify(path)}) {
          console.log('removing')
          while (!fs.existsSync(path + '.go')) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5)
        }
        rmSync(path, options)
      }
      syncBuiltinESMExports()
      const { createFileLock } = await import(${JSON.stringify(FILE_LOCK)})
      const release = await createFileLock(${JSON.stringify(path)}, ${TTL})
      console.log(release ? 'taken' : 'not taken')`
    const args = ['--import', 'tsx', '--input-type=module', '-e', program]
    const other = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
    let said = ''
    other.stdout.on('data', (text) => {
      said += text
    })
    await once(other.stdout, 'data')
    expect(said).toBe('removing\n')
    const attempts = [await take(), await take()]
    const closed = once(other, 'close')
    await writeFile(`${path}.go`, '')
    await closed
    expect(said).toBe('removing\nnot taken\n')
    attempts.push(await take(), await take())
    const holders = attempts.filter((release) => release !== undefined)
    expect(holders).toHaveLength(1)
    holders[0]?.()
    expect(await readdir(join(path, '..'))).toEqual(['token.json.lock.go'])
  }, 60_000)

  it('is not removed if another process replaced it in the meantime', async () => {
    const { path, take } = await startLock()
    await writeFile(path, 'a killed process')
    await age(path, TTL + 1_000)
    const { writeFileSync } = fs
    onTestFinished(() => replaceWriteFileSync(writeFileSync))
    replaceWriteFileSync((file, ...rest) => {
      fs.rmSync(path)
      writeFileSync(path, 'another process')
      writeFileSync(file, ...rest)
    })
    expect(await take()).toBeUndefined()
    expect(await readFile(path, 'utf8')).toBe('another process')
    expect(await readdir(join(path, '..'))).toEqual(['token.json.lock'])
  })

  function replaceWriteFileSync(replacement: typeof fs.writeFileSync): void {
    fs.writeFileSync = replacement
    syncBuiltinESMExports()
  }

  it('can be removed again after a process was killed while it removed one', async () => {
    const { path, take } = await startLock()
    for (const left of [path, `${path}.removal`]) {
      await writeFile(left, '')
      await age(left, TTL + 1_000)
    }
    expect([await take(), await take()]).toEqual([undefined, undefined])
    const release = await take()
    expect(release).toBeDefined()
    release?.()
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
