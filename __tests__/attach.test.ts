import axios, { type AxiosInstance, type AxiosStatic } from 'axios'
import axios021 from 'axios-0-21'
import axios027 from 'axios-0-27'
import lowest from 'axios-1-6'
import { describe, expect, it, vi } from 'vitest'
import {
  attachCaspioAuth,
  type CaspioAuth,
  type CaspioAuthOptions,
  createCaspioAuth,
} from '../src/index.js'
import { PHYSICIANS, startAccount } from './support/account.js'
import { expectConfigError, withPollutedPrototype } from './support/entry-points.js'
import { startRawServer } from './support/raw-server.js'

const CLIENT = {
  clientID: 'b5a1e9c2',
  clientSecret: 'S3cr/t+of "Örsted"',
  tokenEndpointURL: 'https://a1bcd234.caspio.com/oauth/token',
}

const AXIOS: [string, AxiosStatic][] = [
  ['as installed', axios],
  ['1.6', lowest as unknown as AxiosStatic],
]

/** The request interceptors of an instance as axios stores them, including empty slots. */
function handlersOf(instance: object): { handlers: unknown[] | null } {
  return (instance as { interceptors: { request: { handlers: unknown[] | null } } }).interceptors
    .request
}

/** A broker that hands out this token. */
function brokerOf(token: string) {
  return vi.fn(async () => ({ access_token: token, token_type: 'bearer' }))
}

describe.each(AXIOS)('detach (axios %s)', (_, { create }) => {
  it('leaves nothing in the list of interceptors, however often it is called', () => {
    const api = create()
    for (let i = 0; i < 3; i++) attachCaspioAuth(api, CLIENT).detach()
    expect(handlersOf(api).handlers).toEqual([])
  })

  it('keeps an interceptor that was registered later, after a second attachment too', () => {
    const api = create()
    attachCaspioAuth(api, CLIENT).detach()
    const auth = attachCaspioAuth(api, CLIENT)
    const laterInterceptor = vi.fn()
    api.interceptors.request.use(laterInterceptor)
    auth.detach()
    expect(handlersOf(api).handlers?.at(-1)).toMatchObject({ fulfilled: laterInterceptor })
  })

  it('removes its interceptor from among others', () => {
    const api = create()
    const [earlier, later] = [vi.fn(), vi.fn()]
    api.interceptors.request.use(earlier)
    const auth = attachCaspioAuth(api, CLIENT)
    api.interceptors.request.use(later)
    auth.detach()
    const left = (handlersOf(api).handlers as ({ fulfilled: unknown } | null)[]).filter(Boolean)
    expect(left).toMatchObject([{ fulfilled: earlier }, { fulfilled: later }])
  })

  it('keeps the interceptor that took its place after interceptors.clear()', () => {
    const api = create()
    const auth = attachCaspioAuth(api, CLIENT)
    api.interceptors.request.clear()
    const laterInterceptor = vi.fn()
    api.interceptors.request.use(laterInterceptor)
    auth.detach()
    expect(handlersOf(api).handlers).toMatchObject([{ fulfilled: laterInterceptor }])
  })

  it('leaves the order of the interceptors as it is, if an instance is attached again', async () => {
    const server = await startRawServer()
    const api = create({ baseURL: server.url, proxy: false, adapter: 'http' })
    const { adapter } = api.defaults
    const attach = (token: string, origin = server.url) =>
      attachCaspioAuth(api, brokerOf(token), { origins: [origin] })
    attach('first')
    // It runs before the plugin's, as docs/other-plugins.md advises.
    api.interceptors.request.use((config) => Object.assign(config, { adapter }))
    attach('second')
    attach('of another account', 'https://a1bcd234.caspio.com')
    await api.get('/')
    expect(server.received[0]?.headers.authorization).toBe('Bearer second')
  })

  it('does nothing if the list of interceptors was removed', () => {
    const api = create()
    const auth = attachCaspioAuth(api, CLIENT)
    handlersOf(api).handlers = null
    auth.detach()
    expect(handlersOf(api).handlers).toBeNull()
  })
})

it('an attached instance sends as soon as without the plugin, if it has a token', async () => {
  const adapter = vi.fn(async (config) => ({ status: 200, config, headers: {} }) as never)
  const api = axios.create({ baseURL: 'https://a1bcd234.caspio.com', adapter })
  const stepsUntilSent = async () => {
    adapter.mockClear()
    const answer = api.get('/')
    let steps = 0
    while (adapter.mock.calls.length === 0) {
      await undefined
      steps++
    }
    await answer
    return steps
  }
  const without = await stepsUntilSent()
  attachCaspioAuth(api, brokerOf('a-token'))
  await api.get('/')
  expect(await stepsUntilSent()).toBe(without)
})

