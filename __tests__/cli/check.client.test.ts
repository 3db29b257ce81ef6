import { afterEach, describe, expect, it, vi } from 'vitest'
import type { CaspioProfile } from '../../src/testing/index.js'
import { startAccount } from '../support/account.js'
import { environment } from '../support/programs.js'
import { startRawServer } from '../support/raw-server.js'
import { blamed, check, expectFailureAt } from './check-support.js'

afterEach(() => {
  vi.unstubAllEnvs()
})

describe('check finds what keeps the client out', () => {
  /** Accepts the token requests that `accepts` chooses, and every API request. */
  async function startGateway(
    accepts: (headers: object, form: URLSearchParams) => boolean,
    isForbidden = false,
  ) {
    return startRawServer(({ method, url, headers, body }, response) => {
      if (url.includes('/v3/') && isForbidden) response.statusCode = 403
      if (method !== 'POST') return response.end('{"Result":[],"wsProfileName":"Front desk"}')
      const isAccepted = url === '/oauth/token' && accepts(headers, new URLSearchParams(`${body}`))
      response.statusCode = isAccepted ? 200 : 400
      response.end(
        isAccepted
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
  ])(
    'a gateway that loses a client sent as %s: goes on with the other way',
    async (used, other, accepts) => {
      const { url } = await startGateway(accepts)
      const env = environment({ ...client, tokenEndpointURL: `${url}/oauth/token` })
      const checked = await check(env, '--client-authentication', used)
      expect(checked.code).toBe(1)
      expect(checked.text).toContain(`with --client-authentication ${other}`)
      expect(checked.text).toContain(`clientAuthentication: '${other}'`)
      expect(checked.calls).toEqual({ token: 2, api: 3, refreshTokens: 0 })
      expect(checked.steps.token?.message).toBe(
        'the token endpoint does not say how long it is valid; no refresh token came with it',
      )
      expect(checked.steps.token?.advice[0]).toContain('sent 2 token requests and used 0 ')
      expect(checked.steps.v3?.message).toBe('the profile can see 0 tables and 0 views')
      expect(checked.steps.v4?.message).toBe('the profile is Front desk')
      // With the advice followed, nothing is wrong.
      expect((await check(env, '--client-authentication', other)).code).toBe(0)
    },
  )

  it('an API that refuses without a message', async () => {
    const { url } = await startGateway(() => true, true)
    const env = environment({ ...client, tokenEndpointURL: `${url}/oauth/token` })
    const { steps } = await check(env)
    expect(steps.v3?.message).toBe('GET /integrations/rest/v3/tables answered 403')
    expect(steps.v3?.advice).toHaveLength(1)
  })

  it.each([
    [503, 'the token endpoint has a problem: it answered 503 temporarily_unavailable'],
    [500, 'the token endpoint has a problem: it answered 500 server_error'],
    [429, 'too many calls: the token endpoint answered 429 temporarily_unavailable'],
  ])('status %d', async (status, words) => {
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

  it('a rate limit, with the pause that the server asks for', async () => {
    const account = await startAccount()
    account.rateLimit = { requests: 0, retryAfter: 1 }
    const checked = await check(environment(account.credentials))
    expectFailureAt('client', checked)
    expect(checked.text).toContain('Try again in 1 s.')
  })

  it('a rate limit in the words of Caspio', async () => {
    const account = await startAccount()
    account.tokenEndpoint.fail({ status: 400, body: '{"Message":"api-calls-rate exceeded"}' })
    const checked = await check(environment(account.credentials))
    expect(checked.text).toContain('too many calls: the token endpoint answered 400')
  })

  it('an account that has reached its limit of refresh tokens', async () => {
    const account = await startAccount()
    const description = 'The account has reached its limit of 0 refresh tokens.'
    const body = JSON.stringify({ error: 'invalid_request', error_description: description })
    account.tokenEndpoint.fail({ status: 400, body })
    const checked = await check(environment(account.credentials))
    expectFailureAt('client', checked)
    expect(checked.text).toContain('400 invalid_request (The account has reached its limit of 0')
    expect(checked.text).toContain('CASPIO_TOKEN_ENDPOINT_URL is right')
    expect(checked.text).toContain("uses one of the account's 1,000 refresh tokens")
  })

  it.each<[string, Partial<CaspioProfile>, string, string]>([
    ['that is disabled', { state: 'disabled' }, '400 ProfileDisabled', 'The profile is disabled.'],
    [
      'without privileges',
      { state: 'unprivileged' },
      '400 UnsufficientPrivileges',
      'The profile may not use the API.',
    ],
    [
      'that does not allow this address',
      { ip: { deny: ['127.0.0.1'] } },
      '403 IpForbidden',
      'The address of this machine is not allowed. Check the IP list of the profile',
    ],
  ])('a profile %s: sends one token request, and blames no value', async (_, setting, ...words) => {
    const account = await startAccount()
    Object.assign(account.profiles.Default as CaspioProfile, setting)
    const checked = await check(environment(account.credentials))
    expectFailureAt('client', checked)
    for (const part of words) expect(checked.text).toContain(part)
    expect(blamed(checked.text)).toEqual([])
    expect(account.log.token).toHaveLength(1)
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
    [200, 'answered 200 with a web page, unlike a token endpoint'],
    [403, 'answered 403 with a web page, unlike a token endpoint'],
  ])('a web page with status %d', async (status, words) => {
    const account = await startAccount()
    account.tokenEndpoint.fail({ status, headers: HTML, body: '<html>Sign in</html>' })
    const checked = await check(environment(account.credentials))
    expectFailureAt('client', checked)
    expect(checked.text).toContain(words)
    expect(checked.text).toContain('wrong, or something else answers in its place')
    expect(checked.text).toContain('Is 127.0.0.1:')
    expect(account.log.token).toHaveLength(1)
  })

  it('a redirect, and its target', async () => {
    const account = await startAccount()
    const headers = { Location: 'https://login.example.com/?from=here' }
    account.tokenEndpoint.fail({ status: 302, headers })
    const checked = await check(environment(account.credentials))
    expect(checked.text).toContain('answered 302, unlike a token endpoint')
    expect(checked.text).toContain(
      'The answer redirects to https://login.example.com. check does not follow it',
    )
  })

  it('an endless answer', async () => {
    const { url } = await startRawServer((_, response) => response.end('x'.repeat(2_000_000)))
    const checked = await check(environment({ ...client, tokenEndpointURL: `${url}/oauth/token` }))
    expectFailureAt('client', checked)
    expect(checked.text).toContain('sent an endless answer, unlike a token endpoint')
  })

  it.each([
    ['hangs', { hang: true }, 'did not answer in time (ETIMEDOUT)'],
    ['closes the connection', { reset: true }, 'broke (ECONNRESET)'],
  ])('a token endpoint that %s', async (_, fault, words) => {
    const account = await startAccount()
    account.tokenEndpoint.fail(fault)
    const checked = await check(environment(account.credentials), '--timeout', '2')
    expectFailureAt('client', checked)
    expect(checked.text).toContain(words)
    expect(checked.calls.token).toBe(0)
  })

  it('a proxy that refuses the token request', async () => {
    const account = await startAccount()
    account.tokenEndpoint.fail({ status: 407 })
    const checked = await check(environment(account.credentials))
    expectFailureAt('client', checked)
    expect(checked.text).toContain('a proxy refused the request (407)')
    expect(checked.text).toContain('Check the user name and the password in HTTPS_PROXY')
  })
})
