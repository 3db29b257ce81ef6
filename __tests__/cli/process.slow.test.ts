import { mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startAccount } from '../support/account.js'
import { environment, temporaryFolder } from '../support/programs.js'
import {
  buildPackage,
  hasTerminal,
  longestLine,
  runInTerminal,
  runLink,
  runProcess,
  startProcess,
} from './support.js'

let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cli-process-test-'))
  await buildPackage(folder)
}, 120_000)

afterAll(() => rm(folder, { recursive: true, force: true }))

describe('dist/cli/index.js', () => {
  it('is executable', async () => {
    const path = join(folder, 'dist', 'cli', 'index.js')
    expect(await readFile(path, 'utf8')).toMatch(/^#!\/usr\/bin\/env node\n/)
    expect((await stat(path)).mode & 0o111).toBe(0o111)
  })

  it('imports the entries of the package, and holds no copy of them', async () => {
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
    // The entry is one file.
    const index = await readFile(join(dist, 'index.js'), 'utf8')
    expect(index.match(/(?:from|import\() ?"\.\/[^"]+/g)).toBeNull()
  })

  it('prints its version, the help or an error, each with its exit code', async () => {
    expect(await runProcess(folder, ['--version'])).toEqual({ code: 0, out: '1.2.3\n', err: '' })
    const help = await runProcess(folder, [])
    expect({ ...help, out: '' }).toEqual({ code: 0, out: '', err: '' })
    expect(help.out).toContain('Usage: axios-caspio-auth <command>')
    const wrong = await runProcess(folder, ['check', '--nonsense'])
    expect({ ...wrong, err: '' }).toEqual({ code: 2, out: '', err: '' })
    expect(wrong.err).toContain("Unknown option '--nonsense'")
  })

  it('says in one line that axios is missing, and prints the help without it', async () => {
    const withoutAxios = await temporaryFolder()
    await buildPackage(withoutAxios, false)
    expect((await runProcess(withoutAxios, ['--help'])).code).toBe(0)
    for (const command of ['check', 'token', 'demo']) {
      expect(await runProcess(withoutAxios, [command])).toEqual({
        code: 1,
        out: '',
        err: 'axios-caspio-auth: axios is not installed here. Run: npm install axios\n',
      })
    }
  }, 60_000)

  const startByLink = (args: string[]) => runLink(folder, args)
  const startByNode = (args: string[]) => runProcess(folder, args)

  it.each([
    ['node dist/cli/index.js', '--dotenv /nope', startByNode],
    ['node dist/cli/index.js', '--dotenv=/nope', startByNode],
    ['the link that npx runs', '--dotenv /nope', startByLink],
    ['the link that npx runs', '--dotenv=/nope', startByLink],
  ])('%s reports a missing file itself: %s', async (_, option, start) => {
    expect(await start(['check', ...option.split(' ')])).toEqual({
      code: 1,
      out: '',
      err: 'axios-caspio-auth: cannot read the file /nope (ENOENT). Check the path after\n--dotenv\n',
    })
  })

  it.each(['--dotenv', '--env-file'])('reads the file of %s', async (option) => {
    const account = await startAccount()
    const path = join(await temporaryFolder(), 'values.env')
    const lines = Object.entries(environment(account.credentials)).map((pair) => pair.join('='))
    await writeFile(path, lines.join('\n'))
    const { code, err } = await runLink(folder, ['check', option, path])
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(account.log.token).toHaveLength(1)
  })

  it('uses the proxy that is set in the file, as a program with --env-file does', async () => {
    const { credentials } = await startAccount()
    const path = join(await temporaryFolder(), 'values.env')
    const values = { ...environment(credentials), HTTP_PROXY: 'http://127.0.0.1:1' }
    const lines = Object.entries(values).map((pair) => pair.join('='))
    await writeFile(path, lines.join('\n'))
    const { code, out } = await runLink(folder, ['check', '--dotenv', path])
    expect(code).toBe(1)
    expect(out).toContain('nothing is listening at the proxy 127.0.0.1:1')
  })

  it.skipIf(!hasTerminal).each([40, 60, 90])('fits a terminal of %d columns', async (columns) => {
    for (const args of [['check'], ['check', '--help'], ['check', '--nonsense']]) {
      const { out } = await runInTerminal(folder, columns, args)
      const longest = longestLine(stripVTControlCharacters(out))
      expect(longest).toBeLessThanOrEqual(columns)
      expect(longest).toBeGreaterThan(columns - 12)
    }
  })

  it('checks an account', async () => {
    const account = await startAccount()
    const { code, out, err } = await runProcess(folder, ['check'], environment(account.credentials))
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(out).toContain(
      'All steps passed.\nCalls that Caspio may bill: 1 token request, 3 API calls.\n',
    )
    expect(account.log.token).toHaveLength(1)
  })

  it.each([
    ['a pipe', {}, false],
    ['a pipe with FORCE_COLOR', { FORCE_COLOR: '1' }, true],
    ['a pipe with FORCE_COLOR=0', { FORCE_COLOR: '0' }, false],
    ['a pipe with NO_COLOR', { NO_COLOR: '1' }, false],
  ])('has the right colours in %s', async (_, env, isColoured) => {
    const { code, out } = await runProcess(folder, ['check'], env)
    expect(code).toBe(1)
    expect(out.includes('\x1b[31m')).toBe(isColoured)
  })
})

describe('token, in its own process', () => {
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

  it('costs one token request, however many processes start at once', async () => {
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
  ] as const)('ends on %s, and leaves no lock behind', async (signal, code) => {
    const { account, path, env, args } = await startStore()
    account.tokenEndpoint.latency = 60_000
    const { child, ended } = startProcess(folder, args, env)
    // The token request has been sent, so the process holds the lock.
    while (account.liveAccessTokens === 0) await new Promise((resolve) => setTimeout(resolve, 10))
    expect(await readdir(join(path, '..'))).toEqual(['token.json.lock'])
    child.kill(signal)
    expect(await ended).toEqual({ code, out: '', err: '' })
    expect(await readdir(join(path, '..'))).toEqual([])
  })

  it('leaves a private file if it is killed while it writes, which the next one removes', async () => {
    const { path, env, args } = await startStore()
    // Kills the process between the writing of the temporary file and its renaming.
    const program = `import fs from 'node:fs'
      import { syncBuiltinESMExports } from 'node:module'
      fs.renameSync = () => process.kill(process.pid, 'SIGKILL')
      syncBuiltinESMExports()`
    const NODE_OPTIONS = `--import=data:text/javascript,${encodeURIComponent(program)}`
    await runProcess(folder, args, { ...env, NODE_OPTIONS })
    const left = await readdir(join(path, '..'))
    expect(left).toEqual([expect.stringMatching(/^token\.json\.[\da-f-]{36}$/), 'token.json.lock'])
    const then = new Date(Date.now() - 120_000)
    for (const name of left) {
      const file = join(path, '..', name)
      expect(((await stat(file)).mode & 0o777).toString(8)).toBe('600')
      await utimes(file, then, then)
    }
    expect((await runProcess(folder, args, env)).code).toBe(0)
    expect(await readdir(join(path, '..'))).toEqual(['token.json'])
  }, 60_000)

  it('prints nothing on stdout if it fails', async () => {
    const { account, env, args } = await startStore()
    account.tokenEndpoint.fail({ status: 400, body: '{"error":"invalid_client"}' })
    const { code, out, err } = await runProcess(folder, args, env)
    expect({ code, out }).toEqual({ code: 1, out: '' })
    expect(err).toContain('400 invalid_client')
  })
})

it('ends well if the reader stops reading', async () => {
  const account = await startAccount()
  account.tokenEndpoint.latency = 300
  const { child, ended } = startProcess(folder, ['check'], environment(account.credentials))
  child.stdout.once('data', () => child.stdout.destroy())
  const { code, out, err } = await ended
  expect({ code, err }).toEqual({ code: 0, err: '' })
  expect(out).not.toContain('All steps passed')
})
