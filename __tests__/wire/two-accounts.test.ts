import axios, { type AxiosInstance } from 'axios'
import { describe, expect, it, vi } from 'vitest'
import type { Attachments } from '../../src/attachments.js'
import { attachCaspioAuth, type CaspioAuth, createCaspioAuth } from '../../src/index.js'
import type { CaspioAccount } from '../../src/testing/index.js'
import { PHYSICIANS, rejectionOf, startAccount, startBench, times } from '../support/account.js'
import { ADAPTERS } from '../support/axios-features.js'
import { startRawServer } from '../support/raw-server.js'

const PATH = `/rest/v2${PHYSICIANS}`

/** The status and the Authorization header of every request to an account. */
function requestsTo({ log }: CaspioAccount): [number, string | undefined][] {
  return log.api.map(({ status, headers }) => [status, headers.authorization])
}

async function bearerOf(auth: CaspioAuth): Promise<string> {
  return `Bearer ${(await auth.getAccessToken()).access_token}`
}

function interceptorsOf(api: AxiosInstance): number {
  let count = 0
  const manager = api.interceptors.request as unknown as { forEach(each: () => void): void }
  manager.forEach(() => {
    count++
  })
  return count
}

describe('two accounts on one instance', () => {
  const CASES = [true, false].flatMap((firstA) =>
    ['nowhere', 'A', 'B'].flatMap((base) =>
      ADAPTERS.map((adapter) => ({
        order: firstA ? 'A, B' : 'B, A',
        base,
        adapter,
      })),
    ),
  )

  it.each(CASES)(
    'each receive their own token only (attached $order; baseURL at $base; $adapter)',
    async ({ order, base, adapter }) => {
      const accounts: Record<string, CaspioAccount> = {
        A: await startAccount(),
        B: await startAccount(),
      }
      const api = axios.create({ proxy: false, adapter })
      if (accounts[base]) api.defaults.baseURL = accounts[base].url
      const auths: Record<string, CaspioAuth> = {}
      for (const name of order.split(', ')) {
        auths[name] = attachCaspioAuth(api, (accounts[name] as CaspioAccount).credentials)
      }
      await times(20, (i) => api.get(`${accounts[i % 2 ? 'A' : 'B']?.url}${PATH}`))
      if (accounts[base]) await times(5, () => api.get(PATH))
      for (const [name, account] of Object.entries(accounts)) {
        const bearer = await bearerOf(auths[name] as CaspioAuth)
        expect(requestsTo(account)).toEqual(Array(name === base ? 15 : 10).fill([200, bearer]))
        expect(account.log.token).toHaveLength(1)
      }
      expect(await bearerOf(auths.A as CaspioAuth)).not.toBe(await bearerOf(auths.B as CaspioAuth))
    },
  )

  async function startBoth() {
    const [a, b] = [await startAccount(), await startAccount()]
    const api = axios.create({ proxy: false })
    const onA = attachCaspioAuth(api, a.credentials, { retries: 0 })
    const onB = attachCaspioAuth(api, b.credentials, { retries: 0 })
    const getA = () => api.get(a.url + PATH)
    const getB = () => api.get(b.url + PATH)
    return { a, b, api, onA, onB, getA, getB }
  }

  it.each(['a', 'b'] as const)(
    'a recovery in account %s does not affect the other',
    async (name) => {
      const both = await startBoth()
      const { a, b, getA, getB } = both
      await Promise.all([getA(), getB()])
      both[name].revoke()
      await Promise.all([times(5, getA), times(5, getB)])
      expect(both[name].log.token).toHaveLength(2)
      expect((name === 'a' ? b : a).log.token).toHaveLength(1)
      expect(requestsTo(name === 'a' ? b : a).every(([status]) => status === 200)).toBe(true)
    },
  )

  it('recover at the same time, each with its own token', async () => {
    const { a, b, onA, onB, getA, getB } = await startBoth()
    await Promise.all([getA(), getB()])
    a.revoke()
    b.revoke()
    await Promise.all([times(5, getA), times(5, getB)])
    expect([a.log.token.length, b.log.token.length]).toEqual([2, 2])
    expect(requestsTo(a).filter(([status]) => status === 200)).toHaveLength(6)
    expect(requestsTo(a).at(-1)).toEqual([200, await bearerOf(onA)])
    expect(requestsTo(b).at(-1)).toEqual([200, await bearerOf(onB)])
    const tokensOf = (account: CaspioAccount) =>
      new Set(requestsTo(account).map(([, token]) => token))
    expect([...tokensOf(a)].filter((token) => tokensOf(b).has(token))).toEqual([])
  })

  it('an outage of one token endpoint does not affect the other account', async () => {
    const { a, getA, getB } = await startBoth()
    a.tokenEndpoint.fail()
    const [error, { status }] = await Promise.all([rejectionOf(getA()), getB()])
    expect([error.code, status]).toEqual(['ERR_CASPIO_TOKEN_ENDPOINT', 200])
  })

  it.each(['a', 'b'] as const)('detaching account %s leaves the other attached', async (name) => {
    const both = await startBoth()
    const { a, b, api, onA, onB, getA, getB } = both
    await Promise.all([getA(), getB()])
    ;(name === 'a' ? onA : onB).detach()
    const [left, gone] = name === 'a' ? [getB, getA] : [getA, getB]
    expect((await left()).status).toBe(200)
    expect((await rejectionOf(gone())).response.status).toBe(401)
    expect(requestsTo(both[name]).at(-1)).toEqual([401, undefined])
    const other = name === 'a' ? b : a
    other.revoke()
    expect((await left()).status).toBe(200)
    expect(interceptorsOf(api)).toBe(1)
    // Attach it again.
    attachCaspioAuth(api, both[name].credentials)
    expect((await gone()).status).toBe(200)
    expect((await left()).status).toBe(200)
  })

  it('an account that is attached later takes over its origin from a baseURL in scope', async () => {
    const { account: a, api, auth: onA } = await startBench()
    const b = await startAccount()
    api.defaults.baseURL = b.url
    // Until B is attached, the plugin treats the baseURL as a gateway to A.
    const bearer = await bearerOf(onA)
    await rejectionOf(api.get(PATH))
    expect(requestsTo(b).at(0)).toEqual([401, bearer])
    b.log.clear()
    const onB = attachCaspioAuth(api, b.credentials)
    // From now on A must not affect B.
    onA.invalidate()
    a.log.clear()
    a.tokenEndpoint.fail()
    expect((await api.get(PATH)).status).toBe(200)
    expect(requestsTo(b)).toEqual([[200, await bearerOf(onB)]])
    expect(a.log.token).toEqual([])
    a.tokenEndpoint.restore()
    expect((await api.get(a.url + PATH)).status).toBe(200)
  })

  it('after detach() a baseURL that belongs to no attached account gets a token, as if the detached one had never been', async () => {
    const gateway = await startRawServer()
    const [a, b] = [await startAccount(), await startAccount()]
    const api = axios.create({ baseURL: gateway.url, proxy: false })
    attachCaspioAuth(api, a.credentials, { origins: [gateway.url] }).detach()
    const onB = attachCaspioAuth(api, b.credentials)
    const onA = attachCaspioAuth(api, a.credentials, { origins: [gateway.url] })
    await api.get('/x')
    onA.detach()
    await api.get('/x')
    expect(gateway.received.map(({ headers }) => headers.authorization)).toEqual([
      await bearerOf(onA),
      await bearerOf(onB),
    ])
  })

  it('after detach() nothing stays on an instance, and on a created one the name only', async () => {
    const { account, api, auth } = await startBench()
    const attachmentsOn = (instance: object) =>
      (instance as never)[Symbol.for('axios-caspio-auth.attachments')] as Attachments
    await api.get(PHYSICIANS)
    expect([attachmentsOn(api).active, attachmentsOn(api).notInherited]).toMatchObject([[{}], [{}]])
    auth.detach()
    expect([attachmentsOn(api).active, attachmentsOn(api).notInherited]).toEqual([[], []])
    attachCaspioAuth(api, account.credentials, { createdInstances: true })
    const child = api.create()
    attachCaspioAuth(child, account.credentials).detach()
    // No function: it could keep the token source alive.
    const endpoint = account.credentials.tokenEndpointURL
    expect(attachmentsOn(child).active).toEqual([])
    expect(attachmentsOn(child).notInherited).toEqual([
      { endpoint, places: new Set([account.url]) },
    ])
  })

  it('a broker takes over the baseURL of detached credentials', async () => {
    const account = await startAccount()
    const api = axios.create({ baseURL: account.url })
    attachCaspioAuth(api, account.credentials).detach()
    attachCaspioAuth(api, createCaspioAuth(account.credentials).getAccessToken)
    expect((await api.get(PATH)).status).toBe(200)
  })

  it('do not send a token to each other’s token endpoint', async () => {
    const { a, b, api, getA, getB } = await startBoth()
    await Promise.all([getA(), getB()])
    for (const { credentials } of [a, b]) {
      const { clientID: client_id, clientSecret: client_secret, tokenEndpointURL } = credentials
      const form = { grant_type: 'client_credentials', client_id, client_secret }
      await api.post(tokenEndpointURL, new URLSearchParams(form))
    }
    for (const { log } of [a, b]) {
      expect(log.token.map(({ authorization }) => authorization)).toEqual(['basic', undefined])
    }
  })

  it('send no token to a third party, and no token request for it', async () => {
    const { a, b, api } = await startBoth()
    const otherParty = await startRawServer()
    await api.get(`${otherParty.url}/x`)
    expect(otherParty.received[0]?.headers.authorization).toBeUndefined()
    expect([a.log.token, b.log.token]).toEqual([[], []])
  })

  it('can be attached with credentials and with a broker', async () => {
    const { account: a, api, auth: onA } = await startBench()
    const b = await startAccount()
    const source = createCaspioAuth(b.credentials)
    attachCaspioAuth(api, source.getAccessToken, { origins: [b.url] })
    await Promise.all([api.get(PHYSICIANS), api.get(b.url + PATH)])
    expect(requestsTo(a)).toEqual([[200, await bearerOf(onA)]])
    expect(requestsTo(b)).toEqual([[200, await bearerOf(source)]])
  })

  it('leave the original adapter on the response’s config', async () => {
    const { api, getA, getB } = await startBoth()
    const { adapter } = api.defaults
    expect((await getA()).config.adapter).toEqual(adapter)
    expect((await getB()).config.adapter).toEqual(adapter)
  })
})

