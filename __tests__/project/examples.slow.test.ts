import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import axios, { type AxiosInstance } from 'axios'
import { Redis } from 'ioredis'
import type Keyv from 'keyv'
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { attachCaspioAuth, type CaspioAuthEvent, type CaspioTokenStore } from '../../src/index.js'
import type { CaspioAccount } from '../../src/testing/index.js'
import { PHYSICIANS, startAccount, thrownBy } from '../support/account.js'
import { fakeClocks } from '../support/clocks.js'
import { copyExamples } from '../support/examples.js'
import { secretsSeen, witness } from '../support/hygiene.js'
import { environment, temporaryFolder } from '../support/programs.js'
import { expectNoSecrets, leaksIn } from '../support/secrets.js'
import { describeWithRedis, type RedisServer, startRedisServer } from '../support/services.js'

const root = fileURLToPath(new URL('../..', import.meta.url))
const support = (name: string) => pathToFileURL(join(root, 'examples/support', name)).href

const { encryptedKeyv, readKey }: EncryptedKeyv = await import(support('encrypted-keyv.mjs'))
const { fileStore }: FileStore = await import(support('file-store.mjs'))

interface EncryptedKeyv {
  encryptedKeyv(store: Map<string, string>, key: Uint8Array): Keyv
  readKey(text: string): Buffer
}

interface FileStore {
  fileStore(path: string): Required<Omit<CaspioTokenStore, 'lock'>>
}

const examples = copyExamples()

function run(script: string, env: Record<string, string> = {}, ...args: string[]) {
  return examples.run(script, { env, args })
}

interface Member {
  readonly api: AxiosInstance
  readonly events: CaspioAuthEvent[]
}

/** A separate token source, like that of another process. */
function attach(account: CaspioAccount, tokenStore: CaspioTokenStore): Member {
  const events: CaspioAuthEvent[] = witness([])
  const api = axios.create({ baseURL: `${account.url}/integrations/rest/v3`, adapter: 'http' })
  attachCaspioAuth(api, account.credentials, {
    tokenStore,
    onEvent: (event) => events.push(event),
  })
  return { api, events }
}

function failuresOf({ events }: Member): string[] {
  return events.flatMap((event) => (event.type === 'store-failed' ? event.operation : []))
}

// Looks like a token, a key or a secret.
const SECRET = /[\w+/-]{40}/

