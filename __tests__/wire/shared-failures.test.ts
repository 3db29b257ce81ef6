import { Agent } from 'node:http'
import axios from 'axios'
import { describe, expect, it, vi } from 'vitest'
import {
  attachCaspioAuth,
  type CaspioAuthEvent,
  createCaspioAuth,
  isCaspioAuthError,
} from '../../src/index.js'
import { outcomesOf, PHYSICIANS, rejectionOf, startAccount, times } from '../support/account.js'
import { fakeClocks, stopClocks } from '../support/clocks.js'
import { MINUTE, SECOND } from '../support/durations.js'
import { MemoryStore } from '../support/memory-store.js'
import { startRawServer } from '../support/raw-server.js'
import { runningTimeOf } from '../support/running-time.js'

// Nothing listens on port 9.
const DEAD_PROXY = { host: '127.0.0.1', port: 9 }

/** Two instances that share a CaspioAuth: the proxy of one is dead. */
async function startTwo() {
  const account = await startAccount()
  const auth = createCaspioAuth(account.credentials, { retries: 0 })
  const baseURL = `${account.url}/rest/v2`
  const broken = axios.create({ baseURL, proxy: DEAD_PROXY })
  const healthy = axios.create({ baseURL, proxy: false })
  for (const api of [broken, healthy]) attachCaspioAuth(api, auth)
  return { account, broken, healthy }
}

describe('an instance whose proxy is dead', () => {
  it('starts no cooldown for the others that share its CaspioAuth', async () => {
    const { account, broken, healthy } = await startTwo()
    expect((await rejectionOf(broken.get(PHYSICIANS))).code).toBe('ERR_CASPIO_TOKEN_ENDPOINT')
    expect((await healthy.get(PHYSICIANS)).status).toBe(200)
    expect(account.log.token).toHaveLength(1)
  })

  it('does not fail others that wait for its token request', async () => {
    const { account, broken, healthy } = await startTwo()
    const failed = rejectionOf(broken.get(PHYSICIANS))
    const answers = await times(5, () => healthy.get(PHYSICIANS))
    expect((await failed).code).toBe('ERR_CASPIO_TOKEN_ENDPOINT')
    expect(answers.map(({ status }) => status)).toEqual(Array(5).fill(200))
    expect(account.log.token).toHaveLength(1)
  })

  it.each(['at the same time', 'one after the other'])(
    'shares what the account answers, %s',
    async (when) => {
      const { account, healthy } = await startTwo()
      const other = axios.create({ baseURL: `${account.url}/rest/v2`, proxy: false })
      attachCaspioAuth(other, attachCaspioAuth(healthy, account.credentials, { retries: 0 }))
      account.rotateSecret()
      const first = rejectionOf(healthy.get(PHYSICIANS))
      if (when === 'one after the other') await first
      expect((await rejectionOf(other.get(PHYSICIANS))).code).toBe('ERR_CASPIO_CREDENTIALS')
      expect((await first).code).toBe('ERR_CASPIO_CREDENTIALS')
      expect(account.log.token).toHaveLength(1)
    },
  )
})

it('makes one token request if the client is refused and ten instances ask for another token', async () => {
  const account = await startAccount()
  const auth = createCaspioAuth({ ...account.credentials, clientSecret: 'old' })
  const handles = Array.from({ length: 10 }, () =>
    attachCaspioAuth(axios.create({ httpAgent: new Agent() }), auth),
  )
  const rejections = handles.map((each) => rejectionOf(each.getAccessToken({ renew: true })))
  for (const { code } of await Promise.all(rejections)) expect(code).toBe('ERR_CASPIO_CREDENTIALS')
  expect(account.log.token).toHaveLength(1)
})

describe('a proxy that answers', () => {
  it.each([403, 407, 500, 502, 503, 504])(
    '%i for one instance starts no cooldown for the others that share its CaspioAuth',
    async (status) => {
      const { account, broken, healthy } = await startTwo()
      const proxy = await startRawServer((_, response) => response.writeHead(status).end())
      broken.defaults.proxy = { host: '127.0.0.1', port: Number(new URL(proxy.url).port) }
      const failed = rejectionOf(broken.get(PHYSICIANS))
      expect((await healthy.get(PHYSICIANS)).status).toBe(200)
      expect((await failed).status).toBe(status)
      account.revoke()
      expect((await healthy.get(PHYSICIANS)).status).toBe(200)
    },
  )
})

describe('instances that reach the token endpoint in the same way', () => {
  it.each([
    ['are made for each request', false],
    ['are created by an attached instance', true],
  ])('share its failure and the cooldown if they %s', async (_, createdInstances) => {
    stopClocks()
    const account = await startAccount()
    account.tokenEndpoint.fail({ reset: true })
    const auth = createCaspioAuth(account.credentials, { retries: 0 })
    const config = { baseURL: `${account.url}/rest/v2`, proxy: false, fetchOptions: {} } as const
    const root = axios.create(config)
    attachCaspioAuth(root, auth, { createdInstances })
    const get = () => {
      const api = createdInstances ? root.create(config) : axios.create(config)
      if (!createdInstances) attachCaspioAuth(api, auth)
      return rejectionOf(api.get(PHYSICIANS))
    }
    for (const error of [...(await times(20, get)), await get()]) {
      expect(error.code).toBe('ERR_CASPIO_TOKEN_ENDPOINT')
    }
    expect(account.log.token).toHaveLength(1)
  })
})

