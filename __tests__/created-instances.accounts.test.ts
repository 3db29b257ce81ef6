import axios, { type AxiosInstance, type CreateAxiosDefaults } from 'axios'
import { describe, expect, it, vi } from 'vitest'
import { attachCaspioAuth } from '../src/index.js'
import { PHYSICIANS, startAccount } from './support/account.js'
import { startRawServer } from './support/raw-server.js'

const OPTIONS = { createdInstances: true }

/** A broker that hands out this token. */
function brokerOf(token: string) {
  return async () => ({ access_token: token, token_type: 'bearer' })
}

/** The tokens that a server has received. */
function tokensAt({ received }: Awaited<ReturnType<typeof startRawServer>>) {
  return received.map(({ headers }) => headers.authorization)
}

describe('a created instance with an account of its own', () => {
  it('sends to the host of an inherited account only the token of that account', async () => {
    const [a, b] = [await startAccount(), await startAccount()]
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
