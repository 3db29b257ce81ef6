import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createCaspioAuth } from '../../src/index.js'
import { startAccount } from '../support/account.js'
import { environment, temporaryFolder } from '../support/programs.js'
import { expectNoSecrets } from '../support/secrets.js'
import { runMain } from './support.js'

const TOKEN = /^[\w-]{340}$/

/** The token that a command line printed as JSON. */
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
  ])('as %s opens the API', async (format, line) => {
    const account = await startAccount()
    const { out } = await runMain(['token', '--format', format], environment(account.credentials))
    const [, token] = line.exec(out) ?? []
    const answer = await fetch(`${account.url}/rest/v2/tables`, {
      headers: { Authorization: `Bearer ${token}` },
    })
    expect(answer.status).toBe(200)
  })

  it('takes the values from a file', async () => {
    const account = await startAccount()
    const path = join(await temporaryFolder(), '.env')
    const lines = Object.entries(environment(account.credentials)).map((pair) => pair.join('='))
    await writeFile(path, lines.join('\n'))
    expect(await tokenOf(['--env-file', path], {})).toMatch(TOKEN)
  })

  it('sends the client in the body if it is told so', async () => {
    const account = await startAccount()
    await tokenOf(['--client-authentication', 'body'], environment(account.credentials))
    expect(account.log.token.map((entry) => entry.clientAuthentication)).toEqual(['body'])
  })
})

describe('token, when it fails, prints nothing on stdout and says why', () => {
  it('values that are missing, and how to give them', async () => {
    const { code, out, err } = await runMain(['token'], { CASPIO_CLIENT_ID: 'an-id' })
    expect({ code, out }).toEqual({ code: 1, out: '' })
    expect(err).toMatch(
      /^axios-caspio-auth: set CASPIO_CLIENT_SECRET, CASPIO_TOKEN_ENDPOINT_URL in /,
    )
    expect(err).toContain('--env-file .env')
  })

  it('values that are missing in the file as well', async () => {
    const path = join(await temporaryFolder(), '.env')
    await writeFile(path, 'CASPIO_CLIENT_ID=an-id')
    const { code, out, err } = await runMain(['token', '--env-file', path])
    expect({ code, out }).toEqual({ code: 1, out: '' })
    expect(err).toContain('set CASPIO_CLIENT_SECRET, CASPIO_TOKEN_ENDPOINT_URL in')
    expect(err).not.toContain('--env-file')
  })

  it('a file that is missing', async () => {
    const { code, out, err } = await runMain(['token', '--env-file', '/nowhere/.env'])
    expect({ code, out }).toEqual({ code: 1, out: '' })
    expect(err).toBe(
      'axios-caspio-auth: the file of --env-file cannot be read (ENOENT): /nowhere/.env\n',
    )
  })

  it('a wrong secret', async () => {
    const account = await startAccount()
    const wrong = { ...account.credentials, clientSecret: 'S3cr3t/+of "Örsted" & son: 100 %' }
    const { code, out, err } = await runMain(['token'], environment(wrong))
    expect({ code, out }).toEqual({ code: 1, out: '' })
    expect(err).toMatch(/^axios-caspio-auth: the token endpoint \S+ answered 400 invalid_client/)
    expectNoSecrets(err, wrong)
  })

  it('a token endpoint that does not answer in time', async () => {
    const account = await startAccount()
    account.tokenEndpoint.fail({ hang: true })
    const { code, out, err } = await runMain(
      ['token', '--timeout', '0.1'],
      environment(account.credentials),
    )
    expect({ code, out }).toEqual({ code: 1, out: '' })
    expect(err).toContain('no answer within 100 ms')
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

  it('takes the token from the file while it lives', async () => {
    const { account, folder, path, env, store } = await startStore()
    const first = await tokenOf(store, env)
    expect(await tokenOf(store, env)).toBe(first)
    expect(account.log.token).toHaveLength(1)
    expect(await readdir(folder)).toEqual(['token.json'])
    expectNoSecrets(await readFile(path, 'utf8'), account.credentials)
  })

  it('cannot know that it was revoked: --renew gets another, with the refresh token', async () => {
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

  it('with --renew asks once where the file holds none', async () => {
    const { account, env, store } = await startStore()
    await tokenOf([...store, '--renew'], env)
    await tokenOf(['--renew'], env)
    expect(account.log.token).toHaveLength(2)
  })

  it('with --renew fails where no other can be had, and keeps the one in the file', async () => {
    const { account, env, store } = await startStore()
    const first = await tokenOf(store, env)
    account.tokenEndpoint.fail({ status: 400, body: '{"error":"invalid_client"}' })
    const { code, out, err } = await runMain(['token', ...store, '--renew'], env)
    expect({ code, out }).toEqual({ code: 1, out: '' })
    expect(err).toContain('400 invalid_client')
    expect(await tokenOf(store, env)).toBe(first)
  })

  it('renews one that lives for less than five minutes more', async () => {
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

  it('makes do with that one in an outage, and says so', async () => {
    const { account, env, store } = await startStore({ tokenLife: 200 })
    const first = await tokenOf(store, env)
    account.tokenEndpoint.fail({ status: 400, body: '{"error":"invalid_client"}' })
    const { code, out, err } = await runMain(['token', ...store], env)
    expect(code).toBe(0)
    expect(JSON.parse(out).access_token).toBe(first)
    expect(err).toMatch(/^axios-caspio-auth: the token in \S+ lives for \d+ s only\. /)
  })

  it('keeps one whose life nobody told', async () => {
    const { account, env, store } = await startStore()
    const body = '{"access_token":"a-token-of-unknown-life","token_type":"bearer"}'
    account.tokenEndpoint.fail({ status: 200, body, times: 1 })
    const first = await tokenOf(store, env)
    expect(await tokenOf(store, env)).toBe(first)
    expect(account.log.token).toHaveLength(1)
  })

  it('asks for no token where the file is somebody else’s', async () => {
    const { account, path, env, store } = await startStore()
    await writeFile(path, '{"name":"a-package"}')
    const { code, out, err } = await runMain(['token', ...store], env)
    expect({ code, out }).toEqual({ code: 1, out: '' })
    expect(err).toContain('holds something else than tokens and is left alone')
    expect(await readFile(path, 'utf8')).toBe('{"name":"a-package"}')
    expect(account.log.token).toEqual([])
  })

  it('prints the token even if it cannot be stored, and says so', async () => {
    const { account, path, env, store } = await startStore()
    account.tokenEndpoint.latency = 300
    const running = runMain(['token', ...store], env)
    // It is to be written when this is there.
    while (account.liveAccessTokens === 0) await new Promise((resolve) => setTimeout(resolve, 5))
    await mkdir(path)
    const { code, out, err } = await running
    expect(code).toBe(0)
    expect(JSON.parse(out).access_token).toMatch(TOKEN)
    expect(err).toContain(`${path} could not be used (set): `)
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

  it('is a store that a program of yours can share', async () => {
    const { account, path, env, store } = await startStore()
    const printed = await tokenOf(store, env)
    const { openTokenFile } = await import('../../src/cli/token/token-file.js')
    const auth = createCaspioAuth(account.credentials, { tokenStore: await openTokenFile(path) })
    expect((await auth.getAccessToken()).access_token).toBe(printed)
    await rm(path)
  })
})
