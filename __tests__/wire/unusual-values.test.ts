import axios, { AxiosError, type InternalAxiosRequestConfig } from 'axios'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { CaspioAuthError, createFailure, isFailure } from '../../src/contract/errors.js'
import { resolveOptions } from '../../src/contract/options.js'
import { attachCaspioAuth, createCaspioAuth } from '../../src/index.js'
import { withoutSharing } from '../../src/store/without-sharing.js'
import { createIssuer } from '../../src/token/issuer.js'
import { TokenSource } from '../../src/token/source.js'
import { PHYSICIANS, rejectionOf, startAccount, startBench, times } from '../support/account.js'
import { CAN } from '../support/axios-features.js'
import { issueRequest } from '../support/issue-request.js'
import { MemoryStore } from '../support/memory-store.js'
import { startRawServer } from '../support/raw-server.js'
import { watchUnhandled } from '../support/unhandled.js'

describe('a replaced global Promise', () => {
  function replacePromise(): void {
    const original = globalThis.Promise
    globalThis.Promise = class extends original<unknown> {} as PromiseConstructor
    const { unhandled, end } = watchUnhandled()
    onTestFinished(() => {
      globalThis.Promise = original
      end()
      expect(unhandled).toEqual([])
    })
  }

  it('sends no cold request without a token', async () => {
    const { account, api } = await startBench()
    replacePromise()
    await times(5, () => api.get(PHYSICIANS))
    account.revoke()
    await times(5, () => api.get(PHYSICIANS))
    expect(account.log.token).toHaveLength(2)
    expect(account.log.api.map(({ status }) => status)).toEqual([
      ...Array(5).fill(200),
      ...Array(5).fill(401),
      ...Array(5).fill(200),
    ])
  })

  it('leaves no rejection unhandled if the client is refused', async () => {
    const { account, api } = await startBench()
    account.rotateSecret()
    replacePromise()
    for (let i = 0; i < 3; i++) {
      expect((await rejectionOf(api.get(PHYSICIANS))).code).toBe('ERR_CASPIO_CREDENTIALS')
    }
  })
})

describe('a token', () => {
  async function startEndpoint(answer: () => object) {
    const server = await startRawServer((_, response) => response.end(JSON.stringify(answer())))
    return {
      clientID: 'id',
      clientSecret: 'a-client-secret',
      tokenEndpointURL: `${server.url}/oauth/token`,
    }
  }

  it('that no header can carry is refused, and the next token request may bring another', async () => {
    let length = 100_000
    const credentials = await startEndpoint(() => ({
      access_token: 'x'.repeat(length),
      token_type: 'bearer',
      expires_in: 60,
    }))
    const auth = createCaspioAuth(credentials)
    const error = await rejectionOf(auth.getAccessToken())
    expect(error.code).toBe('ERR_CASPIO_TOKEN_RESPONSE')
    expect(error.message).toContain('access_token is longer than 8192 characters')
    length = 8_192
    expect((await auth.getAccessToken({ renew: true })).access_token).toHaveLength(8_192)
  })

  it('is renewed although its refresh token holds half of a surrogate pair', async () => {
    let issued = 0
    const credentials = await startEndpoint(() => ({
      access_token: `token-${++issued}`,
      token_type: 'bearer',
      expires_in: 60,
      refresh_token: 'half \ud83d of a pair',
    }))
    const grants: string[] = []
    const auth = createCaspioAuth(credentials, {
      onEvent: (event) => event.type === 'token-request' && grants.push(event.grant),
    })
    await auth.getAccessToken()
    expect(await auth.getAccessToken({ renew: true })).toMatchObject({ access_token: 'token-2' })
    expect(grants).toEqual(['client_credentials', 'refresh_token'])
  })

  it('is requested as often as `retries` says: the delays stop growing at 10 s', async () => {
    vi.useFakeTimers()
    onTestFinished(() => {
      vi.useRealTimers()
    })
    let attempts = 0
    const issue = createIssuer(async () => {
      attempts++
      throw createFailure('ERR_CASPIO_TOKEN_ENDPOINT', 'it is down')
    }, 9)
    const failure = rejectionOf(issue(issueRequest()))
    await vi.advanceTimersByTimeAsync(90_000)
    expect((await failure).message).toBe('it is down')
    expect(attempts).toBe(10)
  })

  it('whose issuer throws something else ends in a CaspioAuthError with a cause', async () => {
    const tokens = withoutSharing(async () => {
      throw new TypeError('read it elsewhere')
    })
    const source = new TokenSource(tokens, resolveOptions(), undefined)
    const failure = await rejectionOf(Promise.resolve(source.acquire(axios)))
    expect(isFailure(failure)).toBe(true)
    expect(new CaspioAuthError(failure).cause?.message).toBe('read it elsewhere')
  })

  it('that a store answers with, and that throws when it is read, is replaced', async () => {
    const store = new MemoryStore()
    store.get = async () => new Proxy({}, { getOwnPropertyDescriptor: () => fail() }) as never
    const fail = (): never => {
      throw new TypeError('read it elsewhere')
    }
    const account = await startAccount()
    const auth = createCaspioAuth(account.credentials, { tokenStore: store })
    expect((await auth.getAccessToken()).token_type).toBe('bearer')
    await vi.waitUntil(() => store.token !== undefined)
    expect(account.log.token).toHaveLength(1)
  })
})

