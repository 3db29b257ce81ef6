import axios, { type AxiosStatic } from 'axios'
import lowest from 'axios-1-16'
import { describe, expect, it, vi } from 'vitest'
import { attachCaspioAuth, type CaspioAuthOptions, createCaspioAuth } from '../src/index.js'
import { PHYSICIANS, startAccount } from './support/account.js'
import { startRawServer } from './support/raw-server.js'

const CLIENT = {
  clientID: 'b5a1e9c2',
  clientSecret: 'S3cr/t+of "Örsted"',
  tokenEndpointURL: 'https://a1bcd234.caspio.com/oauth/token',
}

const AXIOS: [string, AxiosStatic][] = [
  ['as installed', axios],
  ['1.16', lowest as unknown as AxiosStatic],
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

  it('keeps the interceptor that took its place after interceptors.clear()', () => {
    const api = create()
    const auth = attachCaspioAuth(api, CLIENT)
    api.interceptors.request.clear()
    const laterInterceptor = vi.fn()
    api.interceptors.request.use(laterInterceptor)
    auth.detach()
    expect(handlersOf(api).handlers).toMatchObject([{ fulfilled: laterInterceptor }])
  })

  it('does nothing if the list of interceptors was removed', () => {
    const api = create()
    const auth = attachCaspioAuth(api, CLIENT)
    handlersOf(api).handlers = null
    auth.detach()
    expect(handlersOf(api).handlers).toBeNull()
  })
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

  it('treats an undefined option as absent', () => {
    const shared = createCaspioAuth(CLIENT)
    attachCaspioAuth(axios.create(), shared, { retries: undefined } as never)
  })
})
