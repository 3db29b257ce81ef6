import axios, { type AxiosInstance, type AxiosStatic } from 'axios'
import lowest from 'axios-1-6'
import { describe, expect, it, vi } from 'vitest'
import { attachCaspioAuth, createCaspioAuth } from '../src/index.js'
import type { CaspioAccount } from '../src/testing/index.js'
import { PHYSICIANS, rejectionOf, startAccount } from './support/account.js'
import { stopClocks } from './support/clocks.js'
import { startRawServer } from './support/raw-server.js'

const OPTIONS = { createdInstances: true }

const AXIOS: [string, AxiosStatic][] = [
  ['as installed', axios],
  ['1.6', lowest as unknown as AxiosStatic],
]

async function startParent() {
  const account = await startAccount()
  const parent = axios.create({ proxy: false })
  const { create } = parent
  const auth = attachCaspioAuth(parent, account.credentials, OPTIONS)
  return { account, parent, create, auth, url: `${account.url}/rest/v2${PHYSICIANS}` }
}

/** How many requests the account received with a token, and without. */
function callsTo({ log }: CaspioAccount): [withToken: number, without: number] {
  const withToken = log.api.filter(({ headers }) => headers.authorization).length
  return [withToken, log.api.length - withToken]
}

function handlersOf(api: AxiosInstance): unknown {
  return (api as unknown as { interceptors: { request: { handlers: unknown } } }).interceptors
    .request.handlers
}

describe.each(AXIOS)('createdInstances (axios %s)', (_, { create }) => {
  it('share the token with the attached instance, those that they create too', async () => {
    const account = await startAccount()
    const parent = create({ proxy: false })
    attachCaspioAuth(parent, account.credentials, OPTIONS)
    const child = parent.create({ baseURL: `${account.url}/rest/v2` })
    const grandchild = child.create()
    for (const api of [parent, child, grandchild]) {
      await api.get(PHYSICIANS, { baseURL: `${account.url}/rest/v2` })
    }
    account.revoke()
    await grandchild.get(PHYSICIANS)
    expect(account.log.api.map(({ status }) => status)).toEqual([200, 200, 200, 401, 200])
    expect(account.log.token).toHaveLength(2)
  })
})

