import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createCaspioAuth } from '../../src/index.js'
import { startAccount } from '../support/account.js'
import { startHeldBench } from '../support/held-bench.js'
import { environment, temporaryFolder } from '../support/programs.js'
import { expectNoSecrets } from '../support/secrets.js'
import { runMain, unwrapped } from './support.js'

const TOKEN = /^[\w-]{340}$/

/** Runs a command line, and returns the token that it prints as JSON. */
async function tokenOf(args: string[], env: Record<string, string>): Promise<string> {
  const { code, out, err } = await runMain(['token', ...args], env)
  expect({ code, err }).toEqual({ code: 0, err: '' })
  return JSON.parse(out).access_token
}

describe('token', () => {
  it('prints one line of JSON, without the refresh token', async () => {
    const account = await startAccount()
    const { code, out, err } = await runMain(['token'], environment(account.credentials))
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(out).toMatch(/^[^\n]+\n$/)
    expect(JSON.parse(out)).toEqual({
      access_token: expect.stringMatching(TOKEN),
      token_type: 'bearer',
      expires_in: expect.any(Number),
    })
    expect(account.log.token).toHaveLength(1)
  })

  it.each([
    ['header', /^Authorization: Bearer ([\w-]{340})\n$/],
    ['export', /^export CASPIO_ACCESS_TOKEN='([\w-]{340})'\n$/],
  ])('prints a token as %s that the API accepts', async (format, line) => {
    const account = await startAccount()
    const { out } = await runMain(['token', '--format', format], environment(account.credentials))
    const [, token] = line.exec(out) ?? []
    const answer = await fetch(`${account.url}/integrations/rest/v3/tables`, {
      headers: { Authorization: `Bearer ${token}` },
    })
    expect(answer.status).toBe(200)
  })

  it('reads the values from a file', async () => {
    const account = await startAccount()
    const path = join(await temporaryFolder(), '.env')
    const lines = Object.entries(environment(account.credentials)).map((pair) => pair.join('='))
    await writeFile(path, lines.join('\n'))
    expect(await tokenOf(['--dotenv', path], {})).toMatch(TOKEN)
  })

  it('sends the client in the body if asked to', async () => {
    const account = await startAccount()
    await tokenOf(['--client-authentication', 'body'], environment(account.credentials))
    expect(account.log.token.map((entry) => entry.clientAuthentication)).toEqual(['body'])
  })
})

describe('if token fails, it prints nothing on stdout and says why', () => {
  it('values are missing: says how to set them', async () => {
    const { code, out, err } = await runMain(['token'], { CASPIO_CLIENT_ID: 'an-id' })
    expect({ code, out }).toEqual({ code: 1, out: '' })
    expect(err).toMatch(/^axios-caspio-auth: .*CASPIO_CLIENT_SECRET.*CASPIO_TOKEN_ENDPOINT_URL/s)
    expect(unwrapped(err)).toContain('--dotenv .env')
  })

  it('values are missing in the environment and in the file', async () => {
    const path = join(await temporaryFolder(), '.env')
    await writeFile(path, 'CASPIO_CLIENT_ID=an-id')
    const { code, out, err } = await runMain(['token', '--dotenv', path])
    expect({ code, out }).toEqual({ code: 1, out: '' })
    expect(err).toMatch(/CASPIO_CLIENT_SECRET.*CASPIO_TOKEN_ENDPOINT_URL/s)
    expect(err).not.toContain('--dotenv')
  })

  it.each([
    ['--dotenv', '/nowhere/.env'],
    ['--dotenv=/nowhere/.env'],
    ['--env-file', '/nowhere/.env'],
    ['--env-file=/nowhere/.env'],
  ])('the file is missing: %s', async (...option) => {
    const { code, out, err } = await runMain(['token', ...option])
    expect({ code, out }).toEqual({ code: 1, out: '' })
    expect(unwrapped(err)).toBe(
      'axios-caspio-auth: cannot read the file /nowhere/.env (ENOENT). Check the path after --dotenv',
    )
  })

  it('the secret is wrong', async () => {
    const account = await startAccount()
    const wrong = { ...account.credentials, clientSecret: 'S3cr3t/+of "Örsted" & son: 100 %' }
    const { code, out, err } = await runMain(['token'], environment(wrong))
    expect({ code, out }).toEqual({ code: 1, out: '' })
    expect(unwrapped(err)).toMatch(
      /^axios-caspio-auth: .*400 invalid_client.* To see which value is wrong, run: npx axios-caspio-auth check$/,
    )
    expectNoSecrets(err, wrong)
  })

  it('the token endpoint does not answer in time', async () => {
    const account = await startAccount()
    account.tokenEndpoint.fail({ hang: true })
    const { code, out, err } = await runMain(
      ['token', '--timeout', '0.1'],
      environment(account.credentials),
    )
    expect({ code, out }).toEqual({ code: 1, out: '' })
    expect(unwrapped(err)).toContain('within 100 ms')
  })
})

