import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, readdir, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startAccount } from '../support/account.js'
import { witness } from '../support/hygiene.js'
import { environment, environmentOfProgram } from '../support/programs.js'
import { expectNoSecrets } from '../support/secrets.js'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** A copy of the repository without dist, so that what is built here does not affect other tests. */
let copy: string
/** How the demo ends that has to build first. */
let first: Outcome

interface Outcome {
  readonly code: number
  readonly output: string
  readonly errors: string
}

function run(script: string, env: Record<string, string> = {}): Promise<Outcome> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [script],
      { cwd: copy, env: environmentOfProgram(env), timeout: 120_000 },
      (error, output, errors) =>
        resolve(witness({ code: error ? Number(error.code ?? Number.NaN) : 0, output, errors })),
    )
  })
}

beforeAll(async () => {
  copy = await mkdtemp(join(tmpdir(), 'demo-test-'))
  const modules = join(copy, 'node_modules')
  await mkdir(modules)
  for (const name of await readdir(root)) {
    if (/^(src|examples|scripts|[^/]*\.json|[^/]*\.ts)$/.test(name)) {
      await cp(join(root, name), join(copy, name), { recursive: true })
    }
  }
  for (const name of await readdir(join(root, 'node_modules'))) {
    const target = name === 'axios' ? process.env.AXIOS || name : name
    await symlink(join(root, 'node_modules', target), join(modules, name))
  }
  first = await run('scripts/demo.mjs')
}, 180_000)

afterAll(() => rm(copy, { recursive: true, force: true }))

describe('the demo', () => {
  it('builds what is missing, installs nothing that is there, and succeeds', () => {
    expect(first.errors).toBe('')
    expect(first.output).toContain('dist is missing or older than src: npm run build …\n')
    expect(first.output).not.toContain('npm ci')
    expect(first.output).not.toContain('✗')
    expect(first.code).toBe(0)
  })

  it('shows every chapter, and counts the calls', () => {
    const lines = [
      /^1\. Attaching sends nothing/m,
      /^ +\d+ ms {2}✓ no token request so far$/m,
      /^2\. Cold start: 50 requests at once/m,
      /^ +\d+ ms {2}50 answers, the slowest after \d+ ms\n +\d+ ms {2}✓ 1 token request in this chapter$/m,
      /^3\. Renewal in the background/m,
      /✓ the slowest of them took \d+ ms, and the renewal \d+ ms$/m,
      /^4\. A revoked token/m,
      /✓ the API answered 401 to 50 of 100 calls, and your code saw none of\n +them$/m,
      /^5\. A third party/m,
      /✓ the request for the third party carried no Authorization header$/m,
      /^6\. Wrong credentials/m,
      /code: ERR_CASPIO_CREDENTIALS$/m,
      /message: axios-caspio-auth: the token endpoint/,
      /^token requests, client_credentials +7 +7$/m,
      /^token requests, refresh_token +1 +1$/m,
      /^API calls +(\d+) +\1$/m,
      /^resent with another token +50 +50$/m,
      /✓ events and log agree$/m,
    ]
    for (const line of lines) expect(first.output).toMatch(line)
  })

  it('prints plain text into a pipe, and no secret', () => {
    expect(first.output).not.toContain('\x1b')
    expect(first.output).not.toContain('not-the-secret')
    // Neither an access token nor a refresh token, nor the secrets of the stand-in account.
    expect(first.output).not.toMatch(/[\w-]{40}/)
  })
})

describe('the demo on an account of the environment', () => {
  it('fetches one token, sends a few GETs and does nothing else', async () => {
    const account = await startAccount()
    const { code, output, errors } = await run(
      'scripts/demo.mjs',
      environment({ ...account.credentials }),
    )
    expect({ code, errors }).toEqual({ code: 0, errors: '' })
    expect(output).toContain(`on the account ${account.url}`)
    expect(output).toMatch(/^Skipped: .+$/m)
    expect(output).not.toContain('npm run build')
    expect(account.log.token.map(({ status }) => status)).toEqual([200])
    const calls = account.log.api.map(({ method, path, status }) => `${method} ${path} ${status}`)
    expect(calls).toEqual(Array(5).fill('GET /integrations/rest/v3/tables 200'))
    expectNoSecrets(output, account.credentials)
    expect(output).not.toMatch(/[\w-]{40}/)
  })

  it('fails, and says what is wrong, where the account refuses', async () => {
    const account = await startAccount()
    const wrong = { ...account.credentials, clientSecret: 'S3cr/t+of "Örsted" & son: 100 %' }
    const { code, output, errors } = await run('scripts/demo.mjs', environment(wrong))
    expect(code).toBe(1)
    expect(output).toContain('✗ ERR_CASPIO_CREDENTIALS')
    expect(output).toMatch(/^The demo failed: /m)
    expect(account.log.token).toHaveLength(1)
    expectNoSecrets(`${output}${errors}`, wrong)
  })

  it('says which variables are missing where only one is set', async () => {
    const { code, output } = await run('scripts/demo.mjs', {
      CASPIO_CLIENT_SECRET: 's3cr3t-of-the-test',
    })
    expect(code).toBe(1)
    expect(output).toMatch(/CASPIO_CLIENT_ID.*CASPIO_TOKEN_ENDPOINT_URL/s)
    expect(output).not.toContain('s3cr3t-of-the-test')
  })

  it('shows the stand-in account where they are set but blank', async () => {
    const blank = environment({ clientID: '', clientSecret: ' ', tokenEndpointURL: '' })
    const { code, output } = await run('scripts/demo.mjs', blank)
    expect(code).toBe(0)
    expect(output).toContain('on the stand-in account')
  })
})

describe('the smallest example', () => {
  it('prints the names of the tables', async () => {
    const account = await startAccount()
    const env = environment({ ...account.credentials })
    const { code, output, errors } = await run('examples/basic.mjs', env)
    expect({ code, errors }).toEqual({ code: 0, errors: '' })
    expect(output).toBe("[ 'Physicians', 'Appointments' ]\n")
    expect(account.log.token).toHaveLength(1)
  })

  it('says which variables are missing', async () => {
    const { code, errors } = await run('examples/basic.mjs')
    expect(code).toBe(1)
    expect(errors).toContain(
      'set CASPIO_CLIENT_ID, CASPIO_CLIENT_SECRET, CASPIO_TOKEN_ENDPOINT_URL in the environment',
    )
  })
})
