import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { Environment } from '../../src/cli/io.js'
import type { CaspioAccount } from '../../src/testing/index.js'
import { startAccount } from '../support/account.js'
import { environment } from '../support/programs.js'
import { startRawServer } from '../support/raw-server.js'
import { expectNoSecrets } from '../support/secrets.js'
import { blamed, check, ELSEWHERE, expectFailureAt, mistyped, passOn } from './check-support.js'
import { longestLine, runMain, unwrapped } from './support.js'

afterEach(() => {
  vi.unstubAllEnvs()
})

describe('check, if nothing is wrong', () => {
  it('passes every step, with four calls and one refresh token', async () => {
    const account = await startAccount()
    const { code, steps, calls } = await check(environment(account.credentials))
    expect(code).toBe(0)
    expect(Object.keys(steps)).toEqual(['values', 'host', 'client', 'token', 'v3', 'v4'])
    expect(steps.token?.message).toBe(
      'it is valid for 23 h 59 min (86399 s); a refresh token came with it',
    )
    expect(steps.token?.advice).toEqual([
      "This check sent 1 token request and used 1 of the account's 1,000 refresh tokens.",
    ])
    expect(steps.v3?.message).toBe(
      'the profile can see 2 tables (Physicians, Appointments) and 1 view (Cardiologists)',
    )
    expect(steps.v3?.advice.join()).toContain('REST v1 and v2')
    expect(steps.v3?.advice.join()).toContain('pending deprecation')
    expect(calls).toEqual({ token: 1, api: 3, refreshTokens: 1 })
    expect(account.log.token).toHaveLength(1)
    expect(account.log.api.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'GET /',
      'GET /integrations/rest/v3/tables',
      'GET /integrations/rest/v3/views',
      'GET /integrations/rest/v4/me',
    ])
    expect(account.liveRefreshTokens).toBe(1)
  })

  it('prints plain text, 80 columns wide', async () => {
    const account = await startAccount()
    const { code, out } = await runMain(['check'], environment(account.credentials))
    expect(code).toBe(0)
    const lines = out.split('\n')
    expect(lines[0]).toBe('ok      values  all three are set')
    expect(lines[1]).toBe(`ok      host    ${account.url} answers`)
    expect(lines.slice(-3)).toEqual([
      'All steps passed.',
      'Calls that Caspio may bill: 1 token request, 3 API calls.',
      '',
    ])
    expect(out).not.toContain('\x1b')
    expect(longestLine(out)).toBeLessThanOrEqual(80)
  })

  it.each([40, 60, 80])('fits a terminal of %d columns', async (columns) => {
    const account = await startAccount()
    const { tokenEndpointURL } = account.credentials
    const env = environment({
      clientID: mistyped(account.credentials.clientID),
      clientSecret: account.credentials.clientSecret,
      tokenEndpointURL,
    })
    const terminal = { isTTY: true, columns }
    const { out } = await runMain(['check'], env, terminal)
    expect(longestLine(out)).toBeLessThanOrEqual(columns)
    expect(unwrapped(out)).toContain('failed client the token endpoint refused the client')
    expect(unwrapped(out)).toContain('CASPIO_CLIENT_ID or CASPIO_CLIENT_SECRET is wrong.')
    expect(out).toMatch(/^- {7}not run: token,\s+v3, v4$/m)
    const asJson = await runMain(['check', '--json'], env, terminal)
    expect(asJson.out).toBe(`${JSON.stringify(JSON.parse(asJson.out), null, 2)}\n`)
  })

  it('has colours on a terminal', async () => {
    const account = await startAccount()
    const env = environment(account.credentials)
    const terminal = { isTTY: true, getColorDepth: () => 8 }
    const { out } = await runMain(['check'], env, terminal)
    expect(out).toContain('\x1b[32mok      \x1b[0mvalues')
    const failing = await runMain(['check'], {}, terminal)
    expect(failing.out).toContain('\x1b[31mfailed  \x1b[0mvalues')
  })

  it.each([
    ['redirects', (response: ServerResponse) => response.writeHead(302, ELSEWHERE).end()],
    ['never ends', (response: ServerResponse) => response.write('x')],
  ])('accepts a front page that %s', async (_, answer) => {
    const account = await startAccount()
    let isClosed: Promise<unknown> | undefined
    const front = await startRawServer((request, response) => {
      if (request.url === '/') {
        isClosed = once(response, 'close')
        return answer(response)
      }
      return passOn(request, response, account.url)
    })
    const env = environment({
      ...account.credentials,
      tokenEndpointURL: `${front.url}/oauth/token`,
    })
    expect((await check(env, '--timeout', '3600')).code).toBe(0)
    await isClosed
  })

  it('says what the rate limit is, and when the token expires', async () => {
    const account = await startAccount()
    account.rateLimit = { requests: 50, seconds: 60 }
    const { steps } = await check(environment(account.credentials))
    const [, expiry] = steps.v4?.message.match(/ expires at (.*)$/) ?? []
    expect(steps.v4?.message).toBe(
      `the profile is Default; the account is stand-in; the rate limit is 50 calls in 60 s; the token expires at ${expiry}`,
    )
    expect(Math.abs(Date.parse(`${expiry}`) - Date.now() - 86_400_000)).toBeLessThan(60_000)
  })

  it('names at most five of many tables, and none if there are none', async () => {
    const names = ['A', 'B', 'C', 'D', 'E', 'F']
    const tables = Object.fromEntries(names.map((name) => [name, []]))
    const account = await startAccount({ tables })
    const { steps } = await check(environment(account.credentials))
    expect(steps.v3?.message).toBe('the profile can see 6 tables (A, B, C, D, E, …) and 0 views')
  })

  it('passes if the account has no v4 yet', async () => {
    const account = await startAccount()
    account.api.fail({ status: 404, path: '/integrations/rest/v4' })
    const { code, steps } = await check(environment(account.credentials))
    expect([code, steps.v4?.message]).toEqual([0, 'this account has no REST v4 yet'])
  })

  it('sends the client in the body if asked to', async () => {
    const account = await startAccount()
    await check(environment(account.credentials), '--client-authentication', 'body')
    expect(account.log.token.map((entry) => entry.clientAuthentication)).toEqual(['body'])
  })

  it.each([
    [59, 'it is valid for less than a minute (59 s)'],
    [60, 'it is valid for 1 min (60 s)'],
    [7_200, 'it is valid for 2 h (7200 s)'],
  ])('puts a life of %d s into words', async (tokenLife, words) => {
    const account = await startAccount({ tokenLife })
    const { steps } = await check(environment(account.credentials))
    expect(steps.token?.message).toContain(words)
  })
})

