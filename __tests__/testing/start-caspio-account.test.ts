import { execFile } from 'node:child_process'
import { connect } from 'node:net'
import { networkInterfaces } from 'node:os'
import { inspect, promisify } from 'node:util'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { type CaspioAccountOptions, startCaspioAccount } from '../../src/testing/index.js'
import { rejectionOf } from '../support/outcomes.js'
import { runningTimeOf } from '../support/running-time.js'
import {
  askToken,
  connectTo,
  getToken,
  openAccount,
  openApi,
  refresh,
  type Token,
} from './client.js'

describe('startCaspioAccount', () => {
  it('gives each account a different URL and different credentials', async () => {
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

  it('uses the credentials from the options', async () => {
    const account = await openAccount({ clientID: 'id', clientSecret: 'secret' })
    expect(account.credentials).toMatchObject({ clientID: 'id', clientSecret: 'secret' })
    expect((await askToken(account)).status).toBe(200)
  })

  const isIPv6Here = Object.values(networkInterfaces())
    .flat()
    .some((network) => network?.address === '::1')
  it.skipIf(!isIPv6Here)('listens on ::1 if the machine has IPv6', async () => {
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
      expect(error.message).toBe(
        'axios-caspio-auth/testing: host must be a loopback address: 127.x.x.x, ::1 or localhost',
      )
    },
  )

  it.each([
    [{ port: 70_000 }, 'port must be an integer from 0 to 65535'],
    [{ port: 1.5 }, 'port must be an integer from 0 to 65535'],
    [{ tokenLife: -1 }, 'tokenLife must be a number of seconds, 0 or more'],
    [{ tokenLife: Number.POSITIVE_INFINITY }, 'tokenLife must be a number of seconds, 0 or more'],
    [{ maxRefreshTokens: 0.5 }, 'maxRefreshTokens must be an integer, 0 or more'],
    [{ clientSecret: '' }, 'clientSecret is empty'],
    [{ clientID: 5 }, 'clientID must be a string'],
    [
      { clientId: 'x' },
      'there is no option clientId. The options are clientID, clientSecret, host, port, tokenLife, maxRefreshTokens, tables, views, files, profiles.',
    ],
    [{ tables: null }, 'tables must be an object of tables'],
    [
      { tables: { A: [1] } },
      'tables.A must be an array of plain objects, or an object with such an array in rows',
    ],
    [
      { tables: { A: undefined } },
      'tables.A must be an array of plain objects, or an object with such an array in rows',
    ],
  ])('rejects %o', async (options, message) => {
    const error = await rejectionOf(startCaspioAccount(options as unknown as CaspioAccountOptions))
    expect(error).toBeInstanceOf(TypeError)
    expect(error.message).toBe(`axios-caspio-auth/testing: ${message}`)
  })

  it('listens on the port from the options, and rejects if the port is in use', async () => {
    const account = await openAccount()
    const port = Number(new URL(account.url).port)
    expect((await rejectionOf(startCaspioAccount({ port }))).code).toBe('EADDRINUSE')
    await account.close()
    const next = await openAccount({ port })
    expect(next.url).toBe(account.url)
  })
})

describe('close', () => {
  it('does not wait for hung requests, latency or open connections', async () => {
    const account = await openAccount()
    const call = await openApi(account)
    account.api.fail({ hang: true })
    account.tokenEndpoint.latency = 60_000
    const idle = await connectTo(account)
    const idleClosed = new Promise((resolve) => idle.on('error', resolve).on('close', resolve))
    const hung = call('/tables').catch(() => 'broken')
    const slow = askToken(account).catch(() => 'broken')
    await vi.waitFor(() => {
      expect(account.log.api).toHaveLength(1)
      expect(account.liveAccessTokens).toBe(2)
    })
    expect(await runningTimeOf(account.close())).toBeLessThan(500)
    expect(await Promise.all([hung, slow])).toEqual(['broken', 'broken'])
    await idleClosed
    expect(account.log.token.map((entry) => entry.status)).toEqual([200, 0])
    expect((await rejectionOf(fetch(account.url))).cause.code).toBe('ECONNREFUSED')
  })

  it('does not wait for a client that sent no HTTP and keeps its side open', async () => {
    const account = await openAccount()
    const { port, hostname } = new URL(account.url)
    const socket = connect({ port: Number(port), host: hostname, allowHalfOpen: true })
    onTestFinished(() => {
      socket.destroy()
    })
    const answered = new Promise((resolve) => socket.once('data', resolve))
    socket.on('error', () => {})
    socket.write('hello\r\n\r\n')
    await answered
    expect(await runningTimeOf(account.close())).toBeLessThan(500)
  })

  it('leaves nothing that keeps the process alive', async () => {
    const program = `
      import { startCaspioAccount } from './src/testing/index.js'
      import { setImmediate } from 'node:timers/promises'
      const account = await startCaspioAccount()
      account.api.fail({ hang: true })
      account.tokenEndpoint.latency = 60_000
      const { clientID, clientSecret, tokenEndpointURL } = account.credentials
      const body = new URLSearchParams({
        grant_type: 'client_credentials', client_id: clientID, client_secret: clientSecret,
      })
      const outcome = (answer) => answer.then(() => 'answered', () => 'rejected')
      const outcomes = Promise.all([
        outcome(fetch(account.url)),
        outcome(fetch(tokenEndpointURL, { method: 'POST', body })),
      ])
      while (account.log.api.length === 0 || account.liveAccessTokens === 0) await setImmediate()
      await account.close()
      console.log((await outcomes).join(' '))`
    const args = ['--import', 'tsx', '--input-type=module', '-e', program]
    const end = await promisify(execFile)(process.execPath, args, { timeout: 20_000 })
    expect(end).toEqual({ stdout: 'rejected rejected\n', stderr: '' })
  }, 30_000)

  it('can be called again', async () => {
    const account = await openAccount()
    await Promise.all([account.close(), account.close()])
    await account.close()
    await account[Symbol.asyncDispose]()
  })

  it('is called at the end of an await using block', async () => {
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
    ['not HTTP', 'hello\r\n\r\n', '400'],
    ['headers over 64 KB', `GET / HTTP/1.1\r\nX: ${'x'.repeat(70_000)}\r\n\r\n`, '431'],
  ])('(%s) gets %3$s with a request ID', async (_, text, status) => {
    const account = await openAccount()
    const socket = await connectTo(account)
    const answer = await new Promise<string>((resolve) => {
      let received = ''
      socket.on('data', (chunk) => {
        received += chunk
      })
      socket.on('error', () => resolve(received))
      socket.on('close', () => resolve(received))
      socket.write(text)
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