describe('two accounts on one instance', () => {
  it('send a token to a baseURL that belongs to neither account', async () => {
    const gateway = await startRawServer()
    const [a, b] = [await startAccount(), await startAccount()]
    const api = axios.create({ baseURL: gateway.url, proxy: false })
    for (const { credentials } of [a, b]) attachCaspioAuth(api, credentials)
    await api.get('/x')
    expect(gateway.received[0]?.headers.authorization).toMatch(/^Bearer [\w-]{340}$/)
  })

  it('can be token brokers for different origins', async () => {
    const [a, b] = [await startRawServer(), await startRawServer()]
    const api = axios.create({ proxy: false })
    attachCaspioAuth(api, brokerOf('of-a'), { origins: [a.url] })
    attachCaspioAuth(api, brokerOf('of-b'), { origins: [b.url] })
    for (const { url } of [a, b]) await api.get(url)
    const seen = [a, b].map(({ received }) => received[0]?.headers.authorization)
    expect(seen).toEqual(['Bearer of-a', 'Bearer of-b'])
  })

  it('replace each other if they are token brokers for the same origins, in whatever order', async () => {
    const [a, b] = [await startRawServer(), await startRawServer()]
    const api = axios.create({ proxy: false })
    const [first, second] = [brokerOf('first'), brokerOf('second')]
    attachCaspioAuth(api, first, { origins: [a.url, b.url] })
    attachCaspioAuth(api, second, { origins: [b.url, a.url] })
    for (const { url } of [a, b]) await api.get(url)
    expect([first.mock.calls.length, second.mock.calls.length]).toEqual([0, 1])
  })
})

describe('the same account', () => {
  /** Attaches a second time, and returns the tokens of requests to these origins. */
  async function tokensAfter(attach: ((api: AxiosInstance, home: string) => CaspioAuth)[]) {
    const server = await startRawServer(({ url }, response) => {
      const token = `token-${url?.slice(1).toLowerCase()}`
      const body = { access_token: token, token_type: 'bearer', expires_in: 86_400 }
      response.writeHead(url?.startsWith('/api') ? 401 : 200).end(JSON.stringify(body))
    })
    const api = axios.create({ proxy: false, validateStatus: null })
    const auths = attach.map((each) => each(api, server.url))
    await api.get(`${server.url}/api`)
    auths.at(-1)?.detach()
    await api.get(`${server.url}/api`)
    return server.received.map(({ url, headers }) => [
      url,
      url === '/api' ? headers.authorization : undefined,
    ])
  }
  const credentials = (path: string) => (api: AxiosInstance, home: string) =>
    attachCaspioAuth(api, { ...CLIENT, clientID: path, tokenEndpointURL: `${home}${path}` })
  const broker = (name: string) => (api: AxiosInstance, home: string) =>
    attachCaspioAuth(api, brokerOf(name), { origins: [home] })
  const brokerOfBaseURL = (name: string) => (api: AxiosInstance, home: string) => {
    api.defaults.baseURL = home
    return attachCaspioAuth(api, brokerOf(name))
  }
  // Then one recovery, and no token once the later attachment is removed.
  const byCredentials = [
    ['/B', undefined],
    ['/api', 'Bearer token-b'],
    ['/B', undefined],
    ['/api', 'Bearer token-b'],
    ['/api', undefined],
  ]
  const byBroker = [
    ['/api', 'Bearer second'],
    ['/api', 'Bearer second'],
    ['/api', undefined],
  ]

  it.each([
    ['credentials with another client ID and path case', [credentials('/b'), credentials('/B')]],
    ['a token broker, then credentials', [broker('first'), credentials('/B')]],
    ['a token broker of the baseURL, then credentials', [brokerOfBaseURL('1'), credentials('/B')]],
  ])('is replaced: %s', async (_, attach) => {
    expect(await tokensAfter(attach)).toEqual(byCredentials)
  })

  it.each([
    ['credentials, then a token broker', [credentials('/b'), broker('second')]],
    [
      'credentials, then a token broker of the baseURL',
      [credentials('/b'), brokerOfBaseURL('second')],
    ],
    ['two token brokers of the baseURL', [brokerOfBaseURL('first'), brokerOfBaseURL('second')]],
  ])('is replaced: %s', async (_, attach) => {
    expect(await tokensAfter(attach)).toEqual(byBroker)
  })

  it('loses the origins of the first attachment', async () => {
    const gateway = await startRawServer()
    const account = await startAccount()
    const api = axios.create({ proxy: false })
    attachCaspioAuth(api, account.credentials, { origins: [gateway.url] })
    const second = { ...account.credentials, clientID: 'a-second-profile' }
    attachCaspioAuth(api, second)
    await api.get(gateway.url)
    expect(gateway.received[0]?.headers.authorization).toBeUndefined()
    expect(account.log.token).toEqual([])
  })

  it('is recognised after its baseURL changed, if a token broker has no other origin', async () => {
    const server = await startRawServer()
    const api = axios.create({ baseURL: 'https://a1bcd234.caspio.com', proxy: false })
    attachCaspioAuth(api, brokerOf('first'))
    api.defaults.baseURL = server.url
    attachCaspioAuth(api, brokerOf('second')).detach()
    await api.get('/x')
    expect(server.received[0]?.headers.authorization).toBeUndefined()
  })

  it('is not one whose token endpoint has another query', async () => {
    const gateway = await startRawServer((_, response) =>
      response.end('{"access_token":"t","token_type":"bearer","expires_in":9}'),
    )
    const [a, b] = [await startRawServer(), await startRawServer()]
    const api = axios.create({ proxy: false })
    for (const [name, { url }] of Object.entries({ a, b })) {
      const tokenEndpointURL = `${gateway.url}/token?account=${name}`
      attachCaspioAuth(api, { ...CLIENT, tokenEndpointURL }, { origins: [url] })
    }
    for (const { url } of [a, b]) await api.get(url)
    expect(gateway.received.map(({ url }) => url)).toEqual(['/token?account=a', '/token?account=b'])
  })
})