describe('token --store', () => {
  async function startStore(options?: Parameters<typeof startAccount>[0]) {
    const account = await startAccount(options)
    const folder = await temporaryFolder()
    const path = join(folder, 'token.json')
    const env = environment(account.credentials)
    return { account, folder, path, env, store: ['--store', path] }
  }

  it('takes the token from the file while it is valid', async () => {
    const { account, folder, path, env, store } = await startStore()
    const first = await tokenOf(store, env)
    expect(await tokenOf(store, env)).toBe(first)
    expect(account.log.token).toHaveLength(1)
    expect(await readdir(folder)).toEqual(['token.json'])
    expectNoSecrets(await readFile(path, 'utf8'), account.credentials)
  })

  it('does not notice a revoked token: --renew gets another with the refresh token', async () => {
    const { account, env, store } = await startStore()
    const first = await tokenOf(store, env)
    account.revoke()
    expect(await tokenOf(store, env)).toBe(first)
    const renewed = await tokenOf([...store, '--renew'], env)
    expect(renewed).not.toBe(first)
    expect(await tokenOf(store, env)).toBe(renewed)
    expect(account.log.token.map(({ grant }) => grant)).toEqual([
      'client_credentials',
      'refresh_token',
    ])
    expect(account.liveRefreshTokens).toBe(1)
  })

  it('with --renew sends one token request if the file holds no token', async () => {
    const { account, env, store } = await startStore()
    await tokenOf([...store, '--renew'], env)
    await tokenOf(['--renew'], env)
    expect(account.log.token).toHaveLength(2)
  })

  it('with --renew fails if it gets no other token, and keeps the one in the file', async () => {
    const { account, env, store } = await startStore()
    const first = await tokenOf(store, env)
    account.tokenEndpoint.fail({ status: 400, body: '{"error":"invalid_client"}' })
    const { code, out, err } = await runMain(['token', ...store, '--renew'], env)
    expect({ code, out }).toEqual({ code: 1, out: '' })
    expect(err).toContain('400 invalid_client')
    expect(await tokenOf(store, env)).toBe(first)
  })

  it('renews a token that expires in less than five minutes', async () => {
    const { account, env, store } = await startStore({ tokenLife: 200 })
    const first = await tokenOf(store, env)
    account.tokenLife = 900
    const second = await tokenOf(store, env)
    expect(second).not.toBe(first)
    expect(await tokenOf(store, env)).toBe(second)
    expect(account.log.token.map(({ grant }) => grant)).toEqual([
      'client_credentials',
      'refresh_token',
    ])
  })

  it('prints that token in an outage, with a warning', async () => {
    const { account, env, store } = await startStore({ tokenLife: 200 })
    const first = await tokenOf(store, env)
    account.tokenEndpoint.fail({ status: 400, body: '{"error":"invalid_client"}' })
    const { code, out, err } = await runMain(['token', ...store], env)
    expect(code).toBe(0)
    expect(JSON.parse(out).access_token).toBe(first)
    expect(unwrapped(err)).toMatch(
      /^axios-caspio-auth: this is the token in \S+, which expires in \d+ s\. It could not be renewed: the token/,
    )
  })

  it('keeps a token without expires_in', async () => {
    const { account, env, store } = await startStore()
    const body = '{"access_token":"a-token-of-unknown-life","token_type":"bearer"}'
    account.tokenEndpoint.fail({ status: 200, body, times: 1 })
    const first = await tokenOf(store, env)
    expect(await tokenOf(store, env)).toBe(first)
    expect(account.log.token).toHaveLength(1)
  })

  it('sends no token request if the file belongs to another program', async () => {
    const { account, path, env, store } = await startStore()
    await writeFile(path, '{"name":"a-package"}')
    const { code, out, err } = await runMain(['token', ...store], env)
    expect({ code, out }).toEqual({ code: 1, out: '' })
    expect(unwrapped(err)).toContain('holds something other than tokens')
    expect(await readFile(path, 'utf8')).toBe('{"name":"a-package"}')
    expect(account.log.token).toEqual([])
  })

  it('prints the token even if it cannot be saved, with a warning', async () => {
    const { credentials, hold, release, tokenRequests } = await startHeldBench()
    const path = join(await temporaryFolder(), 'token.json')
    hold()
    const running = runMain(['token', '--store', path], environment(credentials))
    await tokenRequests(1)
    // A folder takes the place of the file before the token is saved.
    await mkdir(path)
    release()
    const { code, out, err } = await running
    expect(code).toBe(0)
    expect(JSON.parse(out).access_token).toMatch(TOKEN)
    expect(unwrapped(err)).toContain(`cannot use the token file ${path} (set): `)
  })

  it('keeps the tokens of two accounts apart', async () => {
    const { env, store } = await startStore()
    const other = await startAccount()
    const first = await tokenOf(store, env)
    const second = await tokenOf(store, environment(other.credentials))
    expect(second).not.toBe(first)
    expect(await tokenOf(store, env)).toBe(first)
    expect(await tokenOf(store, environment(other.credentials))).toBe(second)
  })

  it('shares its file with the plugin in your code', async () => {
    const { account, path, env, store } = await startStore()
    const printed = await tokenOf(store, env)
    const { openTokenFile } = await import('../../src/cli/token/token-file.js')
    const auth = createCaspioAuth(account.credentials, { tokenStore: await openTokenFile(path) })
    expect((await auth.getAccessToken()).access_token).toBe(printed)
    await rm(path)
  })
})
