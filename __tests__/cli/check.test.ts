import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { Step } from '../../src/cli/check/step.js'
import type { Environment } from '../../src/cli/io.js'
import type { CaspioAccount } from '../../src/testing/index.js'
import { startAccount } from '../support/account.js'
import { startConnectProxy } from '../support/connect-proxy.js'
import { watchSecret } from '../support/hygiene.js'
import { environment } from '../support/programs.js'
import { type Received, startRawServer } from '../support/raw-server.js'
import { expectNoSecrets } from '../support/secrets.js'
import { createAuthority, startTlsFront } from '../support/tls.js'
import { runMain } from './support.js'

afterEach(() => {
  vi.unstubAllEnvs()
})

interface Checked {
  readonly code: number
  readonly steps: Record<string, Step>
  readonly calls: Record<string, number>
  /** What the steps that failed said. */
  readonly text: string
}

async function check(env: Environment, ...args: string[]): Promise<Checked> {
  const { code, out, err } = await runMain(['check', '--json', ...args], env)
  expect(err).toBe('')
  const { ok, steps, calls }: { ok: boolean; steps: Step[]; calls: Checked['calls'] } =
    JSON.parse(out)
  expect(ok).toBe(code === 0)
  const failed = steps.filter((step) => !step.ok)
  return {
    code,
    calls,
    steps: Object.fromEntries(steps.map((step) => [step.name, step])),
    text: failed.flatMap(({ message, advice }) => [message, ...advice]).join('\n'),
  }
}

/** The steps that were taken; the last one is the one that failed. */
function expectFailureAt(name: string, { code, steps }: Checked): void {
  const names = ['values', 'host', 'client', 'token', 'v2', 'v3']
  expect(Object.keys(steps)).toEqual(names.slice(0, names.indexOf(name) + 1))
  const failed = Object.values(steps).filter((step) => !step.ok)
  expect(failed.map((step) => step.name)).toEqual([name])
  expect(failed[0]?.advice.length).toBeGreaterThan(0)
  expect(code).toBe(1)
}

const ELSEWHERE = { Location: 'http://127.0.0.1:1/login' }

/** What a gateway does. */
async function passOn(
  { method, url, headers: { host: _, ...headers }, body }: Received,
  response: ServerResponse,
  origin: string,
): Promise<void> {
  const answer = await fetch(`${origin}${url}`, {
    method,
    headers: headers as Record<string, string>,
    ...(body.length > 0 && { body: `${body}` }),
  })
  response.writeHead(answer.status, { 'Content-Type': 'application/json' })
  response.end(await answer.text())
}

const VARIABLES = ['CASPIO_CLIENT_ID', 'CASPIO_CLIENT_SECRET', 'CASPIO_TOKEN_ENDPOINT_URL']

/** Those of the three variables that a text calls wrong. */
function blamed(text: string): string[] {
  return VARIABLES.filter((name) => new RegExp(`${name} is (wrong|not set|blank)`).test(text))
}

/** Another digit in the middle. */
function mistyped(value: string): string {
  return `${value.slice(0, 20)}${value[20] === '7' ? '8' : '7'}${value.slice(21)}`
}