describe('check names the value that is wrong', () => {
  const WRONG: Record<string, (credentials: CaspioAccount['credentials']) => Environment> = {
    'not set': () => ({ CASPIO_CLIENT_ID: undefined }),
    blank: () => ({ CASPIO_CLIENT_ID: ' ' }),
    'cut off': ({ clientID }) => ({ CASPIO_CLIENT_ID: clientID.slice(1) }),
    'with an extra letter': ({ clientID }) => ({ CASPIO_CLIENT_ID: `${clientID}c` }),
    'with an l instead of a 1': ({ clientID }) => ({ CASPIO_CLIENT_ID: `${clientID.slice(1)}l` }),
    'in quotes': ({ clientID }) => ({ CASPIO_CLIENT_ID: `"${clientID}"` }),
    'with a space': ({ clientID }) => ({ CASPIO_CLIENT_ID: `${clientID.slice(0, 9)} ${clientID}` }),
    'that is the URL': (all) => ({ CASPIO_CLIENT_ID: all.tokenEndpointURL }),
    'that is a placeholder': () => ({ CASPIO_CLIENT_ID: '<client id>' }),
  }

  it.each(Object.entries(WRONG))('an ID %s', async (_, wrong) => {
    const account = await startAccount()
    const right = environment(account.credentials)
    const checked = await check({ ...right, ...wrong(account.credentials) })
    expect(blamed(checked.text)).toEqual(['CASPIO_CLIENT_ID'])
    expect(account.log.token.length).toBeLessThan(2)
  })

  it.each(Object.entries(WRONG))('a secret %s', async (_, wrong) => {
    const account = await startAccount()
    const right = environment(account.credentials)
    const { clientID, clientSecret, tokenEndpointURL } = account.credentials
    // The same mistakes, made with the secret.
    const { CASPIO_CLIENT_ID } = wrong({
      clientID: clientSecret,
      clientSecret: clientID,
      tokenEndpointURL,
    })
    const checked = await check({ ...right, CASPIO_CLIENT_SECRET: CASPIO_CLIENT_ID })
    expect(blamed(checked.text)).toEqual(['CASPIO_CLIENT_SECRET'])
    expect(account.log.token.length).toBeLessThan(2)
  })

  it.each<[string, (url: string) => string | undefined, string]>([
    ['not set', () => undefined, 'values'],
    ['blank', () => '', 'values'],
    ['without its scheme', (url) => url.replace('http://', ''), 'values'],
    ['with http to another host', () => 'http://a1bcd234.caspio.com/oauth/token', 'values'],
    ['in quotes', (url) => `'${url}'`, 'values'],
    ['without its path', (url) => new URL(url).origin, 'client'],
    ['with a typo in its path', (url) => url.replace('token', 'tokn'), 'client'],
    ['of the API', (url) => url.replace('oauth/token', 'rest/v2'), 'client'],
    ['of the tables', (url) => url.replace('oauth/token', 'rest/v2/tables'), 'client'],
  ])('a URL %s', async (_, wrong, step) => {
    const account = await startAccount()
    const { tokenEndpointURL } = account.credentials
    const checked = await check({
      ...environment(account.credentials),
      CASPIO_TOKEN_ENDPOINT_URL: wrong(tokenEndpointURL),
    })
    expectFailureAt(step, checked)
    expect(blamed(checked.text)).toEqual(['CASPIO_TOKEN_ENDPOINT_URL'])
    expect(account.log.token).toEqual([])
  })

  it('an ID and a secret that are swapped', async () => {
    const account = await startAccount()
    const { clientID, clientSecret, tokenEndpointURL } = account.credentials
    const checked = await check(
      environment({ clientID: clientSecret, clientSecret: clientID, tokenEndpointURL }),
    )
    expectFailureAt('client', checked)
    expect(checked.text).toContain('CASPIO_CLIENT_ID and CASPIO_CLIENT_SECRET are swapped')
    expect(checked.calls).toEqual({ token: 3, api: 0, refreshTokens: 1 })
  })

  it('an ID that was copied to both places', async () => {
    const account = await startAccount()
    const { clientID } = account.credentials
    const right = environment(account.credentials)
    const checked = await check({ ...right, CASPIO_CLIENT_SECRET: clientID })
    expect(checked.text).toContain('CASPIO_CLIENT_ID and CASPIO_CLIENT_SECRET are the same')
    expect(account.log.token).toHaveLength(1)
  })

  // Caspio's answer is the same for both.
  it.each(['CASPIO_CLIENT_ID', 'CASPIO_CLIENT_SECRET'])(
    'a well-formed %s: names both, and says how to compare',
    async (name) => {
      const account = await startAccount()
      const right = environment(account.credentials)
      const checked = await check({ ...right, [name]: mistyped(`${right[name]}`) })
      expectFailureAt('client', checked)
      const end = checked.steps.client?.advice.join('\n').match(/ends in (\S+),/)?.[1]
      expect(checked.text).toContain('CASPIO_CLIENT_ID or CASPIO_CLIENT_SECRET is wrong')
      expect(checked.text).toContain(
        `ends in ${end}, as yours does, CASPIO_CLIENT_SECRET is wrong.`,
      )
      expect(checked.text).toContain('If it does not, CASPIO_CLIENT_ID is wrong')
      expect(account.credentials.clientID).toMatch(new RegExp(`${end}$`))
      expect(checked.calls).toEqual({ token: 3, api: 0, refreshTokens: 0 })
      expect(account.log.token.map((entry) => entry.clientAuthentication)).toEqual([
        'basic',
        'body',
        'body',
      ])
    },
  )

  it('an ID from another account: shows how it ends', async () => {
    const [account, other] = [await startAccount(), await startAccount()]
    const right = environment(account.credentials)
    const { clientID } = other.credentials
    const checked = await check({ ...right, CASPIO_CLIENT_ID: clientID })
    expect(checked.text).toContain(`ends in ${clientID.slice(-4)}, as yours does`)
    expect(clientID.slice(-4)).not.toBe(account.credentials.clientID.slice(-4))
    expect(checked.text).toContain('an account other than 127.0.0.1:')
  })

  it('quotes the server, without the secret', async () => {
    const account = await startAccount()
    const { clientSecret } = account.credentials
    const body = { error: 'invalid_client', error_description: `no such secret: ${clientSecret}` }
    account.tokenEndpoint.fail({ status: 401, body: JSON.stringify(body) })
    const checked = await check(environment(account.credentials))
    expect(checked.text).toContain('401 invalid_client (no such secret: [redacted])')
  })
})