describe('the same account attached again', () => {
  it('replaces the first attachment', async () => {
    const { account, api } = await startBench()
    await api.get(PHYSICIANS)
    for (let i = 0; i < 5; i++) attachCaspioAuth(api, account.credentials)
    expect(interceptorsOf(api)).toBe(1)
    account.log.clear()
    await times(10, () => api.get(PHYSICIANS))
    expect(account.log.token).toHaveLength(1)
    expect(account.log.api).toHaveLength(10)
    account.revoke()
    account.log.clear()
    await api.get(PHYSICIANS)
    expect(account.log.api.map(({ status }) => status)).toEqual([401, 200])
    expect(account.log.token).toHaveLength(1)
  })

  it('by a reloaded module replaces the attachment of the old module', async () => {
    const { account, api } = await startBench()
    for (let i = 0; i < 3; i++) {
      vi.resetModules()
      const reloaded = await import('../../src/index.js')
      expect(reloaded.attachCaspioAuth).not.toBe(attachCaspioAuth)
      reloaded.attachCaspioAuth(api, account.credentials)
    }
    expect(interceptorsOf(api)).toBe(1)
    await times(5, () => api.get(PHYSICIANS))
    expect(account.log.token).toHaveLength(1)
  })

  it('uses the new options and the new secret', async () => {
    const { account, api } = await startBench({ clientAuthentication: 'basic' })
    account.rotateSecret()
    attachCaspioAuth(api, account.credentials, { clientAuthentication: 'body' })
    await api.get(PHYSICIANS)
    expect(account.log.token).toMatchObject([{ clientAuthentication: 'body', status: 200 }])
  })

  it('with another spelling of the token endpoint’s URL replaces the first attachment', async () => {
    const { account, api } = await startBench()
    const { credentials } = account
    const tokenEndpointURL = credentials.tokenEndpointURL.replace('http://', 'HTTP://')
    attachCaspioAuth(api, { ...credentials, tokenEndpointURL })
    expect(interceptorsOf(api)).toBe(1)
  })

  it('is not detached by the first handle', async () => {
    const { account, api, auth: first } = await startBench()
    const second = attachCaspioAuth(api, account.credentials)
    first.detach()
    expect((await api.get(PHYSICIANS)).status).toBe(200)
    const third = attachCaspioAuth(api, account.credentials)
    expect(interceptorsOf(api)).toBe(1)
    second.detach()
    expect(interceptorsOf(api)).toBe(1)
    third.detach()
    expect(interceptorsOf(api)).toBe(0)
    expect((await rejectionOf(api.get(PHYSICIANS))).response.status).toBe(401)
  })

  it('by a broker for the same origins replaces the first broker', async () => {
    const account = await startAccount()
    const api = axios.create({ proxy: false })
    const first = vi.fn(createCaspioAuth(account.credentials).getAccessToken)
    const second = vi.fn(createCaspioAuth(account.credentials).getAccessToken)
    attachCaspioAuth(api, first, { origins: [account.url] })
    attachCaspioAuth(api, second, { origins: [`${account.url}/`] })
    await api.get(account.url + PATH)
    expect([first.mock.calls.length, second.mock.calls.length]).toEqual([0, 1])
    expect(interceptorsOf(api)).toBe(1)
  })

  it('after detach() works as on a new instance', async () => {
    const { account, api, auth } = await startBench()
    for (let i = 0; i < 3; i++) {
      auth.detach()
      attachCaspioAuth(api, account.credentials).detach()
    }
    expect(interceptorsOf(api)).toBe(0)
    attachCaspioAuth(api, account.credentials)
    expect(interceptorsOf(api)).toBe(1)
    expect((await api.get(PHYSICIANS)).status).toBe(200)
  })
})