describe('check, where all is well', () => {
  it('passes every step, with three calls and one refresh token', async () => {
    const account = await startAccount()
    const { code, steps, calls } = await check(environment(account.credentials))
    expect(code).toBe(0)
    expect(Object.keys(steps)).toEqual(['values', 'host', 'client', 'token', 'v2', 'v3'])
    expect(steps.token?.message).toBe(
      'it lives for 23 h 59 min (86399 s); a refresh token came with it',
    )
    expect(steps.token?.advice).toEqual([
      "This check made 1 token request and took 1 of the account's 1,000 refresh tokens.",
    ])
    expect(steps.v2?.message).toBe('the token opens /rest/v2/tables (2 tables)')
    expect(steps.v3?.message).toBe('the token opens /integrations/rest/v3/tables (2 tables)')
    expect(calls).toEqual({ token: 1, api: 2, refreshTokens: 1 })
    expect(account.log.token).toHaveLength(1)
    expect(account.log.api.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'GET /',
      'GET /rest/v2/tables',
      'GET /integrations/rest/v3/tables',
    ])
    expect(account.liveRefreshTokens).toBe(1)
  })

  it('says so in words, and in plain ones', async () => {
    const account = await startAccount()
    const { code, out } = await runMain(['check'], environment(account.credentials))
    expect(code).toBe(0)
    const lines = out.split('\n')
    expect(lines[0]).toBe('ok      values  all three are set')
    expect(lines[1]).toBe(`ok      host    ${account.url} answers`)
    expect(lines.at(-2)).toBe('All is well. Billed calls: 1 for tokens, 2 of the API.')
    expect(out).not.toContain('\x1b')
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(100)
  })

  it('colours it on a terminal', async () => {
    const account = await startAccount()
    const env = environment(account.credentials)
    const terminal = { isTTY: true, getColorDepth: () => 8 }
    const { out } = await runMain(['check'], env, terminal)
    expect(out).toContain('\x1b[32mok      \x1b[0mvalues')
    const failing = await runMain(['check'], {}, terminal)
    expect(failing.out).toContain('\x1b[31mfailed  \x1b[0mvalues')
  })

  it.each([
    ['leads elsewhere', (response: ServerResponse) => response.writeHead(302, ELSEWHERE).end()],
    ['has no end', (response: ServerResponse) => response.write('x')],
  ])('does not mind a front page that %s', async (_, answer) => {
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

  it('asks with the client in the body if it is told so', async () => {
    const account = await startAccount()
    await check(environment(account.credentials), '--client-authentication', 'body')
    expect(account.log.token.map((entry) => entry.clientAuthentication)).toEqual(['body'])
  })

  it.each([
    [59, 'it lives for less than a minute (59 s)'],
    [60, 'it lives for 1 min (60 s)'],
    [7_200, 'it lives for 2 h (7200 s)'],
  ])('a life of %d s', async (tokenLife, words) => {
    const account = await startAccount({ tokenLife })
    const { steps } = await check(environment(account.credentials))
    expect(steps.token?.message).toContain(words)
  })
})

describe('check names the wrong one of the three values', () => {
  const WRONG: Record<string, (credentials: CaspioAccount['credentials']) => Environment> = {
    'not set': () => ({ CASPIO_CLIENT_ID: undefined }),
    blank: () => ({ CASPIO_CLIENT_ID: ' ' }),
    'cut off': ({ clientID }) => ({ CASPIO_CLIENT_ID: clientID.slice(1) }),
    'with a letter too many': ({ clientID }) => ({ CASPIO_CLIENT_ID: `${clientID}c` }),
    'with an l for a 1': ({ clientID }) => ({ CASPIO_CLIENT_ID: `${clientID.slice(1)}l` }),
    'in quotes': ({ clientID }) => ({ CASPIO_CLIENT_ID: `"${clientID}"` }),
    'with a blank': ({ clientID }) => ({ CASPIO_CLIENT_ID: `${clientID.slice(0, 9)} ${clientID}` }),
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
    // As if the secret were the ID.
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
    ['of http elsewhere', () => 'http://a1bcd234.caspio.com/oauth/token', 'values'],
    ['in quotes', (url) => `'${url}'`, 'values'],
    ['without its path', (url) => new URL(url).origin, 'client'],
    ['with a slip in its path', (url) => url.replace('token', 'tokn'), 'client'],
    ['that is the one of the API', (url) => url.replace('oauth/token', 'rest/v2'), 'client'],
    ['that is the one of a table', (url) => url.replace('oauth/token', 'rest/v2/tables'), 'client'],
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

  it('two that are swapped, with the proof', async () => {
    const account = await startAccount()
    const { clientID, clientSecret, tokenEndpointURL } = account.credentials
    const checked = await check(
      environment({ clientID: clientSecret, clientSecret: clientID, tokenEndpointURL }),
    )
    expectFailureAt('client', checked)
    expect(checked.text).toContain('CASPIO_CLIENT_ID and CASPIO_CLIENT_SECRET are swapped')
    expect(checked.calls).toEqual({ token: 3, api: 0, refreshTokens: 1 })
  })

  it('one that was copied to both places', async () => {
    const account = await startAccount()
    const { clientID } = account.credentials
    const right = environment(account.credentials)
    const checked = await check({ ...right, CASPIO_CLIENT_SECRET: clientID })
    expect(checked.text).toContain('CASPIO_CLIENT_ID and CASPIO_CLIENT_SECRET are the same')
    expect(account.log.token).toHaveLength(1)
  })

  // Caspio gives one answer for both.
  it.each(['CASPIO_CLIENT_ID', 'CASPIO_CLIENT_SECRET'])(
    'a well-formed %s: both, and how to tell which',
    async (name) => {
      const account = await startAccount()
      const right = environment(account.credentials)
      const checked = await check({ ...right, [name]: mistyped(`${right[name]}`) })
      expectFailureAt('client', checked)
      const end = checked.steps.client?.advice.join('\n').match(/ends in (\S+),/)?.[1]
      expect(checked.text).toContain('CASPIO_CLIENT_ID or CASPIO_CLIENT_SECRET is wrong')
      expect(checked.text).toContain(`ends in ${end}, as yours does, it is CASPIO_CLIENT_SECRET.`)
      expect(checked.text).toContain('If not, it is CASPIO_CLIENT_ID')
      expect(account.credentials.clientID).toMatch(new RegExp(`${end}$`))
      expect(checked.calls).toEqual({ token: 3, api: 0, refreshTokens: 0 })
      expect(account.log.token.map((entry) => entry.clientAuthentication)).toEqual([
        'basic',
        'body',
        'body',
      ])
    },
  )

  it('an ID that is that of another account’s profile: by its end', async () => {
    const [account, other] = [await startAccount(), await startAccount()]
    const right = environment(account.credentials)
    const { clientID } = other.credentials
    const checked = await check({ ...right, CASPIO_CLIENT_ID: clientID })
    expect(checked.text).toContain(`ends in ${clientID.slice(-4)}, as yours does`)
    expect(clientID.slice(-4)).not.toBe(account.credentials.clientID.slice(-4))
    expect(checked.text).toContain('another account than 127.0.0.1:')
  })

  it('says what the server says beyond Caspio, and shows no secret', async () => {
    const account = await startAccount()
    const { clientSecret } = account.credentials
    const body = { error: 'invalid_client', error_description: `no such secret: ${clientSecret}` }
    account.tokenEndpoint.fail({ status: 401, body: JSON.stringify(body) })
    const checked = await check(environment(account.credentials))
    expect(checked.text).toContain('401 invalid_client (no such secret: [redacted])')
  })
})

describe('check finds what is in the way of the client', () => {
  /** Takes the token requests that `takes` likes, and everything of the API. */
  async function startGateway(
    takes: (headers: object, form: URLSearchParams) => boolean,
    isClosed = false,
  ) {
    return startRawServer(({ method, url, headers, body }, response) => {
      if (url === '/rest/v2/tables' && isClosed) response.statusCode = 403
      if (method !== 'POST') return response.end('{"Result":[]}')
      const isTaken = url === '/oauth/token' && takes(headers, new URLSearchParams(`${body}`))
      response.statusCode = isTaken ? 200 : 400
      response.end(
        isTaken
          ? '{"access_token":"a-token-of-the-gateway","token_type":"bearer"}'
          : '{"error":"invalid_client"}',
      )
    })
  }

  const client = {
    clientID: '0123456789abcdef0123456789abcdef0123456789abcdef01',
    clientSecret: 'fedcba9876543210fedcba9876543210fedcba9876543210fe',
  }

  it.each([
    ['basic', 'body', (_: object, form: URLSearchParams) => form.has('client_id')],
    ['body', 'basic', (headers: object) => 'authorization' in headers],
  ])('that loses a client sent as %s, and goes on', async (asked, other, takes) => {
    const { url } = await startGateway(takes)
    const env = environment({ ...client, tokenEndpointURL: `${url}/oauth/token` })
    const checked = await check(env, '--client-authentication', asked)
    expect(checked.code).toBe(1)
    expect(checked.text).toContain(`with the client authentication ${other}`)
    expect(checked.text).toContain(`clientAuthentication: '${other}'`)
    expect(checked.calls).toEqual({ token: 2, api: 2, refreshTokens: 0 })
    expect(checked.steps.token?.message).toBe(
      'how long it lives was not said; a refresh token did not come',
    )
    expect(checked.steps.token?.advice[0]).toContain('made 2 token requests and took 0 ')
    expect(checked.steps.v3?.ok).toBe(true)
    // As it was told to, it is well.
    expect((await check(env, '--client-authentication', other)).code).toBe(0)
  })

  it('and an API that is closed, without a word', async () => {
    const { url } = await startGateway(() => true, true)
    const env = environment({ ...client, tokenEndpointURL: `${url}/oauth/token` })
    const { steps } = await check(env)
    expect(steps.v2?.message).toBe('GET /rest/v2/tables answered 403')
    expect(steps.v2?.advice).toHaveLength(1)
  })

  it.each([
    [503, 'the token endpoint is out of order: it answered 503 temporarily_unavailable'],
    [500, 'the token endpoint is out of order: it answered 500 server_error'],
    [429, 'too many calls: the token endpoint answered 429 temporarily_unavailable'],
  ])('a %d', async (status, words) => {
    const account = await startAccount()
    account.tokenEndpoint.fail({ status })
    const checked = await check(environment(account.credentials))
    expectFailureAt('client', checked)
    expect(checked.text).toContain(words)
    expect(checked.text).toContain('Try again in a while')
    expect(checked.text).toMatch(/request ID [\da-f-]{36}\./)
    expect(blamed(checked.text)).toEqual([])
    expect(account.log.token).toHaveLength(1)
  })

  it('a rate limit, with the pause that the server wants', async () => {
    const account = await startAccount()
    account.rateLimit = 0
    const checked = await check(environment(account.credentials))
    expectFailureAt('client', checked)
    expect(checked.text).toContain('Try again in 1 s.')
  })

  it('a rate limit as Caspio words it', async () => {
    const account = await startAccount()
    account.tokenEndpoint.fail({ status: 400, body: '{"Message":"api-calls-rate exceeded"}' })
    const checked = await check(environment(account.credentials))
    expect(checked.text).toContain('too many calls: the token endpoint answered 400')
  })

  it('an account that holds all its refresh tokens', async () => {
    const account = await startAccount({ maxRefreshTokens: 0 })
    const checked = await check(environment(account.credentials))
    expectFailureAt('client', checked)
    expect(checked.text).toContain('400 invalid_request (The account has reached its limit of 0')
    expect(checked.text).toContain('CASPIO_TOKEN_ENDPOINT_URL is right')
    expect(checked.text).toContain('takes one of the 1,000 refresh tokens')
  })

  it('another OAuth error', async () => {
    const account = await startAccount()
    account.tokenEndpoint.fail({ status: 400, body: '{"error":"unsupported_grant_type"}' })
    const checked = await check(environment(account.credentials))
    expect(checked.text).toContain('it answered 400 unsupported_grant_type')
    expect(checked.text).toContain('CASPIO_TOKEN_ENDPOINT_URL is right')
    expect(checked.text).not.toContain('1,000')
  })

  const HTML = { 'Content-Type': 'text/html; charset=utf-8' }
  it.each([
    [200, 'answered 200 and a web page, as no token endpoint does'],
    [403, 'answered 403 and a web page, as no token endpoint does'],
  ])('a web page with %d', async (status, words) => {
    const account = await startAccount()
    account.tokenEndpoint.fail({ status, headers: HTML, body: '<html>Sign in</html>' })
    const checked = await check(environment(account.credentials))
    expectFailureAt('client', checked)
    expect(checked.text).toContain(words)
    expect(checked.text).toContain('wrong, or somebody answers in its place')
    expect(checked.text).toContain('Is 127.0.0.1:')
    expect(account.log.token).toHaveLength(1)
  })

  it('a redirect, and where to', async () => {
    const account = await startAccount()
    const headers = { Location: 'https://login.example.com/?from=here' }
    account.tokenEndpoint.fail({ status: 302, headers })
    const checked = await check(environment(account.credentials))
    expect(checked.text).toContain('answered 302, as no token endpoint does')
    expect(checked.text).toContain('It leads to https://login.example.com, which is not followed')
  })

  it('an answer without end', async () => {
    const { url } = await startRawServer((_, response) => response.end('x'.repeat(2_000_000)))
    const checked = await check(environment({ ...client, tokenEndpointURL: `${url}/oauth/token` }))
    expectFailureAt('client', checked)
    expect(checked.text).toContain('answered without end, as no token endpoint does')
  })

  it.each([
    ['hangs', { hang: true }, 'did not answer in time (ETIMEDOUT)'],
    ['breaks off', { reset: true }, 'broke off (ECONNRESET)'],
  ])('a token endpoint that %s', async (_, fault, words) => {
    const account = await startAccount()
    account.tokenEndpoint.fail(fault)
    const checked = await check(environment(account.credentials), '--timeout', '2')
    expectFailureAt('client', checked)
    expect(checked.text).toContain(words)
    expect(checked.calls.token).toBe(0)
  })

  it('a proxy that refuses it', async () => {
    const account = await startAccount()
    account.tokenEndpoint.fail({ status: 407 })
    const checked = await check(environment(account.credentials))
    expectFailureAt('client', checked)
    expect(checked.text).toContain('a proxy on the way refused (407)')
    expect(checked.text).toContain('Check the user and the password in HTTPS_PROXY')
  })
})

describe('check finds a host that cannot be spoken to', () => {
  const client = { clientID: 'an-id', clientSecret: 'a-secret-of-nobody' }
  const at = (tokenEndpointURL: string) => environment({ ...client, tokenEndpointURL })

  it.each([
    [
      'no host of that name',
      'https://a1bcd234.caspio.invalid/oauth/token',
      /is not known \((ENOTFOUND|EAI_AGAIN)\)/,
    ],
    [
      'nobody at that port',
      'http://127.0.0.1:1/oauth/token',
      /nothing listens at 127\.0\.0\.1:1 \(ECONNREFUSED\)/,
    ],
  ])('%s', async (_, url, words) => {
    const checked = await check(at(url))
    expectFailureAt('host', checked)
    expect(checked.text).toMatch(words)
    expect(checked.text).toContain('Check the host in CASPIO_TOKEN_ENDPOINT_URL.')
    expect(checked.calls).toEqual({ token: 0, api: 0, refreshTokens: 0 })
  })

  it('one that does not answer', async () => {
    const { url } = await startRawServer(() => {})
    const checked = await check(at(`${url}/oauth/token`), '--timeout', '0.2')
    expectFailureAt('host', checked)
    expect(checked.text).toContain('did not answer in time')
    expect(checked.text).toContain('--timeout')
  })

  it('one that breaks off', async () => {
    const { url } = await startRawServer((_, response) => response.socket?.destroy())
    const checked = await check(at(`${url}/oauth/token`))
    expectFailureAt('host', checked)
    expect(checked.text).toContain('broke off (ECONNRESET)')
  })

  it.each([
    ['that nobody vouches for', ['127.0.0.1'], undefined, 'is signed by nobody whom Node trusts'],
    ['of another host', ['other.test'], undefined, "the certificate is another host's"],
    ['that has expired', ['127.0.0.1'], new Date(Date.now() - 1e6), 'is not valid today'],
  ])('a certificate %s', async (kind, names, until, words) => {
    const account = await startAccount()
    const authority = await createAuthority()
    // Node looks at the issuer first.
    const isTrusted = !kind.includes('nobody')
    const front = await startTlsFront(account.url, await authority.issue(names, until))
    const { globalAgent } = await import('node:https')
    const before = globalAgent.options.ca
    if (isTrusted) globalAgent.options.ca = authority.ca
    const checked = await check(at(`${front.url}/oauth/token`))
    globalAgent.options.ca = before
    expectFailureAt('host', checked)
    expect(checked.text).toContain(words)
    expect(account.log.api).toEqual([])
  })

  it('one that speaks no TLS', async () => {
    const account = await startAccount()
    const url = account.credentials.tokenEndpointURL.replace('http:', 'https:')
    const checked = await check(at(url))
    expectFailureAt('host', checked)
    expect(checked.text).toContain('does not speak TLS')
  })
})

describe('check, with a proxy', () => {
  const client = { clientID: 'an-id', clientSecret: 'a-secret-of-nobody' }
  const env = environment({
    ...client,
    tokenEndpointURL: 'https://a1bcd234.caspio.test/oauth/token',
  })

  it('that is not there: names the variable, and no password', async () => {
    watchSecret('pass-word-of-the-proxy')
    vi.stubEnv('HTTPS_PROXY', 'http://me:pass-word-of-the-proxy@127.0.0.1:1')
    const checked = await check(env)
    expectFailureAt('host', checked)
    expect(checked.text).toContain('nothing listens at the proxy 127.0.0.1:1 (ECONNREFUSED)')
    expect(checked.text).toContain('Check HTTPS_PROXY')
  })

  it('that refuses: asks for its user and password', async () => {
    const proxy = await startConnectProxy({}, 'me:pass-word-of-the-proxy')
    vi.stubEnv('HTTPS_PROXY', proxy.url)
    const checked = await check(env)
    expectFailureAt('host', checked)
    expect(checked.text).toContain('a proxy on the way refused (407)')
    expect(checked.text).toContain('Check the user and the password in HTTPS_PROXY')
    expect(proxy.requests).toEqual(['CONNECT a1bcd234.caspio.test:443'])
  })

  it('that does not get through: says which status', async () => {
    const proxy = await startRawServer((_, response) => {
      response.statusCode = 502
      response.end()
    })
    vi.stubEnv('HTTP_PROXY', proxy.url)
    const checked = await check({
      ...env,
      CASPIO_TOKEN_ENDPOINT_URL: 'http://127.0.0.1:1/oauth/token',
    })
    expectFailureAt('host', checked)
    expect(checked.text).toContain(
      `the proxy ${new URL(proxy.url).host} does not get to http://127.0.0.1:1 (502)`,
    )
  })

  it('that works: says that it goes through it', async () => {
    const account = await startAccount()
    const proxy = await startRawServer((request, response) =>
      passOn({ ...request, url: new URL(request.url).pathname }, response, account.url),
    )
    vi.stubEnv('HTTP_PROXY', proxy.url)
    const checked = await check(environment(account.credentials))
    expect(checked.code).toBe(0)
    expect(checked.steps.host?.message).toBe(
      `${account.url} answers, through the proxy ${new URL(proxy.url).host}`,
    )
  })
})

describe('check finds an API that the token does not open', () => {
  const V3 = '/integrations/rest/v3'

  it.each([
    [401, 'does not take the token that the token endpoint has just given'],
    [403, 'The profile may not list tables. Look at the permissions of the profile'],
    [404, 'This host has no REST v3.'],
    [429, 'Too many calls'],
    [500, 'The API is out of order.'],
    [302, 'That is no list of tables'],
  ])('%d: says what to do, and tries the other version', async (status, words) => {
    const account = await startAccount()
    account.api.fail({ status, path: V3 })
    const checked = await check(environment(account.credentials))
    expectFailureAt('v3', checked)
    expect(checked.text).toContain(`GET ${V3}/tables answered ${status}`)
    expect(checked.text).toContain(words)
    expect(checked.text).toMatch(/For Caspio's support: request ID [\da-f-]{36}\./)
    expect(checked.calls.api).toBe(2)
  })

  it('a redirect, which the token does not follow', async () => {
    const [account, other] = [await startAccount(), await startRawServer()]
    account.api.fail({ status: 302, headers: { Location: `${other.url}/login` }, path: V3 })
    const checked = await check(environment(account.credentials))
    expectFailureAt('v3', checked)
    expect(other.received).toEqual([])
  })

  it('v2 as well, and goes on to v3', async () => {
    const account = await startAccount()
    account.api.fail({ status: 403, path: '/rest/v2' })
    const { code, steps } = await check(environment(account.credentials))
    expect(code).toBe(1)
    expect(steps.v2?.ok).toBe(false)
    expect(steps.v3?.ok).toBe(true)
    const { out } = await runMain(['check'], environment(account.credentials))
    expect(out).toContain('Failed: v2. Billed calls: 1 for tokens, 2 of the API.')
    expect(out).not.toContain('not tried')
  })

  it.each([
    ['a web page', '<html>'],
    ['something else', '{"Result":"many"}'],
  ])('%s with 200', async (_, body) => {
    const account = await startAccount()
    account.api.fail({ status: 200, body, path: V3 })
    const checked = await check(environment(account.credentials))
    expectFailureAt('v3', checked)
    expect(checked.text).toContain('That is no list of tables')
  })

  it('a connection that breaks off, which is not billed', async () => {
    const account = await startAccount()
    account.api.fail({ reset: true, path: V3 })
    const checked = await check(environment(account.credentials))
    expectFailureAt('v3', checked)
    expect(checked.text).toContain('broke off (ECONNRESET)')
    expect(checked.calls.api).toBe(1)
  })

  it('without a trace of the token, whoever repeats it', async () => {
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
