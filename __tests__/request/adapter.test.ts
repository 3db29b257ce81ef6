import { Agent } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import { Readable } from 'node:stream'
import axios, {
  AxiosError,
  AxiosHeaders,
  type AxiosStatic,
  type InternalAxiosRequestConfig,
} from 'axios'
import lowest from 'axios-1-6'
import axiosRetry from 'axios-retry'
import { describe, expect, it, vi } from 'vitest'
import { attachCaspioAuth } from '../../src/index.js'
import { PHYSICIANS, rejectionOf, startAccount, startBench, times } from '../support/account.js'
import { CAN } from '../support/axios-features.js'
import { startHeldBench } from '../support/held-bench.js'
import { startRawServer } from '../support/raw-server.js'

describe('an attached instance', () => {
  it('runs interceptors and transforms once per call, even if the request is resent and one returns r.data', async () => {
    const { account, api: plain } = await startBench()
    const counts: Record<string, number> = {}
    const count = <T>(name: string, value: T): T => {
      counts[name] = (counts[name] ?? 0) + 1
      return value
    }
    const api = axios.create({
      baseURL: plain.defaults.baseURL as string,
      transformRequest: [(data) => count('transformRequest', JSON.stringify(data))],
      transformResponse: [(data) => count('transformResponse', JSON.parse(data))],
    })
    api.interceptors.request.use((config) => count('request before', config))
    api.interceptors.response.use(
      (response) => count('response before', response),
      (error) => Promise.reject(count('error before', error)),
    )
    attachCaspioAuth(api, account.credentials)
    api.interceptors.request.use((config) => count('request after', config))
    api.interceptors.response.use((response) => count('response after', response.data))

    await api.get(PHYSICIANS)
    account.revoke()
    for (const name of Object.keys(counts)) delete counts[name]
    const data: unknown = await api.get(PHYSICIANS)
    expect(data).toHaveProperty('Result')
    expect(account.log.api.map(({ status }) => status)).toEqual([200, 401, 200])
    expect(counts).toEqual({
      transformRequest: 1,
      transformResponse: 1,
      'request before': 1,
      'request after': 1,
      'response before': 1,
      'response after': 1,
    })
  })

  it.each([
    ['accepts every status', () => true],
    ['is null', null],
  ])('resends a rejected request if validateStatus %s', async (_, validateStatus) => {
    const { account, api } = await startBench({ axios: { validateStatus } })
    await api.get(PHYSICIANS)
    account.revoke()
    expect((await api.get(PHYSICIANS)).status).toBe(200)
    account.api.fail({ status: 401 })
    expect((await api.get(PHYSICIANS)).status).toBe(401)
  })

  it('keeps the user’s synchronous interceptor synchronous', async () => {
    const { api } = await startBench()
    const order: string[] = []
    api.interceptors.request.use(
      (config) => {
        order.push('interceptor')
        return config
      },
      undefined,
      { synchronous: true },
    )
    const pending = api.get(PHYSICIANS)
    order.push('after the call')
    await pending
    expect(order).toEqual(['interceptor', 'after the call'])
  })

  it.runIf(CAN.reorderInterceptors)(
    'works with legacyInterceptorReqResOrdering: false',
    async () => {
      const { account, api } = await startBench({
        axios: { transitional: { legacyInterceptorReqResOrdering: false } },
      })
      await api.get(PHYSICIANS)
      account.revoke()
      expect((await api.get(PHYSICIANS)).status).toBe(200)
    },
  )

  it('leaves the original adapter on the config, and no flag of axios-auth-refresh', async () => {
    const { account, api } = await startBench()
    const before = api.defaults.adapter
    const { config } = await api.get(PHYSICIANS)
    expect(config.adapter).toEqual(before)
    account.revoke()
    const recovered = (await api.get(PHYSICIANS)).config
    expect(recovered.adapter).toEqual(before)
    expect(recovered.url).toBe(PHYSICIANS)
    expect(Object.keys(recovered).filter((key) => /retry|refresh/i.test(key))).toEqual([])
  })

  it('uses the adapter of the request, and wraps it once however often the request is sent', async () => {
    const { api, account } = await startBench()
    const sent: unknown[] = []
    const adapter = async (config: InternalAxiosRequestConfig) => {
      sent.push(config.headers.get('Authorization'))
      return { data: '{}', status: 200, statusText: '', headers: {}, config }
    }
    const { config } = await api.get(PHYSICIANS, { adapter })
    expect(config.adapter).toBe(adapter)
    await api.request(config)
    expect(sent).toEqual([expect.stringMatching(/^Bearer ./), sent[0]])
    expect(account.log.token).toHaveLength(1)
  })
})