describe('a request in the scope of two accounts', () => {
  it('is sent and recovered by the one that was attached later', async () => {
    const gateway = await startRawServer((_, response) => response.writeHead(401).end())
    const [a, b] = [await startAccount(), await startAccount()]
    const api = axios.create({ baseURL: gateway.url, proxy: false, validateStatus: null })
    attachCaspioAuth(api, a.credentials)
    const auth = attachCaspioAuth(api, b.credentials)
    await api.get('/x')
    expect(gateway.received).toHaveLength(2)
    expect([a.log.token.length, b.log.token.length]).toEqual([0, 2])
    auth.detach()
    await api.get('/x')
    expect(a.log.token).toHaveLength(2)
  })
})

describe('createdInstances', () => {
  it('is false by default, and leaves create() as it is', () => {
    const api = axios.create()
    const { create } = api
    attachCaspioAuth(api, CLIENT)
    expect(api.create).toBe(create)
  })

  it('is false or true', () => {
    const options = { createdInstances: 'yes' } as object
    expectConfigError(
      () => attachCaspioAuth(axios.create(), CLIENT, options),
      'createdInstances must be false or true.',
    )
  })
})

it.each([
  ['0.21.4', axios021, 'must be axios (1.6 or later), or an instance'],
  ['0.27.2', axios027, 'axios 0.27.2 is too old'],
])('attaching to an axios %s beside the one of the package fails', (_, old, words) => {
  const attach = (instance: unknown) => attachCaspioAuth(instance as AxiosInstance, CLIENT)
  expectConfigError(() => attach(old), words)
  expectConfigError(() => attach(old.create()), 'must be axios (1.6 or later), or an instance')
})

describe('an instance that cannot be changed', () => {
  const { freeze, seal, preventExtensions } = Object
  const freezeHandlers = (api: AxiosInstance) => freeze(handlersOf(api).handlers)
  const lockCreate = (api: AxiosInstance) =>
    Object.defineProperty(api, 'create', { value: api.create, writable: false })
  const attach = (api: AxiosInstance) => attachCaspioAuth(api, CLIENT, { createdInstances: true })

  it.each<[string, (api: AxiosInstance) => unknown]>([
    ['is frozen', freeze],
    ['is sealed', seal],
    ['cannot be extended', preventExtensions],
    ['has a frozen list of interceptors', freezeHandlers],
    ['has a create() that cannot be replaced', lockCreate],
  ])('is left as it was if it %s', (_, change) => {
    const api = axios.create()
    const { create } = api
    change(api)
    expectConfigError(() => attach(api), 'frozen')
    expect([handlersOf(api).handlers, api.create]).toEqual([[], create])
  })

  it('keeps its earlier attachment', async () => {
    const server = await startRawServer()
    const api = axios.create({ baseURL: server.url, proxy: false })
    attachCaspioAuth(api, brokerOf('first'))
    for (const handler of handlersOf(api).handlers ?? []) freeze(handler)
    expectConfigError(() => attachCaspioAuth(api, brokerOf('second')), 'frozen')
    await api.get('/')
    expect(server.received[0]?.headers.authorization).toBe('Bearer first')
  })

  it('can be attached again, if only its list of interceptors is frozen', async () => {
    const server = await startRawServer()
    const api = axios.create({ baseURL: server.url, proxy: false })
    attachCaspioAuth(api, brokerOf('first'))
    freezeHandlers(api)
    attachCaspioAuth(api, brokerOf('second'))
    await api.get('/')
    expect(server.received[0]?.headers.authorization).toBe('Bearer second')
  })

  it('has no created instances if it has no create()', () => {
    attach(new axios.Axios({}) as AxiosInstance).detach()
  })
})

