import { type AddressInfo, createServer } from 'node:net'
import type { TlsOptions } from 'node:tls'
import { inspect } from 'node:util'
import type { CreateAxiosDefaults } from 'axios'
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { outcomesOf, PHYSICIANS, rejectionOf, startAccount } from '../support/account.js'
import { ADAPTERS } from '../support/axios-features.js'
import { stopClocks } from '../support/clocks.js'
import { type ConnectProxy, startConnectProxy } from '../support/connect-proxy.js'
import { createAuthority, startTlsFront } from '../support/tls.js'
import {
  agent,
  attach,
  authority,
  dispatcher,
  HOST,
  PROXY_PASSWORD,
  proxyAgent,
  proxySetting,
  server,
  startBench,
  stubProxyEnv,
} from '../support/tls-connections.js'

afterEach(() => {
  vi.unstubAllEnvs()
})

describe('an invalid certificate fails with its reason, before the secret is sent', () => {
  interface Flaw {
    readonly server?: () => Promise<TlsOptions>
    readonly ca?: () => Promise<string>
    readonly code: string
    readonly reason: RegExp
  }

  const FLAWS: Record<string, Flaw> = {
    'from an untrusted private CA': {
      ca: async () => '',
      code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
      reason: /unable to verify the first certificate/,
    },
    'from another CA than the trusted one': {
      ca: async () => (await createAuthority()).ca,
      code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
      reason: /unable to verify the first certificate/,
    },
    'with an unknown CA in its chain': {
      server: async () => ({ ...server, cert: `${server.cert}\n${authority.ca}` }),
      ca: async () => '',
      code: 'SELF_SIGNED_CERT_IN_CHAIN',
      reason: /self.signed certificate in certificate chain/,
    },
    'for another host': {
      server: () => authority.issue(['elsewhere.test']),
      code: 'ERR_TLS_CERT_ALTNAME_INVALID',
      reason: /does not match certificate's altnames/,
    },
    expired: {
      server: () => authority.issue(['127.0.0.1'], new Date(Date.now() - 60_000)),
      code: 'CERT_HAS_EXPIRED',
      reason: /certificate has expired/,
    },
  }
  const CASES = Object.keys(FLAWS).flatMap((flaw) => ADAPTERS.map((adapter) => ({ flaw, adapter })))

  it.each(CASES)('$flaw ($adapter)', async ({ flaw, adapter }) => {
    const { server: served, ca: trusted, code, reason } = FLAWS[flaw] as Flaw
    const account = await startAccount()
    const front = await startTlsFront(account.url, served ? await served() : server)
    // An empty string would trust no CA. undefined trusts the well-known CAs.
    const ca = (trusted ? await trusted() : authority.ca) || undefined
    const defaults =
      adapter === 'http'
        ? { httpsAgent: agent({ ca }), proxy: false as const }
        : { adapter, fetchOptions: { dispatcher: await dispatcher({ ca }) } }
    const { api, events } = attach(account, front.url, defaults, { retries: 0 })
    const error = await rejectionOf(api.get(PHYSICIANS))
    expect(error.code).toBe('ERR_CASPIO_TOKEN_ENDPOINT')
    expect(error.message).toMatch(reason)
    expect(error.message).toContain(`${front.url}/oauth/token`)
    expect(error.cause.code).toBe(code)
    expect(events.map(({ type }) => type)).toEqual(['token-request', 'acquisition-failed'])
    expect(account.log.token).toEqual([])
  })
})