describe('waiting for the token', () => {
  it('ends only for the caller who aborts', async () => {
    const { account, api, hold, release, tokenRequests } = await startHeldBench()
    hold()
    const controller = new AbortController()
    const aborted = rejectionOf(api.get(PHYSICIANS, { signal: controller.signal }))
    const others = times(5, () => api.get(PHYSICIANS))
    await tokenRequests(1)
    controller.abort()
    const error = await aborted
    expect(axios.isCancel(error)).toBe(true)
    expect(error.code).toBe('ERR_CANCELED')
    expect(error.config.url).toBe(PHYSICIANS)
    release()
    expect((await others).every(({ status }) => status === 200)).toBe(true)
    expect(account.log.token).toHaveLength(1)
    expect(account.log.api).toHaveLength(5)
  })

  it('continues for the others if the first caller aborts', async () => {
    const { account, api, hold, release, tokenRequests } = await startHeldBench()
    hold()
    const controller = new AbortController()
    const aborted = rejectionOf(api.get(PHYSICIANS, { signal: controller.signal }))
    await tokenRequests(1)
    const other = api.get(PHYSICIANS)
    controller.abort()
    expect(axios.isCancel(await aborted)).toBe(true)
    release()
    expect((await other).status).toBe(200)
    expect(account.log.token).toHaveLength(1)
  })

  it('ends with the reason of the caller’s cancelToken', async () => {
    const { account, api, hold, release, tokenRequests } = await startHeldBench()
    hold()
    const source = axios.CancelToken.source()
    const cancelled = rejectionOf(api.get(PHYSICIANS, { cancelToken: source.token }))
    const other = api.get(PHYSICIANS)
    await tokenRequests(1)
    source.cancel('enough')
    const error = await cancelled
    expect(axios.isCancel(error)).toBe(true)
    expect(error.message).toBe('enough')
    release()
    expect((await other).status).toBe(200)
    expect(account.log.token).toHaveLength(1)
  })

  it('ends at the request’s timeout, with the message and the code of axios', async () => {
    const { account, api, hold, release } = await startHeldBench()
    hold()
    const error = await rejectionOf(api.get(PHYSICIANS, { timeout: 50 }))
    expect(error).toBeInstanceOf(AxiosError)
    expect(error.code).toBe('ECONNABORTED')
    expect(error.message).toMatch(/^timeout of 50ms exceeded/)
    expect(error.config.url).toBe(PHYSICIANS)

    const clarified = await rejectionOf(
      api.get(PHYSICIANS, {
        timeout: 50,
        timeoutErrorMessage: 'too slow',
        transitional: { clarifyTimeoutError: true },
      }),
    )
    expect(clarified.code).toBe('ETIMEDOUT')
    expect(clarified.message).toBe('too slow')
    release()
    expect((await api.get(PHYSICIANS)).status).toBe(200)
    expect(account.log.token).toHaveLength(1)
  })

  it('leaves no listener on the caller’s signal', async () => {
    const { api, account } = await startBench()
    const controller = new AbortController()
    const add = vi.spyOn(controller.signal, 'addEventListener')
    const remove = vi.spyOn(controller.signal, 'removeEventListener')
    account.tokenEndpoint.latency = 20
    await api.get(PHYSICIANS, { signal: controller.signal })
    expect(add.mock.calls.length).toBeGreaterThan(0)
    expect(remove.mock.calls.length).toBe(add.mock.calls.length)
  })
})

it('waiting for the token leaves no subscriber on the caller’s cancelToken', async () => {
  const { api, account } = await startBench()
  const { token } = axios.CancelToken.source()
  const subscribe = vi.spyOn(token, 'subscribe')
  const unsubscribe = vi.spyOn(token, 'unsubscribe')
  account.tokenEndpoint.latency = 20
  await api.get(PHYSICIANS, { cancelToken: token })
  expect(subscribe.mock.calls.length).toBe(2)
  expect(unsubscribe.mock.calls.map(([listener]) => listener)).toEqual(
    subscribe.mock.calls.map(([listener]) => listener),
  )
})