describe('a failure', () => {
  fakeClocks()

  it('of hours ago does not keep a token request from being repeated', async () => {
    const account = await startAccount()
    const auth = createCaspioAuth(account.credentials)
    account.tokenEndpoint.fail({ status: 400, body: '{"error":"invalid_client"}', times: 1 })
    await rejectionOf(auth.getAccessToken())
    vi.advanceTimersByTime(3 * 60 * MINUTE)
    account.tokenEndpoint.fail({ times: 1 })
    expect((await auth.getAccessToken()).token_type).toBe('bearer')
    expect(account.log.token).toHaveLength(3)
  })
})

it('in a fleet without a lock, a process whose token request fails takes the token of another one', async () => {
  const account = await startAccount()
  const tokenStore = new MemoryStore()
  const { getAccessToken } = createCaspioAuth(account.credentials, { tokenStore })
  const { access_token } = await getAccessToken()
  await vi.waitUntil(() => tokenStore.token !== undefined)
  account.tokenEndpoint.fail({ status: 429, retryAfter: 300 })
  // The others looked into the store just before the token was there.
  tokenStore.get = vi.fn(tokenStore.get).mockResolvedValueOnce(undefined)
  const other = createCaspioAuth(account.credentials, { tokenStore })
  expect((await other.getAccessToken()).access_token).toBe(access_token)
  expect(account.log.token).toHaveLength(2)
})

describe('in a fleet with a lock', () => {
  it('24 cold processes learn of an outage within a few seconds', async () => {
    const account = await startAccount()
    account.tokenEndpoint.fail()
    const tokenStore = new MemoryStore({ lock: true })
    const outcomes = outcomesOf(
      Array.from({ length: 24 }, () =>
        createCaspioAuth(account.credentials, { tokenStore }).getAccessToken(),
      ),
    )
    expect(await runningTimeOf(outcomes)).toBeLessThan(8 * SECOND)
    expect((await outcomes).filter(({ status }) => status === 'rejected')).toHaveLength(24)
    // The first one repeats its token request, the others do not.
    expect(account.log.token).toHaveLength(26)
  }, 30_000)

  it('24 cold processes learn of an outage together, no matter how slowly the endpoint fails', async () => {
    const held: (() => void)[] = []
    const { url, received } = await startRawServer((_, response) => {
      held.push(() => response.writeHead(503).end())
    })
    const credentials = {
      clientID: 'id',
      clientSecret: 'a-client-secret',
      tokenEndpointURL: `${url}/oauth/token`,
    }
    const tokenStore = new MemoryStore({ lock: true })
    const outcomes = outcomesOf(
      Array.from({ length: 24 }, () =>
        createCaspioAuth(credentials, { tokenStore, retries: 0 }).getAccessToken(),
      ),
    )
    // One process holds the lock, and the others wait for it.
    const attempts = () => tokenStore.calls.filter((call) => call === 'lock')
    for (const holder of [1, 2]) {
      await vi.waitUntil(() => received.length === holder)
      await vi.waitUntil(() => attempts().length > 72 * holder)
      expect(received).toHaveLength(holder)
      held.pop()?.()
    }
    // The endpoint answers none of these before it has them all.
    await vi.waitUntil(() => received.length === 24)
    for (const fail of held) fail()
    expect((await outcomes).filter(({ status }) => status === 'rejected')).toHaveLength(24)
    expect(received).toHaveLength(24)
  }, 30_000)

  it('a process with an old secret costs the others no more than one token request', async () => {
    const account = await startAccount()
    account.tokenEndpoint.latency = 300
    const tokenStore = new MemoryStore({ lock: true })
    const start = (clientSecret: string) =>
      createCaspioAuth({ ...account.credentials, clientSecret }, { tokenStore }).getAccessToken()
    for (const refused of [1, 2]) {
      const failed = rejectionOf(start('an-old-secret'))
      // The first time the others start after its failure, and then while it holds the lock.
      if (refused === 1) await failed
      await vi.waitUntil(() => tokenStore.entries.size > 0)
      await times(24, () => start(account.credentials.clientSecret))
      expect((await failed).code).toBe('ERR_CASPIO_CREDENTIALS')
      expect(account.log.token).toHaveLength(2 * refused)
      tokenStore.entries.clear()
    }
  })

  it('a process in its cooldown takes the token that another one stored, and looks once a second', async () => {
    stopClocks()
    const account = await startAccount()
    const tokenStore = new MemoryStore({ lock: true })
    const events: CaspioAuthEvent[] = []
    const onEvent = (event: CaspioAuthEvent) => events.push(event)
    const waiting = createCaspioAuth(account.credentials, { tokenStore, onEvent })
    account.tokenEndpoint.fail({ status: 429, headers: { 'Retry-After': '300' }, times: 1 })
    expect(isCaspioAuthError(await rejectionOf(waiting.getAccessToken()))).toBe(true)
    await vi.waitUntil(() => tokenStore.calls.includes('release'))
    tokenStore.calls.length = 0
    await times(50, () => rejectionOf(waiting.getAccessToken()))
    expect(tokenStore.calls).toEqual(['get'])

    const { access_token } = await createCaspioAuth(account.credentials, {
      tokenStore,
    }).getAccessToken()
    await vi.waitUntil(() => tokenStore.token !== undefined)
    vi.advanceTimersByTime(SECOND)
    // All callers that ask at the same time get it, and it is taken once.
    const tokens = await times(3, () => waiting.getAccessToken())
    expect(tokens.map((token) => token.access_token)).toEqual(Array(3).fill(access_token))
    expect(events.filter(({ type }) => type === 'token-taken')).toHaveLength(1)
    expect(account.log.token).toHaveLength(2)
  })
})