describe('a proxy that', () => {
  // The axios defaults that use a proxy with this password, for each kind of setting.
  const PROXY_SETTINGS: Record<
    string,
    (proxy: ConnectProxy, password: string) => CreateAxiosDefaults
  > = {
    'an HttpsProxyAgent': (proxy, password) => ({
      httpsAgent: proxyAgent(proxy, password),
      proxy: false,
    }),
    'the proxy option': (proxy, password) => ({
      proxy: proxySetting(proxy, password),
      httpsAgent: agent(),
    }),
    'the variable HTTPS_PROXY': (proxy, password) => {
      stubProxyEnv(proxy, '', password)
      return { httpsAgent: agent() }
    },
  }

  /** Checks everything except the caller's config, which contains what the caller put there. */
  function expectNoPassword(error: Error & { toJSON(): object }, password: string): void {
    const { config: _, ...json } = error.toJSON() as Record<string, unknown>
    const shown = [String(error), inspect(error), JSON.stringify(json), inspect(error.cause)].join()
    for (const form of [password, encodeURIComponent(password), btoa(`user:${password}`)]) {
      expect(shown).not.toContain(form)
    }
  }

  it.each(Object.keys(PROXY_SETTINGS))(
    'rejects the password is named in the error (%s)',
    async (setting) => {
      const account = await startAccount()
      const proxy = await startConnectProxy({}, `user:${PROXY_PASSWORD}`)
      const defaults = PROXY_SETTINGS[setting]?.(proxy, 'wrong-pass-word') as CreateAxiosDefaults
      const { api, events } = attach(account, `https://${HOST}`, defaults)
      const error = await rejectionOf(api.get(PHYSICIANS))
      expect([error.code, error.status]).toEqual(['ERR_CASPIO_TOKEN_ENDPOINT', 407])
      expect(error.message).toMatch(/proxy/)
      // The advice does not point to Caspio.
      expect(error.message).not.toMatch(/Check tokenEndpointURL|clientID|in the Caspio account/)
      expectNoPassword(error, 'wrong-pass-word')
      expectNoPassword(error, PROXY_PASSWORD)
      expect(JSON.stringify(events)).not.toContain('pass-word')
      // A retry would not help.
      expect(proxy.requests).toHaveLength(1)
    },
  )

  it.each(Object.keys(PROXY_SETTINGS))(
    'is down is named by its address in the error (%s)',
    async (setting) => {
      const account = await startAccount()
      const closed = createServer().listen(0, '127.0.0.1')
      await vi.waitUntil(() => closed.listening)
      const { port } = closed.address() as AddressInfo
      await new Promise((resolve) => closed.close(resolve))
      const proxy = { url: `http://127.0.0.1:${port}`, port } as ConnectProxy
      const defaults = PROXY_SETTINGS[setting]?.(proxy, PROXY_PASSWORD) as CreateAxiosDefaults
      const { api, events } = attach(account, `https://${HOST}`, defaults, { retries: 0 })
      const error = await rejectionOf(api.get(PHYSICIANS))
      expect([error.code, error.cause.code]).toEqual(['ERR_CASPIO_TOKEN_ENDPOINT', 'ECONNREFUSED'])
      expect(error.message).toContain(`connect ECONNREFUSED 127.0.0.1:${port}`)
      expectNoPassword(error, PROXY_PASSWORD)
      expect(JSON.stringify(events)).not.toContain('pass-word')
    },
  )

  it('never answers leads to an error after the timeout', async () => {
    const account = await startAccount()
    const silent = createServer().listen(0, '127.0.0.1')
    await vi.waitUntil(() => silent.listening)
    let closed = 0
    silent.on('connection', (socket) => {
      socket.resume().on('close', () => closed++)
      onTestFinished(() => {
        socket.destroy()
      })
    })
    onTestFinished(() => {
      silent.close()
    })
    const { port } = silent.address() as AddressInfo
    const proxy = { url: `http://127.0.0.1:${port}`, port } as ConnectProxy
    const { api } = attach(
      account,
      `https://${HOST}`,
      { httpsAgent: proxyAgent(proxy), proxy: false },
      { retries: 0, timeout: 100 },
    )
    const error = await rejectionOf(api.get(PHYSICIANS))
    expect([error.code, error.cause.code]).toEqual(['ERR_CASPIO_TOKEN_ENDPOINT', 'ETIMEDOUT'])
    expect(error.message).toMatch(/no answer within 100 ms/)
  })

  it('cannot reach Caspio leads to retries until it can', async () => {
    const account = await startAccount()
    const front = await startTlsFront(account.url, server)
    const hosts: Record<string, number> = { [HOST]: 1 }
    const proxy = await startConnectProxy(hosts, `user:${PROXY_PASSWORD}`)
    const { api } = attach(
      account,
      `https://${HOST}`,
      { httpsAgent: proxyAgent(proxy), proxy: false },
      {
        onEvent: ({ type }) => {
          if (type === 'token-request') hosts[HOST] = front.port
        },
      },
    )
    expect((await api.get(PHYSICIANS)).status).toBe(200)
    // The failed attempt, the token request, the records.
    expect(proxy.requests).toHaveLength(3)
    expect(account.log.token).toHaveLength(1)
  })

  it('rejects the password for a while does not cost the refresh token', async () => {
    stopClocks()
    const { account, api, proxy } = await startBench('an HttpsProxyAgent')
    await api.get(PHYSICIANS)
    ;(proxy as ConnectProxy).credentials = 'user:changed'
    vi.advanceTimersByTime(30 * 3_600_000)
    await rejectionOf(api.get(PHYSICIANS))
    ;(proxy as ConnectProxy).credentials = `user:${PROXY_PASSWORD}`
    vi.advanceTimersByTime(31_000)
    expect((await api.get(PHYSICIANS)).status).toBe(200)
    expect(account.log.token.map(({ grant }) => grant)).toEqual([
      'client_credentials',
      'refresh_token',
    ])
    expect(account.liveRefreshTokens).toBe(1)
  })

  it('rejects an API request leads to the same error as without the plugin', async () => {
    const { account, api, proxy } = await startBench('an HttpsProxyAgent')
    await api.get(PHYSICIANS)
    ;(proxy as ConnectProxy).credentials = 'user:changed'
    const [withPlugin, withoutPlugin] = await outcomesOf([
      api.get(PHYSICIANS),
      api.get(PHYSICIANS, { skipCaspioAuth: true }),
    ])
    for (const outcome of [withPlugin, withoutPlugin] as PromiseRejectedResult[]) {
      expect([outcome.reason.name, outcome.reason.response.status]).toEqual(['AxiosError', 407])
    }
    expect(account.log.token).toHaveLength(1)
  })
})