describe('a created instance', () => {
  it('is not attached without the option', async () => {
    const account = await startAccount()
    const parent = axios.create({ baseURL: account.url })
    const { create } = parent
    attachCaspioAuth(parent, account.credentials)
    expect(parent.create).toBe(create)
    await rejectionOf(parent.create().get(`/rest/v2${PHYSICIANS}`))
    expect(callsTo(account)).toEqual([0, 1])
  })

  it('sends no token to its own baseURL or socketPath', async () => {
    const { account, parent, url } = await startParent()
    const stranger = await startRawServer()
    const child = parent.create({ baseURL: stranger.url })
    await child.get('/x')
    child.defaults.baseURL = `${stranger.url}/later`
    await child.get('/x')
    expect(stranger.received.map(({ headers }) => headers.authorization)).toEqual([
      undefined,
      undefined,
    ])
    await rejectionOf(parent.create({ socketPath: '/nowhere' }).get(url))
    expect(account.log.token).toEqual([])
    await child.get(url)
    expect(callsTo(account)).toEqual([1, 0])
  })

  it('sends the token to the baseURL of the attached instance', async () => {
    const { parent } = await startParent()
    const gateway = await startRawServer()
    parent.defaults.baseURL = gateway.url
    await parent.create().get('/x')
    expect(gateway.received[0]?.headers.authorization).toMatch(/^Bearer /)
  })

  it('requests the token with its own adapter', async () => {
    const { parent, url } = await startParent()
    const adapter = vi.fn(axios.getAdapter('http'))
    await parent.create({ adapter }).get(url)
    expect(adapter).toHaveBeenCalledTimes(2)
  })

  it('is not attached after detach(), nor is what it creates', async () => {
    const { account, parent, create, auth, url } = await startParent()
    const replaced = parent.create
    const child = parent.create()
    auth.detach()
    expect(parent.create).toBe(create)
    for (const api of [parent, child, child.create(), parent.create(), replaced()]) {
      await rejectionOf(api.get(url))
    }
    expect(callsTo(account)).toEqual([0, 5])
    expect(account.log.token).toEqual([])
  })

  it('follows its parent to a second profile, and to an attachment after detach()', async () => {
    const { account, parent, create, auth, url } = await startParent()
    const child = parent.create()
    const rotated = attachCaspioAuth(parent, account.credentials, OPTIONS)
    await child.get(url)
    const { access_token } = await rotated.getAccessToken()
    expect(account.log.api[0]?.headers.authorization).toBe(`Bearer ${access_token}`)
    auth.detach()
    rotated.detach()
    expect(parent.create).toBe(create)
    await rejectionOf(child.get(url))
    attachCaspioAuth(parent, account.credentials, OPTIONS)
    await child.get(url)
    attachCaspioAuth(parent, account.credentials)
    expect(parent.create).toBe(create)
    await rejectionOf(child.get(url))
    expect(callsTo(account)).toEqual([2, 2])
  })

  it('is attached once after a hot reload', async () => {
    stopClocks()
    const { account, parent, create, url } = await startParent()
    const child = parent.create()
    vi.resetModules()
    const reloaded = await import('../src/index.js')
    expect(reloaded.attachCaspioAuth).not.toBe(attachCaspioAuth)
    const auth = reloaded.attachCaspioAuth(parent, account.credentials, OPTIONS)
    account.api.fail({ status: 401, times: 4 })
    for (const api of [child, parent.create()]) await rejectionOf(api.get(url))
    expect(account.log.api).toHaveLength(3)
    expect(account.log.token).toHaveLength(2)
    expect([parent, child, parent.create()].map(handlersOf)).toEqual(
      Array(3).fill([expect.anything()]),
    )
    auth.detach()
    expect(parent.create).toBe(create)
  })

  it('may have a line of its own, which comes first', async () => {
    const { account, parent, url } = await startParent()
    const other = await startAccount()
    const child = parent.create({ baseURL: other.url })
    const auth = attachCaspioAuth(child, createCaspioAuth(account.credentials))
    attachCaspioAuth(child, other.credentials)
    await child.get(url)
    await child.get(`/rest/v2${PHYSICIANS}`)
    expect([account.log.token.length, callsTo(account)]).toEqual([1, [1, 0]])
    expect([other.log.token.length, callsTo(other)]).toEqual([1, [1, 0]])
    auth.detach()
    await rejectionOf(child.get(url))
    expect(callsTo(account)).toEqual([1, 1])
  })

  it('follows its parent after another account was detached from it', async () => {
    const { account, parent, url } = await startParent()
    const other = await startAccount()
    const child = parent.create()
    attachCaspioAuth(child, other.credentials).detach()
    for (const api of [child, child.create()]) await api.get(url)
    expect(callsTo(account)).toEqual([2, 0])
  })

  it('gets only the accounts that have the option', async () => {
    const { account, parent, url } = await startParent()
    const other = await startAccount()
    attachCaspioAuth(parent, createCaspioAuth(other.credentials), { createdInstances: false })
    const child = parent.create()
    await rejectionOf(child.get(`${other.url}/rest/v2${PHYSICIANS}`))
    await child.get(url)
    expect([callsTo(account), callsTo(other)]).toEqual([
      [1, 0],
      [0, 1],
    ])
  })

  it.each([true, false])(
    'follows the option of the instance (%s), not that of the shared CaspioAuth',
    async (createdInstances) => {
      const { account, url } = await startParent()
      const shared = createCaspioAuth(account.credentials, { createdInstances: !createdInstances })
      const parent = axios.create({ proxy: false })
      attachCaspioAuth(parent, shared, { createdInstances })
      await parent.create({ validateStatus: null }).get(url)
      expect(callsTo(account)).toEqual(createdInstances ? [1, 0] : [0, 1])
    },
  )

  it('is what create() returned, even if that is a mock or the instance itself', async () => {
    const { account, url } = await startParent()
    const parent = axios.create({ proxy: false })
    const results = [undefined, {}, parent]
    parent.create = vi.fn(() => results.shift()) as never
    attachCaspioAuth(parent, account.credentials, OPTIONS)
    expect([parent.create(), parent.create()]).toEqual([undefined, {}])
    expect(parent.create()).toBe(parent)
    await parent.get(url)
    expect(callsTo(account)).toEqual([1, 0])
  })

  it('leaves a create() alone that was replaced later', async () => {
    const { parent, auth } = await startParent()
    const inner = parent.create
    const wrapper = (config?: object) => inner(config)
    parent.create = wrapper
    auth.detach()
    expect(parent.create).toBe(wrapper)
  })

  it.skipIf(!globalThis.gc)('can be garbage collected', async () => {
    const { parent, url } = await startParent()
    const created: WeakRef<object>[] = []
    for (let i = 0; i < 100; i++) {
      const child = parent.create().create()
      await child.get(url)
      created.push(new WeakRef(child))
    }
    await vi.waitFor(() => {
      globalThis.gc?.()
      expect(created.filter((ref) => ref.deref()).length).toBeLessThan(10)
    })
  })
})