it('a lock gets whole milliseconds, whatever the timeout is', async () => {
  const ttls: number[] = []
  const lock = async (_: string, ttl: number) => {
    ttls.push(ttl)
    return () => {}
  }
  const account = await startAccount()
  const tokenStore = Object.assign(new MemoryStore(), { lock })
  await createCaspioAuth(account.credentials, { tokenStore, timeout: 10_000 / 3 }).getAccessToken()
  expect(ttls).toEqual([8_334])
})

describe('a config', () => {
  it('that is sent again and again does not grow', async () => {
    const { api } = await startBench()
    let { config } = await api.get(PHYSICIANS)
    const keys = config.redact?.length
    for (let i = 0; i < 20; i++) config = (await api.request(config)).config
    expect(config.redact).toHaveLength(keys as number)
    config.redact?.push('mine')
  })

  it('of a request to another party has the prototype that it has without the plugin', async () => {
    const account = await startAccount()
    const prototypeIn = async (isAttached: boolean) => {
      let prototype: unknown
      const adapter = async (config: InternalAxiosRequestConfig) => {
        prototype = Object.getPrototypeOf(config)
        return { data: '', status: 200, statusText: '', headers: {}, config }
      }
      const api = axios.create({ adapter })
      if (isAttached) attachCaspioAuth(api, account.credentials)
      api.interceptors.request.use((config) => ({ ...config }) as InternalAxiosRequestConfig)
      await api.get('https://api.example.com/charges')
      return prototype
    }
    expect(await prototypeIn(true)).toBe(await prototypeIn(false))
  })
})

// toJSON() of a frozen error cannot be replaced, and then shows the token on an old axios.
it.runIf(CAN.redact)('a frozen error of an adapter goes to its caller as it is', async () => {
  const { account } = await startBench()
  let thrown: unknown
  const api = axios.create({
    baseURL: `${account.url}/rest/v2`,
    adapter: async (config) => {
      if (config.url?.endsWith('/oauth/token')) return axios.getAdapter('http')(config)
      const response = { data: '', status: 401, statusText: '', headers: {}, config }
      thrown = Object.freeze(new AxiosError('rejected', 'ERR_BAD_REQUEST', config, {}, response))
      throw thrown
    },
  })
  attachCaspioAuth(api, account.credentials)
  const stream = new ReadableStream()
  expect(await rejectionOf(api.post('/files', stream))).toBe(thrown)
})