describe('one CaspioAuth on several instances', () => {
  it('shares one token: simultaneous first requests on all cost one token request', async () => {
    const { account, api, auth } = await startBench()
    const others = [axios.create({ proxy: false }), axios.create({ proxy: false })]
    for (const other of others) attachCaspioAuth(other, auth)
    await Promise.all([
      times(10, () => api.get(PHYSICIANS)),
      ...others.map((other) => times(10, () => other.get(account.url + PATH))),
    ])
    expect(account.log.token).toHaveLength(1)
    expect(requestsTo(account)).toEqual(Array(30).fill([200, await bearerOf(auth)]))
  })

  it('replaces a token on all if one of them gets a 401', async () => {
    const { account, api, auth } = await startBench()
    const other = axios.create({ proxy: false })
    attachCaspioAuth(other, auth)
    await api.get(PHYSICIANS)
    account.revoke()
    await api.get(PHYSICIANS)
    expect((await other.get(account.url + PATH)).status).toBe(200)
    expect(requestsTo(account).map(([status]) => status)).toEqual([200, 401, 200, 200])
    expect(account.log.token).toHaveLength(2)
  })

  it('is attached once even if it is attached to an instance again', async () => {
    const { account, api, auth } = await startBench()
    const again = attachCaspioAuth(api, auth)
    expect(interceptorsOf(api)).toBe(1)
    await api.get(PHYSICIANS)
    again.detach()
    expect(interceptorsOf(api)).toBe(0)
    expect(account.log.token).toHaveLength(1)
  })

  it('applies the baseURL and origins of each instance to that instance only', async () => {
    const account = await startAccount()
    const [first, second] = [await startRawServer(), await startRawServer()]
    const auth = createCaspioAuth(account.credentials)
    const a = axios.create({ proxy: false, baseURL: first.url })
    const b = axios.create({ proxy: false })
    attachCaspioAuth(a, auth)
    attachCaspioAuth(b, auth, { origins: [second.url] })
    for (const api of [a, b]) {
      for (const { url } of [first, second]) await api.get(`${url}/x`)
    }
    const bearer = await bearerOf(auth)
    const seen = [first, second].map(({ received }) => received.map((r) => r.headers.authorization))
    expect(seen).toEqual([
      [bearer, undefined],
      [undefined, bearer],
    ])
  })
})

