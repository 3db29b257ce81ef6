import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { builtinModules } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join, posix } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runInNewContext } from 'node:vm'
import type { AxiosStatic } from 'axios'
import { type BuildOptions, build } from 'esbuild'
import { JSDOM } from 'jsdom'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { startAccount } from '../support/account.js'
import { witness } from '../support/hygiene.js'
import { copyOfRepository, environment, environmentOfProgram } from '../support/programs.js'
import { expectNoSecrets } from '../support/secrets.js'
import { compile, RESOLUTIONS } from '../types/compile.js'

const root = fileURLToPath(new URL('../..', import.meta.url))
const modules = join(root, 'node_modules')

let work: string
/** The package's files, as they are packed. */
let packed: string[]
let tarball: string
/** A project in which the tarball is installed. */
let project: string
let installed: string

interface Outcome {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** Runs a program until it ends, without the environment variables of the test runner and npm. */
function run(
  command: string,
  args: readonly string[],
  cwd: string,
  env: Record<string, string> = {},
): Promise<Outcome> {
  return new Promise((resolve) => {
    execFile(
      command,
      args,
      { cwd, env: environmentOfProgram(env), maxBuffer: 1e8, timeout: 120_000 },
      (error, stdout, stderr) =>
        resolve({
          code: error ? Number(error.code ?? Number.NaN) : 0,
          stdout,
          // Not stdout: the example program of caspio-sdk prints a token on purpose.
          stderr: witness(stderr),
        }),
    )
  })
}

/** Runs a program, expects that it succeeds, and returns what it printed. */
async function outputOf(...args: Parameters<typeof run>): Promise<string> {
  const { code, stdout, stderr } = await run(...args)
  expect(code, `${stdout}\n${stderr}`).toBe(0)
  return stdout
}

/** Writes this source to a file of the project and runs it. */
async function runFile(
  name: string,
  source: string,
  env: Record<string, string> = {},
): Promise<Outcome> {
  await writeFile(join(project, name), source)
  return run(process.execPath, [name], project, env)
}

/** Runs this source in the project and parses the JSON that it prints. */
async function jsonOf<T>(name: string, source: string, env?: Record<string, string>): Promise<T> {
  const { code, stdout, stderr } = await runFile(name, source, env)
  expect(code, stderr).toBe(0)
  return JSON.parse(stdout)
}

beforeAll(async () => {
  work = await mkdtemp(join(tmpdir(), 'package-test-'))
  const copy = join(work, 'copy')
  await copyOfRepository('', copy)
  await symlink(modules, join(copy, 'node_modules'))
  await outputOf('npm', ['run', 'build'], copy)
  const [answer] = JSON.parse(await outputOf('npm', ['pack', '--json', '--ignore-scripts'], copy))
  packed = answer.files.map(({ path }: { path: string }) => path)
  tarball = join(copy, answer.filename)

  project = join(work, 'project')
  installed = join(project, 'node_modules', 'axios-caspio-auth')
  await mkdir(installed, { recursive: true })
  await mkdir(join(project, 'node_modules', '@types'))
  await writeFile(join(project, 'package.json'), '{ "private": true }')
  await outputOf('tar', ['-xzf', tarball, '-C', installed, '--strip-components=1'], work)
  const install = (name: string, as = name) =>
    symlink(join(modules, name), join(project, 'node_modules', as))
  await install(process.env.AXIOS || 'axios', 'axios')
  await install('@types/node')
  await install('expect-type')
  // A copy, so that it imports this project's axios.
  await cp(
    join(modules, 'axios-auth-refresh'),
    join(project, 'node_modules', 'axios-auth-refresh'),
    { recursive: true },
  )
}, 300_000)

afterAll(() => rm(work, { recursive: true, force: true }))

/** The package's files that these entries import, directly or not, and their imports from outside. */
async function followImports(entries: readonly string[]) {
  const inside = new Set(entries)
  const outside = new Set<string>()
  for (const path of inside) {
    const text = await readFile(join(installed, path), 'utf8')
    const imports = text.matchAll(
      /(?:^import|^export .*? from|^\} from|^import .*? from|\brequire\(|\bimport\()\s*["']([^"'\n]+)["']/gm,
    )
    for (const [, target = ''] of imports) {
      if (target.startsWith('.')) inside.add(posix.join(dirname(path), target))
      else outside.add(target)
    }
  }
  return { inside, outside }
}

describe('the tarball', () => {
  it('contains the build, the documents and nothing else', () => {
    const document = /^(package\.json|LICENSE|[A-Z]+\.md|docs\/.*|examples\/.*)$/
    const others = packed.filter((path) => !path.startsWith('dist/') && !document.test(path))
    expect(others).toEqual([])
    expect(packed).toContain('LICENSE')
  })

  it('contains readable code in files with descriptive names', async () => {
    const files = packed.filter((path) => path.startsWith('dist/'))
    expect(files).toContain('dist/cli/check/values.js')
    for (const path of files) {
      expect(path).toMatch(/^dist\/([a-z\d-]+\/)*[a-z\d-]+(\.browser)?\.(c?js|d\.c?ts)$/)
      const text = await readFile(join(installed, path), 'utf8')
      if (/\.c?js$/.test(path))
        expect(text, path).toMatch(/^import \{ |^(const|var|class|function|async) \w+.* [={]/m)
    }
    const index = await readFile(join(installed, 'dist', 'index.js'), 'utf8')
    expect(index).toMatch(/^function attachCaspioAuth\(instance, credentials, options\) \{$/m)
    expect(index).toContain('// src/token/source.ts')
  })

  it('contains every file that package.json points to', async () => {
    const { main, module, types, exports, bin } = JSON.parse(
      await readFile(join(installed, 'package.json'), 'utf8'),
    )
    const targets: string[] = [main, module, types, ...Object.values<string>(bin)]
    JSON.stringify(exports, (_, value) => {
      if (typeof value === 'string') targets.push(value)
      return value
    })
    expect(targets.length).toBeGreaterThan(12)
    for (const target of targets) expect(packed).toContain(target.replace('./', ''))
  })

  it('contains no path of the machine that built it', async () => {
    for (const path of packed.filter((path) => path.startsWith('dist/'))) {
      const text = await readFile(join(installed, path), 'utf8')
      expect(text.includes(work) || text.includes(root), path).toBe(false)
    }
  })

  // V8 builds the sets of such a pattern when it loads the module, which takes a tenth of the import time.
  it.each(['index.js', 'index.cjs', 'auth.js', 'auth.cjs'])(
    'has no pattern with a Unicode property class in %s',
    async (entry) => {
      const text = await readFile(join(installed, 'dist', entry), 'utf8')
      expect(text).not.toContain('\\p{')
    },
  )

  it('runs no script on installation', async () => {
    const { scripts = {} } = JSON.parse(await readFile(join(installed, 'package.json'), 'utf8'))
    expect(Object.keys(scripts).filter((name) => /install$|^prepare$/.test(name))).toEqual([])
  })

  it('has a working command-line tool', async () => {
    const cli = join(installed, 'dist', 'cli', 'index.js')
    const { version } = JSON.parse(await readFile(join(installed, 'package.json'), 'utf8'))
    expect(await outputOf(process.execPath, [cli, '--version'], project)).toBe(`${version}\n`)
    const { code, stdout } = await run(process.execPath, [cli, 'check'], project)
    expect(code).toBe(1)
    expect(stdout).toContain('CASPIO_CLIENT_ID is not set')
  })

  it.each(['js', 'cjs'])(
    'imports axios and axios-auth-refresh only, and no Node built-in (%s)',
    async (extension) => {
      const names = [
        'index',
        'auth',
        'redis',
        'metering/index',
        ...(extension === 'js' ? ['index.browser'] : []),
      ]
      const entries = names.map((name) => `dist/${name}.${extension}`)
      const { outside } = await followImports(entries)
      expect([...outside].sort()).toEqual(['axios', 'axios-auth-refresh'])
    },
  )

  it('contains no code that no entry point imports', async () => {
    const { exports, bin } = JSON.parse(await readFile(join(installed, 'package.json'), 'utf8'))
    const entries = Object.values<string>(bin)
    JSON.stringify(exports, (key, value) => {
      if (/^(default|browser)$/.test(key)) entries.push(value.slice(2))
      return value
    })
    const { inside } = await followImports(entries)
    expect([...inside].sort()).toEqual(
      packed.filter((path) => /^dist\/.*\.c?js$/.test(path)).sort(),
    )
  })

  it('passes publint', async () => {
    const publint = join(modules, 'publint', 'src', 'cli.js')
    const { code, stdout, stderr } = await run(
      process.execPath,
      [publint, 'run', tarball, '--strict'],
      work,
    )
    expect(code, `${stdout}\n${stderr}`).toBe(0)
  })

  it('passes attw (Are the types wrong?), node10 included', async () => {
    const attw = join(modules, '@arethetypeswrong', 'cli', 'dist', 'index.js')
    const { code, stdout, stderr } = await run(
      process.execPath,
      [attw, tarball, '--no-definitely-typed', '--format', 'ascii'],
      work,
    )
    expect(code, `${stdout}\n${stderr}`).toBe(0)
  })
})

const exported = {
  index: [
    'CaspioAuthError',
    'attachCaspioAuth',
    'createCaspioAuth',
    'credentialsFromEnv',
    'isCaspioAuthError',
  ],
  redis: ['redisTokenStore'],
  metering: ['createCallMeter', 'summariseCalls'],
  testing: ['startCaspioAccount'],
}

describe('docs/api', () => {
  it('lists every export on its front page', async () => {
    const page = await readFile(join(root, 'docs', 'api', 'README.md'), 'utf8')
    for (const name of [...Object.values(exported).flat(), 'caspioAuth']) {
      expect(page).toContain(`[${name}](`)
    }
  })
})

/** Two token sources share one store: the second takes the token that the first requested. */
const SHARED_TOKEN = `
  const values = new Map()
  const tokenStore = {
    get: (key) => values.get(key), set: (key, value) => values.set(key, value), delete: () => {},
  }
  const account = await startCaspioAccount()
  const seen = []
  const onEvent = ({ type, source, reason }) => seen.push(source ?? reason ?? type)
  for (const _ of [1, 2]) {
    await createCaspioAuth(account.credentials, { tokenStore, onEvent }).getAccessToken()
  }
  await account.close()
  console.log(JSON.stringify(seen))`

describe('in ESM', () => {
  it('exports the documented names and nothing else', async () => {
    const names = await jsonOf(
      'exports.mjs',
      `import * as index from 'axios-caspio-auth'
      import * as auth from 'axios-caspio-auth/auth'
      import * as redis from 'axios-caspio-auth/redis'
      import * as metering from 'axios-caspio-auth/metering'
      import * as testing from 'axios-caspio-auth/testing'
      const keys = (module) => Object.keys(module).filter((name) => name !== 'default').sort()
      console.log(JSON.stringify({
        index: keys(index), auth: keys(auth), redis: keys(redis), testing: keys(testing),
        metering: keys(metering),
        default: typeof auth.default,
      }))`,
    )
    expect(names).toEqual({ ...exported, auth: [], default: 'function' })
  })

  it('authorises requests to its stand-in account', async () => {
    const outcome = await jsonOf(
      'attach.mjs',
      `import axios from 'axios'
      import { attachCaspioAuth, credentialsFromEnv } from 'axios-caspio-auth'
      import { startCaspioAccount } from 'axios-caspio-auth/testing'
      const account = await startCaspioAccount()
      const { clientID, clientSecret, tokenEndpointURL } = account.credentials
      attachCaspioAuth(axios, credentialsFromEnv({
        CASPIO_CLIENT_ID: clientID,
        CASPIO_CLIENT_SECRET: clientSecret,
        CASPIO_TOKEN_ENDPOINT_URL: tokenEndpointURL,
      }))
      const url = account.url + '/rest/v2/tables/Physicians/records'
      const rows = []
      rows.push((await axios.get(url)).data.Result.length)
      account.revoke()
      rows.push((await axios.get(url)).data.Result.length)
      await account.close()
      console.log(JSON.stringify({
        rows,
        token: account.log.token.map((entry) => entry.status),
        api: account.log.api.map((entry) => entry.status),
      }))`,
    )
    expect(outcome).toEqual({ rows: [12, 12], token: [200, 200], api: [200, 401, 200] })
  })

  it('shares a token through a store', async () => {
    const seen = await jsonOf(
      'store.mjs',
      `import { createCaspioAuth } from 'axios-caspio-auth'
      import { startCaspioAccount } from 'axios-caspio-auth/testing'
      ${SHARED_TOKEN}`,
    )
    expect(seen).toEqual(['token-request', 'issued', 'store'])
  })

  it('has the function of caspio-sdk as its default export', async () => {
    const account = await startAccount()
    const answer = await jsonOf(
      'auth.mjs',
      `import caspioAuth from 'axios-caspio-auth/auth'
      import { credentialsFromEnv } from 'axios-caspio-auth'
      console.log(JSON.stringify(await caspioAuth(credentialsFromEnv())()))`,
      environment(account.credentials),
    )
    expect(answer).toEqual(fourFields)
  })
})

describe('in CommonJS', () => {
  it('shares a token through a store', async () => {
    const seen = await jsonOf(
      'store.cjs',
      `const { createCaspioAuth } = require('axios-caspio-auth')
      const { startCaspioAccount } = require('axios-caspio-auth/testing')
      async function main() {
        ${SHARED_TOKEN}
      }
      main()`,
    )
    expect(seen).toEqual(['token-request', 'issued', 'store'])
  })

  it('exports the documented names and nothing else', async () => {
    const names = await jsonOf(
      'exports.cjs',
      `const keys = (module) => Object.keys(module).sort()
      const auth = require('axios-caspio-auth/auth')
      console.log(JSON.stringify({
        index: keys(require('axios-caspio-auth')),
        redis: keys(require('axios-caspio-auth/redis')),
        metering: keys(require('axios-caspio-auth/metering')),
        testing: keys(require('axios-caspio-auth/testing')),
        auth: typeof auth,
        name: require('axios-caspio-auth/package.json').name,
      }))`,
    )
    expect(names).toEqual({ ...exported, auth: 'function', name: 'axios-caspio-auth' })
  })

  it('authorises requests to its stand-in account', async () => {
    const outcome = await jsonOf(
      'attach.cjs',
      `const axios = require('axios')
      const { attachCaspioAuth } = require('axios-caspio-auth')
      const { startCaspioAccount } = require('axios-caspio-auth/testing')
      async function main() {
        const account = await startCaspioAccount()
        attachCaspioAuth(axios, account.credentials)
        const url = account.url + '/rest/v2/tables/Physicians/records'
        const rows = []
        rows.push((await axios.get(url)).data.Result.length)
        account.revoke()
        rows.push((await axios.get(url)).data.Result.length)
        await account.close()
        console.log(JSON.stringify({
          rows,
          token: account.log.token.map((entry) => entry.status),
          api: account.log.api.map((entry) => entry.status),
        }))
      }
      main()`,
    )
    expect(outcome).toEqual({ rows: [12, 12], token: [200, 200], api: [200, 401, 200] })
  })

  it('shows an error as CaspioAuthError', async () => {
    const shown = await jsonOf<string>(
      'inspect.cjs',
      `const { attachCaspioAuth } = require('axios-caspio-auth')
      try {
        attachCaspioAuth({})
      } catch (error) {
        console.log(JSON.stringify(require('node:util').inspect(error)))
      }`,
    )
    expect(shown).toMatch(
      /^CaspioAuthError: axios-caspio-auth: the first argument must be an axios/,
    )
  })

  it('does not let internal files be imported', async () => {
    const codes = await jsonOf(
      'internal.cjs',
      `const codes = ['dist/index.cjs', 'src/index.ts', 'dist/auth.js'].map((path) => {
        try {
          require('axios-caspio-auth/' + path)
        } catch (error) {
          return error.code
        }
      })
      console.log(JSON.stringify(codes))`,
    )
    expect(codes).toEqual(Array(3).fill('ERR_PACKAGE_PATH_NOT_EXPORTED'))
  })
})

const fourFields = {
  access_token: expect.stringMatching(/^[\w-]{340}$/),
  token_type: 'bearer',
  expires_in: 86_399,
  refresh_token: expect.stringMatching(/^[0-9a-f]{64}$/),
}

// From the documentation of caspio-sdk/auth, with our package's name.
const SDK_EXAMPLE = `
// get a valid bearer token for a Caspio account with an activated web services profile
const authCredentials = {
clientID: process.env.CASPIO_CLIENT_ID,
clientSecret: process.env.CASPIO_CLIENT_SECRET,
tokenEndpointURL: process.env.CASPIO_TOKEN_ENDPOINT_URL
}
const getAccessToken = require('axios-caspio-auth/auth')(authCredentials);
async function getAccountBearerToken() {
const bearerToken = await getAccessToken();
console.log(bearerToken);
return bearerToken;
}
getAccountBearerToken();
`

describe('with an axios that is too old, or a mock', () => {
  const MOCKS: Record<string, string> = {
    'a mock': '{ get() {}, create: Object }',
    // As jest and vitest make one.
    'an automatic mock': '{ create: Object, AxiosError: class {} }',
  }
  const ATTACH = `
    const client = { clientID: 'c', clientSecret: 's', tokenEndpointURL: 'https://a.test/t' }
    const errors = [
      () => attachCaspioAuth(axios, client),
      () => attachCaspioAuth((axios.create ?? Object)(), client),
      () => createCaspioAuth(client),
      () => caspioAuth(client),
    ].map((act) => {
      try {
        act()
      } catch (error) {
        const { code, message } = error
        return { code, message, isOurs: isCaspioAuthError(error) && error instanceof Error }
      }
    })
    console.log(JSON.stringify(errors))`
  const NAMES = 'attachCaspioAuth, createCaspioAuth, isCaspioAuthError'
  const PROGRAMS = {
    'esm.mjs': `
      import axios from 'axios'
      import { ${NAMES} } from 'axios-caspio-auth'
      import caspioAuth from 'axios-caspio-auth/auth'
      ${ATTACH}`,
    'cjs.cjs': `
      const axios = require('axios')
      const { ${NAMES} } = require('axios-caspio-auth')
      const caspioAuth = require('axios-caspio-auth/auth')
      ${ATTACH}`,
  }

  /** Makes a project with the package and this axios. */
  async function projectWith(axios: string): Promise<string> {
    const folder = await mkdtemp(join(work, 'old-axios-'))
    const target = join(folder, 'node_modules')
    for (const name of ['axios-caspio-auth', 'axios-auth-refresh']) {
      await cp(join(project, 'node_modules', name), join(target, name), { recursive: true })
    }
    const mock = MOCKS[axios]
    if (!mock) {
      await symlink(join(modules, axios), join(target, 'axios'))
      return folder
    }
    await mkdir(join(target, 'axios'))
    await writeFile(join(target, 'axios', 'index.js'), `module.exports = ${mock}`)
    return folder
  }

  it.each([
    ['axios-0-21', 'axios (a mock?)'],
    ['axios-0-27', 'axios 0.27.2'],
    ['axios-1-5', 'axios 1.5.1'],
    ['a mock', 'axios (a mock?)'],
    ['an automatic mock', 'axios (a mock?)'],
  ])('says which version is needed (%s)', async (name, found) => {
    const folder = await projectWith(name)
    const message = `axios-caspio-auth: ${found} is too old. Run: npm install axios@^1.6.0`
    const error = { code: 'ERR_CASPIO_CONFIG', message, isOurs: true }
    for (const [file, source] of Object.entries(PROGRAMS)) {
      await writeFile(join(folder, file), source)
      const output = await outputOf(process.execPath, [file], folder)
      expect(JSON.parse(output), file).toEqual([error, error, error, error])
    }
  })
})

describe('the example program of caspio-sdk', () => {
  it.each(['example.cjs', 'example.js'])('prints the four fields (%s)', async (name) => {
    const account = await startAccount()
    const env = environment(account.credentials)
    const { code, stdout, stderr } = await runFile(name, SDK_EXAMPLE, env)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(runInNewContext(`(${stdout})`)).toEqual(fourFields)
    expect(account.log.token).toHaveLength(1)
  })

  it('keeps running during the pause between two attempts', async () => {
    const account = await startAccount()
    account.tokenEndpoint.fail({ times: 1 })
    const env = environment(account.credentials)
    const { code, stdout } = await runFile('patient.cjs', SDK_EXAMPLE, env)
    expect(code).toBe(0)
    expect(runInNewContext(`(${stdout})`)).toEqual(fourFields)
    expect(account.log.token.map(({ status }) => status)).toEqual([503, 200])
  })

  it('fails at once, with the reason, if a variable is missing', async () => {
    const { credentials } = await startAccount()
    const { CASPIO_CLIENT_ID, ...env } = environment(credentials)
    expect(CASPIO_CLIENT_ID).toBe(credentials.clientID)
    const { code, stderr } = await runFile('missing.cjs', SDK_EXAMPLE, env)
    expect(code).toBe(1)
    expect(stderr).toContain('CaspioAuthError')
    expect(stderr).toContain('clientID')
    expectNoSecrets(stderr, credentials)
  })

  it('shows no secret if the secret is wrong', async () => {
    const account = await startAccount()
    const credentials = { ...account.credentials, clientSecret: 'S3cr/t+of "Örsted" & son: 100 %' }
    const { code, stderr } = await runFile('wrong.cjs', SDK_EXAMPLE, environment(credentials))
    expect(code).toBe(1)
    expect(stderr).toContain('ERR_CASPIO_CREDENTIALS')
    expectNoSecrets(stderr, credentials)
  })
})

describe('the ESM and the CommonJS copy, in one process,', () => {
  const BOTH = `
    import { createRequire } from 'node:module'
    import axios from 'axios'
    import * as esm from 'axios-caspio-auth'
    import esmAuth from 'axios-caspio-auth/auth'
    const require = createRequire(import.meta.url)
    const cjs = require('axios-caspio-auth')
    const cjsAuth = require('axios-caspio-auth/auth')
    const cjsAxios = require('axios')
    const { startCaspioAccount } = require('axios-caspio-auth/testing')
    const account = await startCaspioAccount()
    const { credentials } = account
    const path = '/rest/v2/tables/Physicians/records'
    const caught = async (act) => {
      try {
        await act()
      } catch (error) {
        return error
      }
    }
    const print = (outcome) => console.log(JSON.stringify(outcome))
    process.once('beforeExit', () => account.close())
  `

  it('are two different modules', async () => {
    const outcome = await jsonOf(
      'two.mjs',
      `${BOTH}
      print(esm.attachCaspioAuth !== cjs.attachCaspioAuth)
      await account.close()`,
    )
    expect(outcome).toBe(true)
  })

  it.each([
    ['esm', 'cjs'],
    ['cjs', 'esm'],
  ])('share a handle that %s created and %s attached', async (maker, user) => {
    const outcome = await jsonOf(
      `handle-of-${maker}.mjs`,
      `${BOTH}
      const handle = ${maker}.createCaspioAuth(credentials)
      const first = axios.create({ baseURL: account.url })
      const second = cjsAxios.create({ baseURL: account.url })
      ${user}.attachCaspioAuth(first, handle)
      ${user}.attachCaspioAuth(second, handle)
      const statuses = [(await first.get(path)).status, (await second.get(path)).status]
      account.revoke()
      statuses.push((await first.get(path)).status, (await second.get(path)).status)
      await account.close()
      print({ statuses, token: account.log.token.length, api: account.log.api.length })`,
    )
    expect(outcome).toMatchObject({ statuses: [200, 200, 200, 200], token: 2 })
  })

  it('recognise each other’s errors', async () => {
    const outcome = await jsonOf(
      'errors.mjs',
      `${BOTH}
      const wrong = { ...credentials, clientSecret: 'wrong' }
      const errors = [
        await caught(() => esm.attachCaspioAuth(axios.create(), {})),
        await caught(() => cjs.attachCaspioAuth(axios.create(), {})),
        await caught(() => esm.createCaspioAuth(wrong).getAccessToken()),
        await caught(() => cjs.createCaspioAuth(wrong).getAccessToken()),
        await caught(() => esmAuth(wrong)()),
        await caught(() => cjsAuth(wrong)()),
      ]
      const shared = axios.create({ baseURL: account.url })
      cjs.attachCaspioAuth(shared, esm.createCaspioAuth(wrong))
      const ofRequest = await caught(() => shared.get(path))
      errors.push(ofRequest)
      await account.close()
      print({
        codes: errors.map((error) => error.code),
        known: errors.map((error) => [
          esm.isCaspioAuthError(error),
          cjs.isCaspioAuthError(error),
          axios.isAxiosError(error),
          cjsAxios.isAxiosError(error),
        ].every(Boolean)),
        url: ofRequest.config.url,
      })`,
    )
    expect(outcome).toEqual({
      codes: ['ERR_CASPIO_CONFIG', 'ERR_CASPIO_CONFIG', ...Array(5).fill('ERR_CASPIO_CREDENTIALS')],
      known: Array(7).fill(true),
      url: '/rest/v2/tables/Physicians/records',
    })
  })

  it.each([
    ['esm', 'cjs'],
    ['cjs', 'esm'],
  ])('replace each other on an instance (%s, then %s)', async (first, second) => {
    const outcome = await jsonOf(
      `replace-${first}.mjs`,
      `${BOTH}
      const events = { first: [], second: [] }
      const api = axios.create({ baseURL: account.url })
      ${first}.attachCaspioAuth(api, credentials, { onEvent: ({ type }) => events.first.push(type) })
      const auth = ${second}.attachCaspioAuth(api, credentials, {
        onEvent: ({ type }) => events.second.push(type),
      })
      const interceptors = []
      const count = () => {
        let live = 0
        api.interceptors.request.forEach(() => live++)
        interceptors.push(live)
      }
      count()
      await api.get(path)
      account.revoke()
      await api.get(path)
      auth.detach()
      count()
      const status = (await caught(() => api.get(path))).response.status
      await account.close()
      print({
        events, interceptors, status,
        token: account.log.token.length,
        api: account.log.api.map((entry) => entry.status),
      })`,
    )
    expect(outcome).toEqual({
      events: {
        first: [],
        second: [
          'token-request',
          'token-taken',
          'api-call',
          'api-call',
          'token-rejected',
          'token-request',
          'token-taken',
          'request-resent',
          'api-call',
        ],
      },
      interceptors: [1, 0],
      status: 401,
      token: 2,
      api: [200, 401, 200, 401],
    })
  })
})

describe('in TypeScript', () => {
  it.each(Object.keys(RESOLUTIONS))(
    'type-checks under %s, with skipLibCheck off',
    async (name) => {
      expect(await compile(project, name, join(modules, 'typescript'))).toBe('')
    },
    60_000,
  )

  it('declares nothing as any', async () => {
    const declarations = packed.filter((path) => /\.d\.c?ts$/.test(path))
    expect(declarations.length).toBeGreaterThan(7)
    for (const path of declarations) {
      const text = await readFile(join(installed, path), 'utf8')
      expect(text.replace(/\/\*.*?\*\//gs, ''), path).not.toMatch(/\bany\b/)
    }
  })
})

describe('in a bundle', () => {
  async function bundle(contents: string, options: BuildOptions = {}): Promise<string> {
    const { outputFiles } = await build({
      stdin: { contents, resolveDir: project },
      bundle: true,
      write: false,
      format: 'esm',
      platform: 'browser',
      logLevel: 'silent',
      ...options,
    })
    return outputFiles?.[0]?.text ?? ''
  }

  it('needs no Node built-in for the browser', async () => {
    // The bundler would fail to resolve one.
    const code = await bundle(
      `import axios from 'axios'
      import { attachCaspioAuth } from 'axios-caspio-auth'
      attachCaspioAuth(axios, () => fetch('/caspio-token').then((answer) => answer.json()))`,
    )
    expect(code).toContain('axios-caspio-auth')
  })

  it('is removed completely if the code does not use it', async () => {
    const code = await bundle(
      `import { attachCaspioAuth } from 'axios-caspio-auth'
      import caspioAuth from 'axios-caspio-auth/auth'
      import { createCallMeter } from 'axios-caspio-auth/metering'
      import { startCaspioAccount } from 'axios-caspio-auth/testing'
      console.log('unused')`,
      { external: ['axios', 'node:*', ...builtinModules] },
    )
    expect(code).toContain('unused')
    expect(code).not.toMatch(/import|caspio/i)
  })

  it.each(['iife', 'umd', 'es'])('is one file, with Rollup’s format %s', async (format) => {
    const account = await startAccount()
    const source = `
      import axios from 'axios'
      import { attachCaspioAuth } from 'axios-caspio-auth'
      export { axios, attachCaspioAuth }`
    await writeFile(join(project, 'page.mjs'), source)
    const config = `
      import { fileURLToPath } from 'node:url'
      const plugin = {
        resolveId: (name) =>
          /^axios-/.test(name) ? fileURLToPath(import.meta.resolve(name)) : null,
      }
      export default {
        input: 'page.mjs',
        external: ['axios'],
        plugins: [plugin],
        output: { file: 'page.${format}.js', format: '${format}', name: 'app', globals: { axios: 'axios' } },
      }`
    await writeFile(join(project, 'rollup.config.mjs'), config)
    const rollup = join(modules, 'rollup', 'dist', 'bin', 'rollup')
    await outputOf(
      process.execPath,
      // As a bundler for browsers resolves.
      ['--conditions=browser', rollup, '--config', 'rollup.config.mjs', '--silent'],
      project,
    )
    const bundled = await readFile(join(project, `page.${format}.js`), 'utf8')
    expect(bundled).not.toContain('import(')
    if (format === 'es') return

    const page = new JSDOM('', { url: account.url, runScripts: 'outside-only' })
    onTestFinished(() => page.window.close())
    const axiosModule = join(modules, process.env.AXIOS || 'axios', 'dist', 'axios.js')
    page.window.eval(await readFile(axiosModule, 'utf8'))
    page.window.eval(`${bundled}\nwindow.app = app`)
    const { app } = page.window as unknown as {
      app: typeof import('../../src/index.js') & { axios: AxiosStatic }
    }
    const records = `${account.url}/rest/v2/tables/Physicians/records`
    app.attachCaspioAuth(app.axios, account.credentials)
    expect((await app.axios.get(records)).data.Result).toHaveLength(12)
    account.revoke()
    expect((await app.axios.get(records)).data.Result).toHaveLength(12)
    expect(account.log.token).toHaveLength(2)
    const tokenStore = { get() {}, set() {}, delete() {} } as never
    expect(() => app.attachCaspioAuth(app.axios, account.credentials, { tokenStore })).toThrow(
      'tokenStore cannot be used in a browser',
    )
  })
})
