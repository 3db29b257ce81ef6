import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startAccount } from '../support/account.js'
import { environment, temporaryFolder } from '../support/programs.js'
import { buildPackage, runProcess, startProcess } from './support.js'

let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cli-process-test-'))
  await buildPackage(folder)
}, 120_000)

afterAll(() => rm(folder, { recursive: true, force: true }))

describe('dist/cli/index.js', () => {
  it('can be started by itself', async () => {
    const path = join(folder, 'dist', 'cli', 'index.js')
    expect(await readFile(path, 'utf8')).toMatch(/^#!\/usr\/bin\/env node\n/)
    expect((await stat(path)).mode & 0o111).toBe(0o111)
  })

  it('has no copy of the package in it, and leaves the entry alone', async () => {
    const dist = join(folder, 'dist')
    const files = (await readdir(dist, { recursive: true })).filter((name) => name.endsWith('.js'))
    const tool = files.filter((name) => name.startsWith(join('cli', '')))
    expect(tool).toContain(join('cli', 'index.js'))
    const texts = await Promise.all(tool.map((name) => readFile(join(dist, name), 'utf8')))
    const code = texts.join('\n')
    expect(code).not.toMatch(/class \w+ extends AxiosError|extends Axios|LoopbackServer/)
    for (const entry of ['index', 'auth', 'testing/index']) {
      expect(code).toMatch(new RegExp(`from "(\\.\\./)+${entry}\\.js"`))
    }
    // An entry is one file, and what is loaded on demand another.
    const index = await readFile(join(dist, 'index.js'), 'utf8')
    expect(index.match(/(?:from|import\() ?"\.\/[^"]+/g)).toEqual(['import("./shared-tokens.js'])
  })

  it('tells its version, the help, and what is wrong, with the exit codes', async () => {
    expect(await runProcess(folder, ['--version'])).toEqual({ code: 0, out: '1.2.3\n', err: '' })
    const help = await runProcess(folder, [])
    expect({ ...help, out: '' }).toEqual({ code: 0, out: '', err: '' })
    expect(help.out).toContain('Usage: axios-caspio-auth <command>')
    const wrong = await runProcess(folder, ['check', '--nonsense'])
    expect({ ...wrong, err: '' }).toEqual({ code: 2, out: '', err: '' })
    expect(wrong.err).toContain("Unknown option '--nonsense'")
  })

  it('says in one line that axios is missing, and helps without it', async () => {
    const bare = await temporaryFolder()
    await buildPackage(bare, false)
    expect((await runProcess(bare, ['--help'])).code).toBe(0)
    for (const command of ['check', 'token', 'demo']) {
      expect(await runProcess(bare, [command])).toEqual({
        code: 1,
        out: '',
        err: 'axios-caspio-auth: axios is not installed here. Run: npm install axios\n',
      })
    }
  }, 60_000)

  it('checks an account from end to end', async () => {
    const account = await startAccount()
    const { code, out, err } = await runProcess(folder, ['check'], environment(account.credentials))
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(out).toContain('All is well. Billed calls: 1 for tokens, 2 of the API.')
    expect(account.log.token).toHaveLength(1)
  })

  it.each([
    ['a pipe', {}, false],
    ['a pipe with FORCE_COLOR', { FORCE_COLOR: '1' }, true],
    ['a pipe with FORCE_COLOR=0', { FORCE_COLOR: '0' }, false],
    ['a pipe with NO_COLOR', { NO_COLOR: '1' }, false],
  ])('colours of check into %s', async (_, env, isColoured) => {
    const { code, out } = await runProcess(folder, ['check'], env)
    expect(code).toBe(1)
    expect(out.includes('\x1b[31m')).toBe(isColoured)
  })
})

describe('token, in processes of its own', () => {
  async function startStore() {
    const account = await startAccount()
    const path = join(await temporaryFolder(), 'token.json')
    return {
      account,
      path,
      env: environment(account.credentials),
      args: ['token', '--store', path],
    }
  }

  it('costs one token request, however many start at once', async () => {
    const { account, path, env, args } = await startStore()
    account.tokenEndpoint.latency = 200
    const outcomes = await Promise.all(
      Array.from({ length: 4 }, () => runProcess(folder, args, env)),
    )
    expect(outcomes.map(({ code, err }) => ({ code, err }))).toEqual(
      Array(4).fill({ code: 0, err: '' }),
    )
    expect(new Set(outcomes.map(({ out }) => JSON.parse(out).access_token)).size).toBe(1)
    expect(account.log.token).toHaveLength(1)
    expect(await readdir(join(path, '..'))).toEqual(['token.json'])
    expect(((await stat(path)).mode & 0o777).toString(8)).toBe('600')
  }, 60_000)

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('ends with %s, and leaves no lock behind', async (signal, code) => {
    const { account, path, env, args } = await startStore()
    account.tokenEndpoint.latency = 60_000
    const { child, ended } = startProcess(folder, args, env)
    // The request is under way, so the lock is held.
    while (account.liveAccessTokens === 0) await new Promise((resolve) => setTimeout(resolve, 10))
    expect(await readdir(join(path, '..'))).toEqual(['token.json.lock'])
    child.kill(signal)
    expect(await ended).toEqual({ code, out: '', err: '' })
    expect(await readdir(join(path, '..'))).toEqual([])
  })

  it('prints nothing on stdout when it fails', async () => {
    const { account, env, args } = await startStore()
    account.tokenEndpoint.fail({ status: 400, body: '{"error":"invalid_client"}' })
    const { code, out, err } = await runProcess(folder, args, env)
    expect({ code, out }).toEqual({ code: 1, out: '' })
    expect(err).toContain('400 invalid_client')
  })
})

it('does not mind a reader that stops reading', async () => {
  const account = await startAccount()
  account.tokenEndpoint.latency = 300
  const { child, ended } = startProcess(folder, ['check'], environment(account.credentials))
  child.stdout.once('data', () => child.stdout.destroy())
  const { code, out, err } = await ended
  expect({ code, err }).toEqual({ code: 0, err: '' })
  expect(out).not.toContain('All is well')
})