describe('the example of an encrypted token store', () => {
  it('needs one token request for two processes, and stores nothing readable', async () => {
    const { code, output, errors } = await run('encrypted-store.mjs')
    expect({ code, errors }).toEqual({ code: 0, errors: '' })
    expect(output).toMatch(/^TOKEN_STORE_KEY is not set: .+\nexport TOKEN_STORE_KEY=\$\(node -p /)
    expect(output).toContain(
      'token requests for two processes: 1\n' +
        'the first process fetched a token, the second used the stored token\n',
    )
    expect(output).toMatch(/^stored value: [\w+/]{24}… \(\d{3} characters\)$/m)
    expect(output).toMatch(/^contains the token: no$/m)
    expect(output).not.toMatch(SECRET)
  })

  it('prints a command that generates a key', async () => {
    const script = "crypto.randomBytes(32).toString('base64')"
    expect((await run('encrypted-store.mjs')).output).toContain(`$(node -p "${script}")`)
    expect(readKey((await examples.runNode(['-p', script])).output)).toHaveLength(32)
  })

  it.each(['base64', 'hex'] as const)('reads its key from the environment, in %s', async (form) => {
    const key = Buffer.alloc(32, 'a key').toString(form)
    const { code, output, errors } = await run('encrypted-store.mjs', { TOKEN_STORE_KEY: key })
    expect({ code, errors }).toEqual({ code: 0, errors: '' })
    expect(output).toMatch(/^token requests for two processes: 1$/m)
    expect(output).not.toContain('TOKEN_STORE_KEY')
  })

  it('refuses a key of the wrong length, and does not show it', async () => {
    const key = Buffer.alloc(24, 'a short key').toString('base64')
    const { code, output, errors } = await run('encrypted-store.mjs', { TOKEN_STORE_KEY: key })
    expect({ code, output }).toEqual({ code: 1, output: '' })
    expect(errors).toBe('TOKEN_STORE_KEY: The key must be 32 bytes, in base64 or hex.\n')
  })
})

describe('encryptedKeyv', () => {
  const KEY = Buffer.alloc(32, 'a key')

  it('returns the stored value, and encrypts it differently each time', async () => {
    const atRest = new Map<string, string>()
    const keyv = encryptedKeyv(atRest, KEY)
    const value = 'Zoë & Co. – 100 % ☃'
    await keyv.set('one', value, 1_000)
    await keyv.set('other', value, 1_000)
    expect(await keyv.get('one')).toBe(value)
    expect(await encryptedKeyv(atRest, KEY).get('other')).toBe(value)
    const [one, other] = [...atRest.values()].map((stored) => Buffer.from(stored, 'base64'))
    expect(one?.subarray(0, 1)).toEqual(other?.subarray(0, 1))
    expect(one?.subarray(1, 13)).not.toEqual(other?.subarray(1, 13))
    expect(one?.subarray(29)).not.toEqual(other?.subarray(29))
    expect(await keyv.get('neither')).toBeUndefined()
  })

  it('shares a token, and stores no part of it in clear', async () => {
    const account = await startAccount()
    const atRest = new Map<string, string>()
    const members = [1, 2].map(() => attach(account, encryptedKeyv(atRest, KEY)))
    for (const { api } of members) await api.get(PHYSICIANS)
    expect(account.log.token).toHaveLength(1)
    expect(members.flatMap(failuresOf)).toEqual([])
    const { secrets, bearers } = secretsSeen()
    expect(bearers).toHaveLength(1)
    const stored = [...atRest.values()].map((text) => [text, Buffer.from(text, 'base64')])
    expect(stored).toHaveLength(1)
    expect(leaksIn(stored, [...secrets, ...bearers])).toEqual([])
  })

  const change = (at: number) => (stored: string) => {
    const bytes = Buffer.from(stored, 'base64')
    bytes[at] = (bytes[at] ?? 0) ^ 1
    return bytes.toString('base64')
  }
  it.each<[string, (stored: string) => string]>([
    ['encrypted with another key', (stored) => stored],
    ['of another version', change(0)],
    ['with another IV', change(1)],
    ['with another tag', change(13)],
    ['tampered with', change(40)],
    ['truncated', (stored) => stored.slice(0, -8)],
    ['truncated within the tag', (stored) => stored.slice(0, 36)],
    ['in clear', (stored) => JSON.stringify({ value: stored })],
    ['that is an empty string', () => ''],
  ])('a value %s fails no request, is reported and overwritten', async (which, tamper) => {
    const account = await startAccount()
    const atRest = new Map<string, string>()
    await attach(account, encryptedKeyv(atRest, KEY)).api.get(PHYSICIANS)
    const [[name, stored] = ['', '']] = atRest
    atRest.set(name, tamper(stored))

    const key = which === 'encrypted with another key' ? Buffer.alloc(32, 'another key') : KEY
    const member = attach(account, encryptedKeyv(atRest, key))
    expect((await member.api.get(PHYSICIANS)).status).toBe(200)
    expect(new Set(failuresOf(member))).toEqual(new Set(['get']))
    expect(account.log.token).toHaveLength(2)

    const next = attach(account, encryptedKeyv(atRest, key))
    expect((await next.api.get(PHYSICIANS)).status).toBe(200)
    expect(failuresOf(next)).toEqual([])
    expect(account.log.token).toHaveLength(2)
  })

  it('reads no value in which one byte was changed, whichever it is', async () => {
    const atRest = new Map<string, string>()
    const keyv = encryptedKeyv(atRest, KEY)
    await keyv.set('it', 'a value')
    const [[name, stored] = ['', '']] = atRest
    const { length } = Buffer.from(stored, 'base64')
    for (let at = 0; at < length; at++) {
      atRest.set(name, change(at)(stored))
      expect(await keyv.get('it')).toBe('unreadable')
    }
    atRest.set(name, stored)
    expect(await keyv.get('it')).toBe('a value')
  })

  it.each(['', 'ab', 'ab'.repeat(31), 'ab'.repeat(33), Buffer.alloc(33).toString('base64')])(
    'refuses a key of the wrong length (%#)',
    (text) => {
      expect(thrownBy(() => readKey(text)).message).toMatch(/32 bytes, in base64 or hex/)
    },
  )
})

describe('the example of a token store in a file', () => {
  it('runs twice with a stand-in account, and makes no token request the second time', async () => {
    const { code, output, errors } = await run('file-store.mjs')
    expect({ code, errors }).toEqual({ code: 0, errors: '' })
    expect(output).toBe(
      'first run:\n2 tables, token requests: 1\nsecond run:\n2 tables, token requests: 0\n' +
        'token requests that the account received: 1\n',
    )
  })

  it('makes no token request the second time with credentials from the environment', async () => {
    const account = await startAccount()
    const file = join(await temporaryFolder(), 'token.json')
    const env = { ...environment(account.credentials), TOKEN_FILE: file }
    for (const tokenRequests of [1, 0]) {
      const { code, output, errors } = await run('file-store.mjs', env)
      expect({ code, errors }).toEqual({ code: 0, errors: '' })
      expect(output).toBe(`2 tables, token requests: ${tokenRequests}\n`)
    }
    expect(account.log.token).toHaveLength(1)
    expectNoSecrets(await readFile(file, 'utf8'), account.credentials)
  })

  it('says which variables are missing if only one is set', async () => {
    const { code, errors } = await run('file-store.mjs', { CASPIO_CLIENT_ID: 'an-id' })
    expect(code).toBe(1)
    expect(errors).toContain('set CASPIO_CLIENT_SECRET, CASPIO_TOKEN_ENDPOINT_URL in the environ')
  })
})

describe('fileStore', () => {
  fakeClocks()

  async function startStore() {
    const folder = await temporaryFolder()
    const path = join(folder, 'token.json')
    return { folder, path, store: fileStore(path) }
  }

  it('keeps a value until its time to live is over', async () => {
    const { path, store } = await startStore()
    await store.set('it', 'a value', 1_000)
    vi.advanceTimersByTime(999)
    expect(await store.get('it')).toBe('a value')
    expect(await fileStore(path).get('it')).toBe('a value')
    vi.advanceTimersByTime(1)
    expect(await store.get('it')).toBeUndefined()
  })

  it('keeps several values, and deletes one', async () => {
    const { store } = await startStore()
    await store.set('one', 'a value', 1_000)
    await store.set('other', 'another', 1_000)
    await store.delete('one')
    expect([await store.get('one'), await store.get('other')]).toEqual([undefined, 'another'])
  })

  it('writes a file that only its owner can read, even if it replaces another file', async () => {
    const { folder, path, store } = await startStore()
    await writeFile(path, '{}', { mode: 0o644 })
    await store.set('it', 'a value', 1_000)
    expect(((await stat(path)).mode & 0o777).toString(8)).toBe('600')
    expect(await readdir(folder)).toEqual(['token.json'])
  })

  it.each([
    ['is missing', undefined],
    ['is empty', ''],
    ['is incomplete', '{"it":{"val'],
    ['holds null', 'null'],
    ['holds an array', '[1]'],
    ['holds entries of the wrong type', '{"it":null,"other":7}'],
  ])('if the file %s, finds no value and replaces the file', async (_, text) => {
    const account = await startAccount()
    const { path, store } = await startStore()
    if (text !== undefined) await writeFile(path, text)
    expect([await store.get('it'), await store.get('other')]).toEqual([undefined, undefined])
    const first = attach(account, store)
    await first.api.get(PHYSICIANS)
    await vi.waitUntil(async () =>
      (await readFile(path, 'utf8').catch(() => '')).includes('v\\":1'),
    )
    const next = attach(account, fileStore(path))
    await next.api.get(PHYSICIANS)
    expect(account.log.token).toHaveLength(1)
    expect([first, next].flatMap(failuresOf)).toEqual([])
  })

  it('fails no request if it cannot write, reports that, and leaves no temporary file', async () => {
    const account = await startAccount()
    const { folder, path, store } = await startStore()
    await mkdir(path)
    const member = attach(account, store)
    expect((await member.api.get(PHYSICIANS)).status).toBe(200)
    await vi.waitUntil(() => failuresOf(member).length > 0)
    expect(failuresOf(member)).toEqual(['set'])
    expect(await readdir(folder)).toEqual(['token.json'])
  })

  it('can be read at any time while two processes write', async () => {
    const { folder, path, store } = await startStore()
    await store.set('it', 'a value', 60_000)
    const program = `
      import { fileStore } from ${JSON.stringify(support('file-store.mjs'))}
      const store = fileStore(${JSON.stringify(path)})
      for (let i = 0; i < 300; i++) await store.set('it', String(i).repeat(2_000), 60_000)`
    let isWriting = true
    const writers = Promise.all(
      [1, 2].map(() => examples.runNode(['--input-type=module', '-e', program])),
    )
    const ended = writers.finally(() => {
      isWriting = false
    })
    const seen = new Set<string>()
    while (isWriting) seen.add(JSON.parse(await readFile(path, 'utf8')).it.value)
    for (const outcome of await ended) {
      expect(outcome).toEqual({ code: 0, output: '', errors: '' })
    }
    expect(seen.size).toBeGreaterThan(2)
    expect(await store.get('it')).toBe('299'.repeat(2_000))
    expect(await readdir(folder)).toEqual(['token.json'])
  })
})

describeWithRedis('the example of a fleet', () => {
  let redis: RedisServer
  beforeAll(async () => {
    redis = await startRedisServer()
  })
  afterAll(() => redis.stop())

  it('shows one token request for all processes, one more after a revocation, and cleans up', async () => {
    const client = new Redis(redis.url)
    onTestFinished(() => client.disconnect())
    await client.set('of-somebody-else', 'a value')
    const { code, output, errors } = await run('fleet.mjs', { REDIS_URL: redis.url }, '3')
    expect({ code, errors }).toEqual({ code: 0, errors: '' })
    const lines = output.split('\n')
    expect(lines[0]).toBe(
      `3 processes that share one token in the Redis at ${new URL(redis.url).host}`,
    )
    const shared = lines.slice(1, 4).map((line) => line.split(/ {3}/).slice(1))
    for (const phase of [0, 1]) {
      const sources = shared.map((cells) => cells[phase]?.split(': ')[1]).sort()
      expect(sources).toEqual(['fetched', 'stored', 'stored'])
    }
    expect(lines.slice(6, 9)).toEqual(
      [1, 2, 3].map((number) => `process ${number}   cold start: fetched   token revoked: fetched`),
    )
    const counts = lines.slice(-5, -1).map((line) => line.trim().split(/ {2,}/))
    expect(counts).toEqual([
      ['shared, cold start', '1', '30', '0'],
      ['shared, token revoked', '1', '30', '0'],
      ['alone, cold start', '3', '30', '0'],
      ['alone, token revoked', '3', '30', '0'],
    ])
    expect(output).not.toMatch(SECRET)
    expect(await client.keys('*')).toEqual(['of-somebody-else'])
  }, 60_000)
})

describe('the example of a fleet says in one line what is wrong', () => {
  it('if no Redis answers, and shows no password', async () => {
    const env = { REDIS_URL: 'redis://user:a-password@127.0.0.1:1' }
    const { code, output, errors } = await run('fleet.mjs', env)
    expect({ code, output }).toEqual({ code: 1, output: '' })
    expect(errors).toBe(
      'No Redis at 127.0.0.1:1 (ECONNREFUSED): start one with redis-server or docker run -p 6379:6379 redis, or set REDIS_URL.\n',
    )
  })

  it.each<[string, string, string[], string]>([
    ['if REDIS_URL is not a URL', 'a-password', [], 'REDIS_URL must be a URL, such as redis://'],
    [
      'if the arguments are wrong',
      'redis://127.0.0.1:1',
      ['many'],
      'Usage: node examples/fleet.mjs',
    ],
  ])('%s', async (_, url, args, line) => {
    const { code, output, errors } = await run('fleet.mjs', { REDIS_URL: url }, ...args)
    expect({ code, output }).toEqual({ code: 1, output: '' })
    expect(errors).toMatch(/^[^\n]+\n$/)
    expect(errors).toContain(line)
    expect(errors).not.toContain('a-password')
  })
})