describe('a request for another party', () => {
  it('is neither delayed nor failed by a token request', async () => {
    const { account, api, hold, release } = await startHeldBench({ retries: 0 })
    const otherParty = await startRawServer()
    hold()
    const waiting = api.get(PHYSICIANS)
    await api.get(`${otherParty.url}/charges`)
    release()
    await waiting

    account.revoke()
    account.tokenEndpoint.fail()
    await rejectionOf(api.get(PHYSICIANS))
    expect((await api.get(`${otherParty.url}/charges`)).status).toBe(200)
    expect(otherParty.received.every(({ headers }) => headers.authorization === undefined)).toBe(
      true,
    )
  })

  it('is not resent if the answer is 401', async () => {
    const { account, api } = await startBench()
    const otherParty = await startRawServer((_, response) => {
      response.statusCode = 401
      response.end()
    })
    await api.get(PHYSICIANS)
    const error = await rejectionOf(
      api.get(otherParty.url, { headers: { Authorization: 'Bearer theirs' } }),
    )
    expect(error.response.status).toBe(401)
    expect(otherParty.received).toHaveLength(1)
    expect(otherParty.received[0]?.headers.authorization).toBe('Bearer theirs')
    expect(account.log.token).toHaveLength(1)
  })
})

it.each(['Caspio', 'another party'])(
  'an error from %s hides the agents in its JSON, because they lead to token requests',
  async (server) => {
    const agents = { httpAgent: new Agent(), httpsAgent: new HttpsAgent() }
    const { api } = await startBench({ axios: agents })
    const { url } = await startRawServer((_, response) => response.writeHead(500).end())
    const error = await rejectionOf(api.get(server === 'Caspio' ? '/nowhere' : url))
    const { httpAgent, httpsAgent } = error.toJSON().config
    expect([httpAgent, httpsAgent]).toEqual(['[REDACTED ****]', '[REDACTED ****]'])
  },
)

it.each([[['authorization']], [['data']], [['httpsAgent', 'data']], ['data'], [true]])(
  'with redact: %j the JSON of an error hides the token, the agents and a stream as well',
  async (redact) => {
    const { api } = await startBench({ axios: { httpAgent: new Agent() } })
    const body = Readable.from(['x'])
    const error = await rejectionOf(api.post('/nowhere', body, { redact: redact as string[] }))
    expect(error.toJSON().config).toMatchObject({
      httpAgent: '[REDACTED ****]',
      data: '[REDACTED ****]',
      headers: { Authorization: '[REDACTED ****]' },
    })
  },
)

it('a config that was first sent to another party redacts the token when it is sent to Caspio', async () => {
  const { api } = await startBench()
  const otherParty = await startRawServer()
  const { config } = await api.get(otherParty.url)
  expect(config.redact).not.toContain('authorization')
  expect((await api.request({ ...config, url: PHYSICIANS })).config.redact).toContain(
    'authorization',
  )
})

describe('beside axios-retry', () => {
  it.each(['before', 'after'])(
    'attached %s it, the plugin does not repeat a failed token request',
    async (order) => {
      const { account } = await startBench()
      const api = axios.create({ baseURL: `${account.url}/rest/v2` })
      if (order === 'before') axiosRetry(api, { retries: 3, retryDelay: () => 1 })
      attachCaspioAuth(api, account.credentials, { retries: 0 })
      if (order === 'after') axiosRetry(api, { retries: 3, retryDelay: () => 1 })
      account.tokenEndpoint.fail({ reset: true })
      const error = await rejectionOf(api.get(PHYSICIANS))
      expect(error.code).toBe('ERR_CASPIO_TOKEN_ENDPOINT')
      expect(account.log.token.filter(({ status }) => status === 0)).toHaveLength(1)
      expect(account.log.api).toHaveLength(0)
    },
  )

  it('sends each retry of a 503 once, with the token', async () => {
    const { account, api } = await startBench()
    axiosRetry(api, { retries: 3, retryDelay: () => 1 })
    account.api.fail({ times: 2 })
    expect((await api.get(PHYSICIANS)).status).toBe(200)
    expect(account.log.api.map(({ status }) => status)).toEqual([503, 503, 200])
    expect(
      account.log.api.every(({ headers }) => headers.authorization?.startsWith('Bearer ')),
    ).toBe(true)
    expect(account.log.token).toHaveLength(1)
  })
})