describe('check finds out why the token does not open the API', () => {
  const V3 = '/integrations/rest/v3'
  const V4 = '/integrations/rest/v4'

  it.each([
    [401, 'rejects the token that the token endpoint has just issued'],
    [403, 'The profile may not make this call. Check the permissions and the IP list'],
    [404, 'This host has no such API. Check the host in CASPIO_TOKEN_ENDPOINT_URL.'],
    [429, 'Too many calls'],
    [500, 'The API has a problem.'],
    [302, "This is not an answer of Caspio's API."],
  ])('status %d: says what to do, and checks the other version, too', async (status, words) => {
    const account = await startAccount()
    account.api.fail({ status, path: V3 })
    const checked = await check(environment(account.credentials))
    expect(checked.steps.v3?.ok).toBe(false)
    expect(checked.steps.v4?.ok).toBe(true)
    expect(checked.text).toContain(`GET ${V3}/tables answered ${status}`)
    expect(checked.text).toContain(words)
    expect(checked.text).toMatch(/For Caspio's support: request ID [\da-f-]{36}\./)
    expect(checked.calls.api).toBe(2)
  })

  it('a redirect: does not send the token there', async () => {
    const [account, other] = [await startAccount(), await startRawServer()]
    account.api.fail({ status: 302, headers: { Location: `${other.url}/login` }, path: V4 })
    const checked = await check(environment(account.credentials))
    expectFailureAt('v4', checked)
    expect(other.received).toEqual([])
  })

  it('the lists of views only: goes on to v4', async () => {
    const account = await startAccount()
    account.api.fail({ status: 403, path: `${V3}/views` })
    const { code, steps, text } = await check(environment(account.credentials))
    expect(code).toBe(1)
    expect(steps.v4?.ok).toBe(true)
    expect(text).toContain(`GET ${V3}/views answered 403`)
    const { out } = await runMain(['check'], environment(account.credentials))
    expect(out).toContain(
      'Failed: v3.\nCalls that Caspio may bill: 1 token request, 3 API calls.\n',
    )
    expect(out).not.toContain('not run')
  })

  it('too many calls, in the words of Caspio', async () => {
    const account = await startAccount()
    const body = JSON.stringify([{ message: 'Slow down.', name: 'api-calls-rate' }])
    account.api.fail({ status: 400, body, path: `${V3}/tables` })
    const { text } = await check(environment(account.credentials))
    expect(text).toContain(`GET ${V3}/tables answered 400: Slow down.\nToo many calls`)
  })

  it.each([
    ['a web page', '<html>'],
    ['something else', '{"rateLimit":"many"}'],
  ])('%s with status 200', async (_, body) => {
    const account = await startAccount()
    account.api.fail({ status: 200, body, path: V4 })
    const checked = await check(environment(account.credentials))
    expectFailureAt('v4', checked)
    expect(checked.text).toContain("This is not an answer of Caspio's API.")
  })

  it('something other than a list of tables', async () => {
    const account = await startAccount()
    account.api.fail({ status: 200, body: '{"Result":"many"}', path: V3 })
    const checked = await check(environment(account.credentials))
    expect(checked.text).toContain(`GET ${V3}/tables answered 200`)
    expect(checked.text).toContain("This is not an answer of Caspio's API.")
  })

  it('a connection that breaks, which is not billed', async () => {
    const account = await startAccount()
    account.api.fail({ reset: true, path: V4 })
    const checked = await check(environment(account.credentials))
    expectFailureAt('v4', checked)
    expect(checked.text).toContain('broke (ECONNRESET)')
    expect(checked.calls.api).toBe(2)
  })

  it('a server that repeats the token: the token is redacted', async () => {
    const account = await startAccount()
    const echo = await startRawServer((request, response) => {
      if (request.method === 'POST') return passOn(request, response, account.url)
      if (request.url === '/') return response.end()
      return refuse(response, `${request.headers.authorization}`)
    })
    function refuse(response: ServerResponse, authorization: string) {
      response.writeHead(403, { 'X-Caspio-Request-ID': authorization.replace('Bearer ', '') })
      response.end(JSON.stringify({ Message: `not with ${authorization}` }))
    }
    const env = environment({ ...account.credentials, tokenEndpointURL: `${echo.url}/oauth/token` })
    const checked = await check(env)
    expect(checked.text).toContain('answered 403: not with Bearer [redacted]')
    expect(checked.text).toContain('request ID [redacted].')
    expectNoSecrets(checked, account.credentials)
  })
})
