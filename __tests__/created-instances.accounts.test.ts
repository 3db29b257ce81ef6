import axios, { type AxiosInstance, type CreateAxiosDefaults } from 'axios'
import { describe, expect, it, vi } from 'vitest'
import { attachCaspioAuth } from '../src/index.js'
import { PHYSICIANS, rejectionOf, startAccount } from './support/account.js'
import { startRawServer } from './support/raw-server.js'

const PATH = `/rest/v2${PHYSICIANS}`
const OPTIONS = { createdInstances: true }

/** A broker that hands out this token. */
function brokerOf(token: string) {
  return async () => ({ access_token: token, token_type: 'bearer' })
}

/** The tokens that a server has received. */
function tokensAt({ received }: Awaited<ReturnType<typeof startRawServer>>) {
  return received.map(({ headers }) => headers.authorization)
}

async function startTwo() {
  const [a, b] = [await startAccount(), await startAccount()]
  return { a, b, urls: [a.url + PATH, b.url + PATH] }
}

async function statusesOf(api: AxiosInstance, urls: readonly string[]): Promise<number[]> {
  const answers = urls.map((url) => api.get(url, { validateStatus: null }))
  return (await Promise.all(answers)).map(({ status }) => status)
}

describe('a created instance with an account of its own', () => {
  it('sends to the host of an inherited account only the token of that account', async () => {
    const { a, b } = await startTwo()
    const parent = axios.create({ proxy: false })
    const auth = attachCaspioAuth(parent, a.credentials, OPTIONS)
    const child = parent.create({ baseURL: `${a.url}/rest/v2` })
    attachCaspioAuth(child, b.credentials, OPTIONS)
    for (const api of [child, child.create({ baseURL: `${a.url}/rest/v2` })]) {
      expect((await api.get(PHYSICIANS)).status).toBe(200)
    }
    const { access_token } = await auth.getAccessToken()
    const received = a.log.api.map(({ headers }) => headers.authorization)
    expect(received).toEqual(Array(2).fill(`Bearer ${access_token}`))
    expect(b.log.token).toEqual([])
  })

  it('keeps the inherited one, if both have a token broker and nothing but a baseURL', async () => {
    const [a, b] = [await startRawServer(), await startRawServer()]
    const parent = axios.create({ baseURL: a.url, proxy: false })
    attachCaspioAuth(parent, brokerOf('of-a'), OPTIONS)
    const child = parent.create({ baseURL: b.url })
    attachCaspioAuth(child, brokerOf('of-b'))
    for (const { url } of [a, b]) await child.get(url)
    expect([tokensAt(a), tokensAt(b)]).toEqual([['Bearer of-a'], ['Bearer of-b']])
  })
})

describe('an instance that a create() of the application returns', () => {
  it('gets the accounts of the attached instance in addition to its own', async () => {
    const { a, b, urls } = await startTwo()
    const api = axios.create({ proxy: false })
    const { create } = api
    api.create = (config) => {
      const created = create(config)
      attachCaspioAuth(created, b.credentials)
      return created
    }
    attachCaspioAuth(api, a.credentials, OPTIONS)
    expect(await statusesOf(api.create(), urls)).toEqual([200, 200])
  })

  it('gets the accounts of each instance that took part in its creation', async () => {
    const { a, b, urls } = await startTwo()
    const root = axios.create({ proxy: false })
    const onRoot = attachCaspioAuth(root, a.credentials, OPTIONS)
    const api = axios.create({ proxy: false })
    api.create = (config) => root.create(config)
    attachCaspioAuth(api, b.credentials, OPTIONS)
    const child = api.create()
    expect(await statusesOf(child, urls)).toEqual([200, 200])
    onRoot.detach()
    expect(await statusesOf(child, urls)).toEqual([401, 200])
  })

  it('may be the one that created the attached instance', async () => {
    const { a, b, urls } = await startTwo()
    const root = axios.create({ proxy: false })
    attachCaspioAuth(root, a.credentials, OPTIONS)
    const api = root.create()
    api.create = () => root
    attachCaspioAuth(api, b.credentials, OPTIONS)
    expect(api.create()).toBe(root)
    for (const each of [api, root]) expect((await each.get(a.url + PATH)).status).toBe(200)
    expect(await statusesOf(api, urls)).toEqual([200, 200])
  })

  it('is returned as it is if it is frozen, or a mock', async () => {
    const account = await startAccount()
    const api = axios.create({ proxy: false })
    const { create } = api
    const mock = { get: vi.fn(), interceptors: { response: { use: vi.fn() } } }
    const results = [
      Object.freeze(create()),
      Object.freeze({ interceptors: create().interceptors }),
      mock,
      { interceptors: { request: {} } },
      null,
    ]
    let next = 0
    api.create = () => results[next++] as AxiosInstance
    attachCaspioAuth(api, account.credentials, OPTIONS)
    for (const result of results) expect(api.create()).toBe(result)
    expect(Reflect.ownKeys(mock)).toEqual(['get', 'interceptors'])
  })

  it('was created with all arguments, and with the this of the application', async () => {
    const account = await startAccount()
    const api = axios.create({ proxy: false })
    const { create } = api
    const seen = vi.fn()
    api.create = function (this: unknown, config?: CreateAxiosDefaults, ...more: unknown[]) {
      seen(this, config, ...more)
      return create(config)
    }
    attachCaspioAuth(api, account.credentials, OPTIONS)
    const extended = api.create as (...args: unknown[]) => AxiosInstance
    extended({ timeout: 1 }, 'second', 'third')
    expect(seen.mock.calls).toEqual([[api, { timeout: 1 }, 'second', 'third']])
  })
})

describe('an instance that creates others, if it is frozen after it was attached', () => {
  it.each([true, false])('can be detached (createdInstances again: %s)', async (again) => {
    const { a } = await startTwo()
    const api = axios.create({ proxy: false })
    const auth = attachCaspioAuth(api, a.credentials, OPTIONS)
    const child = api.create()
    Object.freeze(api)
    for (const handler of api.interceptors.request.handlers ?? []) Object.freeze(handler)
    Object.freeze(api.interceptors.request.handlers)
    const error = await rejectionOf(
      (async () => attachCaspioAuth(api, a.credentials, { createdInstances: again }))(),
    )
    expect([error.code, error.message]).toEqual([
      'ERR_CASPIO_CONFIG',
      expect.stringContaining('frozen'),
    ])
    for (const each of [api, child]) await each.get(a.url + PATH)
    expect(a.log.token).toHaveLength(1)
    auth.detach()
    for (const each of [api, child, api.create()]) {
      expect(await statusesOf(each, [a.url + PATH])).toEqual([401])
    }
  })

  it('can be attached again without the option', async () => {
    const { a } = await startTwo()
    const api = axios.create({ proxy: false })
    attachCaspioAuth(api, a.credentials, OPTIONS)
    Object.freeze(api)
    const auth = attachCaspioAuth(api, a.credentials)
    expect(await statusesOf(api, [a.url + PATH])).toEqual([200])
    expect(await statusesOf(api.create(), [a.url + PATH])).toEqual([401])
    auth.detach()
    expect(await statusesOf(api, [a.url + PATH])).toEqual([401])
  })
})