it('replaces the Authorization header of the caller, whatever its case', async () => {
  const { api } = await startBench()
  const { config } = await api.get(PHYSICIANS, { headers: { AUTHORIZATION: 'Bearer stale' } })
  const headers = AxiosHeaders.from(config.headers)
  expect(String(headers.get('authorization'))).toMatch(/^Bearer [\w-]+$/)
  expect(headers.get('authorization')).not.toContain('stale')
})

describe('headers of the caller', () => {
  it('do not keep the plugin out if another header is false', async () => {
    const { account, api } = await startBench()
    const headers = { 'Cache-Control': false, 'If-None-Match': false }
    expect((await api.get(PHYSICIANS, { headers })).status).toBe(200)
    expect(account.log.api[0]?.headers['cache-control']).toBeUndefined()
  })

  it('do not include those of Object.prototype, which would keep the plugin out', async () => {
    const sent: unknown[] = []
    const api = axios.create({
      baseURL: 'https://a1bcd234.caspio.com',
      // Node's HTTP client fails if Object.prototype is polluted.
      adapter: async (config) => {
        sent.push(config.headers.Authorization)
        return { status: 200, statusText: '', headers: {}, config, data: '' }
      },
    })
    attachCaspioAuth(api, async () => ({ access_token: 'a-token', token_type: 'bearer' }))
    const polluted = { value: false, enumerable: true, configurable: true, writable: true }
    Object.defineProperty(Object.prototype, 'authorization', polluted)
    try {
      await api.get(PHYSICIANS)
    } finally {
      Reflect.deleteProperty(Object.prototype, 'authorization')
    }
    expect(sent).toEqual(['Bearer a-token'])
  })
})

// axios 1.21 copies every config before the adapter gets it.
describe.each([
  ['as installed', axios],
  ['1.6', lowest as unknown as AxiosStatic],
])('a config that an interceptor made (axios %s)', (_, { create }) => {
  async function startAttached() {
    const account = await startAccount()
    const api = create({ baseURL: `${account.url}/rest/v2` })
    attachCaspioAuth(api, account.credentials)
    return api
  }

  it('inherits nothing from Object.prototype', async () => {
    const api = await startAttached()
    await api.get(PHYSICIANS)
    api.interceptors.request.use((config) => ({ ...config }))
    const evil = { host: '127.0.0.1', port: 1 }
    Object.defineProperty(Object.prototype, 'proxy', {
      value: evil,
      configurable: true,
      writable: true,
    })
    try {
      expect((await api.get(PHYSICIANS)).config.proxy).toBeUndefined()
    } finally {
      Reflect.deleteProperty(Object.prototype, 'proxy')
    }
  })

  it('keeps its class', async () => {
    class Labelled {
      label() {
        return 'mine'
      }
    }
    const api = await startAttached()
    api.interceptors.request.use((config) => Object.assign(new Labelled(), config))
    const { config } = await api.get(PHYSICIANS)
    expect((config as unknown as Labelled).label()).toBe('mine')
  })

  it.each([
    ['frozen', Object.freeze],
    ['sealed', Object.seal],
    ['not extensible', Object.preventExtensions],
  ])('may be %s', async (_, close) => {
    class Labelled {
      label() {
        return 'mine'
      }
    }
    const api = await startAttached()
    const { url } = await startRawServer()
    api.interceptors.request.use((config) => close(Object.assign(new Labelled(), config)))
    for (const target of [PHYSICIANS, url]) {
      const { config, status } = await api.get(target)
      expect([status, (config as unknown as Labelled).label()]).toEqual([200, 'mine'])
    }
  })
})

it('an instance without an adapter uses the default adapter', async () => {
  const account = await startAccount()
  const api = axios.create({ baseURL: `${account.url}/rest/v2` })
  attachCaspioAuth(api, account.credentials)
  delete api.defaults.adapter
  expect((await api.get(PHYSICIANS)).status).toBe(200)
})
