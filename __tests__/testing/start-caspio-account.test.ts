import { connect, type Socket } from 'node:net'
import { networkInterfaces } from 'node:os'
import { inspect } from 'node:util'
import { describe, expect, it, vi } from 'vitest'
import { type CaspioAccountOptions, startCaspioAccount } from '../../src/testing/index.js'
import { rejectionOf } from '../support/account.js'
import { askToken, getToken, openAccount, openApi, refresh, type Token } from './client.js'

describe('startCaspioAccount', () => {
  it('gives every account a URL and credentials of its own', async () => {
    const one = await openAccount()
    const other = await openAccount()
    expect(one.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
    expect(one.credentials).toEqual({
      clientID: expect.stringMatching(/^[0-9a-f]{50}$/),
      clientSecret: expect.stringMatching(/^[0-9a-f]{50}$/),
      tokenEndpointURL: `${one.url}/oauth/token`,
    })
    expect(other.url).not.toBe(one.url)
    expect(other.credentials.clientID).not.toBe(one.credentials.clientID)
    expect(other.credentials.clientSecret).not.toBe(one.credentials.clientSecret)
    expect(one.tokenLife).toBe(86_399)
    expect(one.rateLimit).toBeUndefined()
  })

  it('takes the credentials that it is given', async () => {
    const account = await openAccount({ clientID: 'id', clientSecret: 'secret' })
    expect(account.credentials).toMatchObject({ clientID: 'id', clientSecret: 'secret' })
    expect((await askToken(account)).status).toBe(200)
  })

  const isIPv6Here = Object.values(networkInterfaces())
    .flat()
    .some((one) => one?.address === '::1')
  it.skipIf(!isIPv6Here)('listens on ::1, where the machine has it', async () => {
    const account = await openAccount({ host: '::1' })
    expect(account.url).toMatch(/^http:\/\/\[::1\]:\d+$/)
    expect((await askToken(account)).status).toBe(200)
  })

  it.each(['127.0.0.2', 'localhost'])('listens on %s', async (host) => {
    const account = await openAccount({ host })
    expect(account.url).toMatch(new RegExp(`^http://${host}:`))
    expect((await askToken(account)).status).toBe(200)
  })

  it.each(['0.0.0.0', '::', '192.168.0.1', '127.evil.example', 'example.com', '', 127, null])(
    'refuses to listen on %j',
    async (host) => {
      const error = await rejectionOf(startCaspioAccount({ host: host as string }))
      expect(error).toBeInstanceOf(TypeError)
      expect(error.message).toMatch(/loopback/)
    },
  )

  it.each([
    [{ port: 70_000 }, 'port'],
    [{ port: 1.5 }, 'port'],
    [{ tokenLife: -1 }, 'tokenLife'],
    [{ tokenLife: Number.POSITIVE_INFINITY }, 'tokenLife'],
    [{ maxRefreshTokens: 0.5 }, 'maxRefreshTokens'],
    [{ clientSecret: '' }, 'clientSecret'],
    [{ clientID: 5 }, 'clientID'],
    [{ clientId: 'x' }, 'clientId'],
    [{ tables: { A: [1] } }, 'tables.A'],
    [{ tables: { A: {} } }, 'tables.A'],
    [{ tables: { A: undefined } }, 'tables.A'],
  ])('refuses %o', async (options, name) => {
    const error = await rejectionOf(startCaspioAccount(options as unknown as CaspioAccountOptions))
    expect(error).toBeInstanceOf(TypeError)
    expect(error.message).toContain(name)
  })

  it('takes a port, and rejects when that is taken', async () => {
    const account = await openAccount()
    const port = Number(new URL(account.url).port)
    expect((await rejectionOf(startCaspioAccount({ port }))).code).toBe('EADDRINUSE')
    await account.close()
    const next = await openAccount({ port })
    expect(next.url).toBe(account.url)
  })
})

describe('close', () => {
  it('is prompt in spite of hung requests, latency and open connections', async () => {
    const account = await openAccount()
    const call = await openApi(account)
    account.api.fail({ hang: true })
    account.tokenEndpoint.latency = 60_000
    const { port, hostname } = new URL(account.url)
    const idle = await new Promise<Socket>((resolve) => {
      const socket = connect(Number(port), hostname, () => resolve(socket))
    })
    const idleClosed = new Promise((resolve) => idle.on('error', resolve).on('close', resolve))
    const hung = call('/tables').catch(() => 'broken')
    const slow = askToken(account).catch(() => 'broken')
    await vi.waitFor(() => {
      expect(account.log.api).toHaveLength(1)
      expect(account.liveAccessTokens).toBe(2)
    })
    const start = performance.now()
    await account.close()
    expect(performance.now() - start).toBeLessThan(500)
    expect(await Promise.all([hung, slow])).toEqual(['broken', 'broken'])
    await idleClosed
    expect(account.log.token.map((entry) => entry.status)).toEqual([200, 0])
    expect((await rejectionOf(fetch(account.url))).cause.code).toBe('ECONNREFUSED')
  })

  it('may be called again', async () => {
    const account = await openAccount()
    await Promise.all([account.close(), account.close()])
    await account.close()
    await account[Symbol.asyncDispose]()
  })

  it('comes with the end of an await using block', async () => {
    let url = ''
    {
      await using account = await startCaspioAccount()
      url = account.url
      expect((await fetch(url)).status).toBe(404)
    }
    expect((await rejectionOf(fetch(url))).cause.code).toBe('ECONNREFUSED')
  })
})

describe('malformed traffic', () => {
  it.each([
    ['no HTTP', 'hello\r\n\r\n', '400'],
    ['headers beyond measure', `GET / HTTP/1.1\r\nX: ${'x'.repeat(70_000)}\r\n\r\n`, '431'],
  ])('of %s gets %3$s with a request ID', async (_, text, status) => {
    const account = await openAccount()
    const { port, hostname } = new URL(account.url)
    const answer = await new Promise<string>((resolve) => {
      let received = ''
      const socket = connect(Number(port), hostname, () => socket.write(text))
      socket.on('data', (chunk) => {
        received += chunk
      })
      socket.on('error', () => resolve(received))
      socket.on('close', () => resolve(received))
    })
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `))
    expect(answer).toMatch(/X-Caspio-Request-ID: [0-9a-f-]{36}\r\n/)
    expect((await askToken(account)).status).toBe(200)
  })
})

describe('printing an account', () => {
  it('shows no secret, at any depth', async () => {
    const account = await openAccount()
    const first = await getToken(account)
    const second = (await (await refresh(account, first.refresh_token)).json()) as Token
    const secrets = [
      account.credentials.clientSecret,
      first.access_token,
      second.access_token,
      second.refresh_token,
    ]
    for (const text of [
      inspect(account, { depth: Number.POSITIVE_INFINITY, showHidden: true, getters: true }),
      inspect(account, { depth: Number.POSITIVE_INFINITY, showHidden: true, customInspect: false }),
      inspect([account.tokenEndpoint, account.api, account.log], { depth: 9, showHidden: true }),
      JSON.stringify(account),
      JSON.stringify({ ...account }),
      String(account),
    ]) {
      for (const secret of secrets) expect(text).not.toContain(secret)
    }
    expect(inspect(account)).toContain(account.url)
    expect(inspect(account)).toContain('liveAccessTokens: 2')
  })
})