describe('separate instances', () => {
  it('an instance made by api.create() has no plugin, and api keeps its own', async () => {
    const { account, api } = await startBench()
    await api.get(PHYSICIANS)
    const child = api.create()
    expect(interceptorsOf(child)).toBe(0)
    expect((await rejectionOf(child.get(PHYSICIANS))).response.status).toBe(401)
    expect(requestsTo(account).at(-1)).toEqual([401, undefined])
    const onChild = attachCaspioAuth(child, account.credentials)
    expect([interceptorsOf(api), interceptorsOf(child)]).toEqual([1, 1])
    onChild.detach()
    expect((await api.get(PHYSICIANS)).status).toBe(200)
  })

  it('attaching to one instance does not affect another, nor the global axios', async () => {
    const { account } = await startBench()
    const other = axios.create({ proxy: false })
    for (const api of [other, axios]) {
      expect((await rejectionOf(api.get(account.url + PATH))).response.status).toBe(401)
    }
    expect(account.log.token).toEqual([])
  })

  it('separate token sources do not share tokens, even for one account', async () => {
    const account = await startAccount()
    const [first, second] = [
      createCaspioAuth(account.credentials),
      createCaspioAuth(account.credentials),
    ]
    const tokens = [await bearerOf(first), await bearerOf(second)]
    expect(new Set(tokens).size).toBe(2)
    first.invalidate()
    expect(await bearerOf(second)).toBe(tokens[1])
    expect(await bearerOf(first)).not.toBe(tokens[0])
    expect(account.log.token).toHaveLength(3)
  })

  it('token sources of two accounts on two instances do not share tokens', async () => {
    const [a, b] = [await startBench(), await startBench()]
    await Promise.all([
      times(10, () => a.api.get(PHYSICIANS)),
      times(10, () => b.api.get(PHYSICIANS)),
    ])
    for (const { account, auth } of [a, b]) {
      expect(requestsTo(account)).toEqual(Array(10).fill([200, await bearerOf(auth)]))
      expect(account.log.token).toHaveLength(1)
    }
    // A token is not sent to the account of the other instance.
    const wrongInstance = await rejectionOf(a.api.get(b.account.url + PATH))
    expect(wrongInstance.response.status).toBe(401)
    expect(requestsTo(b.account).at(-1)).toEqual([401, undefined])
  })
})
