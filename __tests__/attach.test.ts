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
  ['as it is', axios],
  ['1.16', lowest as unknown as AxiosStatic],
]

/** The request interceptors of an instance as axios keeps them, empty slots included. */
function handlersOf(instance: object): { handlers: unknown[] | null } {
  return (instance as { interceptors: { request: { handlers: unknown[] | null } } }).interceptors
    .request
}

/** A broker that hands out this token. */
function brokerOf(token: string) {
  return vi.fn(async () => ({ access_token: token, token_type: 'bearer' }))
}

describe.each(AXIOS)('detach (axios %s)', (_, { create }) => {
  it('leaves nothing in the list of interceptors, however often', () => {
    const api = create()
    for (let i = 0; i < 3; i++) attachCaspioAuth(api, CLIENT).detach()
    expect(handlersOf(api).handlers).toEqual([])
  })

  it('leaves an interceptor that came later, at the second time as well', () => {
    const api = create()
    attachCaspioAuth(api, CLIENT).detach()
    const auth = attachCaspioAuth(api, CLIENT)
    const theirs = vi.fn()
    api.interceptors.request.use(theirs)
    auth.detach()
    expect(handlersOf(api).handlers?.at(-1)).toMatchObject({ fulfilled: theirs })
  })

  it('after interceptors.clear() leaves the one that took its place', () => {
    const api = create()
    const auth = attachCaspioAuth(api, CLIENT)
    api.interceptors.request.clear()
    const theirs = vi.fn()
    api.interceptors.request.use(theirs)
    auth.detach()
    expect(handlersOf(api).handlers).toMatchObject([{ fulfilled: theirs }])
  })

  it('minds no list of interceptors that somebody took away', () => {
    const api = create()
    const auth = attachCaspioAuth(api, CLIENT)
    handlersOf(api).handlers = null
    auth.detach()
    expect(handlersOf(api).handlers).toBeNull()
  })
})

describe('two on one instance', () => {
  it('a gateway that is the home of neither gets a token', async () => {
    const gateway = await startRawServer()
    const [a, b] = [await startAccount(), await startAccount()]
    const api = axios.create({ baseURL: gateway.url, proxy: false })
    for (const { credentials } of [a, b]) attachCaspioAuth(api, credentials)
    await api.get('/x')
    expect(gateway.received[0]?.headers.authorization).toMatch(/^Bearer [\w-]{340}$/)
  })

  it('brokers for different origins work side by side', async () => {
    const [a, b] = [await startRawServer(), await startRawServer()]
    const api = axios.create({ proxy: false })
    attachCaspioAuth(api, brokerOf('of-a'), { origins: [a.url] })
    attachCaspioAuth(api, brokerOf('of-b'), { origins: [b.url] })
    for (const { url } of [a, b]) await api.get(url)
    const seen = [a, b].map(({ received }) => received[0]?.headers.authorization)
    expect(seen).toEqual(['Bearer of-a', 'Bearer of-b'])
  })

  it('a broker replaces the one for the same origins, in whatever order they are named', async () => {
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
    ['that of the shared one', onTeapot, undefined, 418],
    ['that of the instance, if it has one', onTeapot, onGone, 410],
    ['that of the instance, if only that has one', undefined, onGone, 410],
    ['401, if neither has one', undefined, {}, 401],
  ])('recovers by %s', async (_, sharedOptions, options, status) => {
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

  it('takes an option that is undefined for one that is not there', () => {
    const shared = createCaspioAuth(CLIENT)
    attachCaspioAuth(axios.create(), shared, { retries: undefined } as never)
  })
})
