import { afterEach, describe, expect, it, vi } from 'vitest'
import { startAccount } from '../support/account.js'
import { startConnectProxy } from '../support/connect-proxy.js'
import { watchSecret } from '../support/hygiene.js'
import { environment } from '../support/programs.js'
import { startRawServer } from '../support/raw-server.js'
import { createAuthority, startTlsFront } from '../support/tls.js'
import { check, expectFailureAt, passOn } from './check-support.js'

afterEach(() => {
  vi.unstubAllEnvs()
})

describe('check finds out why the host does not answer', () => {
  const client = { clientID: 'an-id', clientSecret: 'a-secret-of-nobody' }
  const at = (tokenEndpointURL: string) => environment({ ...client, tokenEndpointURL })

  it.each([
    [
      'there is no host of that name',
      'https://a1bcd234.caspio.invalid/oauth/token',
      /cannot be resolved \((ENOTFOUND|EAI_AGAIN)\)/,
    ],
    [
      'nothing is listening at that port',
      'http://127.0.0.1:1/oauth/token',
      /nothing is listening at 127\.0\.0\.1:1 \(ECONNREFUSED\)/,
    ],
  ])('%s', async (_, url, words) => {
    const checked = await check(at(url))
    expectFailureAt('host', checked)
    expect(checked.text).toMatch(words)
    expect(checked.text).toContain('Check the host in CASPIO_TOKEN_ENDPOINT_URL.')
    expect(checked.calls).toEqual({ token: 0, api: 0, refreshTokens: 0 })
  })

  it('the host does not answer in time', async () => {
    const { url } = await startRawServer(() => {})
    const checked = await check(at(`${url}/oauth/token`), '--timeout', '0.2')
    expectFailureAt('host', checked)
    expect(checked.text).toContain('did not answer in time')
    expect(checked.text).toContain('--timeout')
  })

  it('the host closes the connection', async () => {
    const { url } = await startRawServer((_, response) => response.socket?.destroy())
    const checked = await check(at(`${url}/oauth/token`))
    expectFailureAt('host', checked)
    expect(checked.text).toContain('broke (ECONNRESET)')
  })

  it.each([
    ['is not trusted', ['127.0.0.1'], undefined, 'Node does not trust the certificate'],
    ['is for another host', ['other.test'], undefined, 'the certificate is for another host'],
    ['has expired', ['127.0.0.1'], new Date(Date.now() - 1e6), 'is not valid today'],
  ])('the certificate %s', async (kind, names, until, words) => {
    const account = await startAccount()
    const authority = await createAuthority()
    // Node looks at the issuer first.
    const isTrusted = kind !== 'is not trusted'
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

  it('the host does not speak TLS', async () => {
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

  it('that does not listen: names the variable, and no password', async () => {
    watchSecret('pass-word-of-the-proxy')
    vi.stubEnv('HTTPS_PROXY', 'http://me:pass-word-of-the-proxy@127.0.0.1:1')
    const checked = await check(env)
    expectFailureAt('host', checked)
    expect(checked.text).toContain('nothing is listening at the proxy 127.0.0.1:1 (ECONNREFUSED)')
    expect(checked.text).toContain('Check HTTPS_PROXY')
  })

  it('that refuses: asks to check the user name and the password', async () => {
    const proxy = await startConnectProxy({}, 'me:pass-word-of-the-proxy')
    vi.stubEnv('HTTPS_PROXY', proxy.url)
    const checked = await check(env)
    expectFailureAt('host', checked)
    expect(checked.text).toContain('a proxy refused the request (407)')
    expect(checked.text).toContain('Check the user name and the password in HTTPS_PROXY')
    expect(proxy.requests).toEqual(['CONNECT a1bcd234.caspio.test:443'])
  })

  it('that does not allow the host: says that it is the proxy, and sends no token request', async () => {
    const { server, url } = await startRawServer()
    const connects: unknown[] = []
    server.on('connect', (request, socket) => {
      connects.push(request.url)
      socket.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 7\r\n\r\nblocked')
    })
    vi.stubEnv('HTTPS_PROXY', url)
    const checked = await check(env)
    expectFailureAt('host', checked)
    expect(checked.text).toContain(
      `the proxy ${new URL(url).host} does not allow https://a1bcd234.caspio.test (403)`,
    )
    expect(connects).toEqual(['a1bcd234.caspio.test:443'])
  })

  it('that cannot reach the host: shows the status', async () => {
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
      `the proxy ${new URL(proxy.url).host} cannot reach http://127.0.0.1:1 (502)`,
    )
  })

  it('that works: says that the host answers through it', async () => {
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