describe('a shared CaspioAuth', () => {
  const onTeapot: CaspioAuthOptions = { shouldRenew: ({ status }) => status === 418 }
  const onGone: CaspioAuthOptions = { shouldRenew: ({ status }) => status === 410 }

  it.each([
    ['the shared shouldRenew', onTeapot, undefined, 418],
    ['the shouldRenew of the instance, if both have one', onTeapot, onGone, 410],
    ['the shouldRenew of the instance, if only the instance has one', undefined, onGone, 410],
    ['status 401, if neither has one', undefined, {}, 401],
  ])('recognises a rejected token by %s', async (_, sharedOptions, options, status) => {
    const account = await startAccount()
    const api = axios.create({ baseURL: `${account.url}/rest/v2` })
    attachCaspioAuth(api, createCaspioAuth(account.credentials, sharedOptions), options)
    const statuses = [418, 410, 401]
    for (const status of statuses) {
      account.api.fail({ status, times: 1 })
      await api.get(PHYSICIANS, { validateStatus: null })
    }
    const expected = statuses.flatMap((each) => (each === status ? [each, 200] : [each]))
    expect(account.log.api.map((entry) => entry.status)).toEqual(expected)
  })

  it.each(['timeout', 'onEvent', 'tokenStore'])('does not take the option %s', (name) => {
    const shared = createCaspioAuth(CLIENT)
    const values = { timeout: 1, onEvent() {}, tokenStore: new Map() }
    const option = { [name]: values[name as keyof typeof values] }
    expectConfigError(() => attachCaspioAuth(axios.create(), shared, option), name)
  })

  it('takes no option from Object.prototype', async () => {
    const account = await startAccount()
    const api = axios.create({ baseURL: `${account.url}/rest/v2` })
    const shouldRenew = vi.fn(() => false)
    withPollutedPrototype({ shouldRenew }, () =>
      attachCaspioAuth(api, createCaspioAuth(account.credentials), {}),
    )
    await api.get(PHYSICIANS)
    expect(shouldRenew).not.toHaveBeenCalled()
  })

  it('treats an undefined option as absent', () => {
    const shared = createCaspioAuth(CLIENT)
    attachCaspioAuth(axios.create(), shared, { retries: undefined } as never)
  })

  it('passes no option of one attachment to the next instance', async () => {
    const [home, gateway] = [await startRawServer(), await startRawServer()]
    const options: CaspioAuthOptions = { existingAuthorization: 'keep', createdInstances: true }
    const received = ({ received }: typeof home) =>
      received.splice(0).map(({ headers }) => headers.authorization)
    const tokensOf = async (api: AxiosInstance) => {
      await api.get(home.url, { headers: { Authorization: 'own' } })
      await api.create().get(home.url)
      await api.get(gateway.url)
      return [received(home), received(gateway)]
    }
    const [first, second] = [axios.create(), axios.create()]
    const onFirst = attachCaspioAuth(first, brokerOf('x'), { origins: [home.url], ...options })
    const onSecond = attachCaspioAuth(second, onFirst, { origins: [gateway.url], ...options })
    expect(await tokensOf(first)).toEqual([['own', 'Bearer x'], [undefined]])
    expect(await tokensOf(second)).toEqual([['own', 'Bearer x'], ['Bearer x']])
    for (const handle of [onFirst, onSecond]) {
      const next = axios.create()
      attachCaspioAuth(next, handle)
      expect(await tokensOf(next)).toEqual([['Bearer x', undefined], [undefined]])
    }
  })
})
