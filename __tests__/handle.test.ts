import axios from 'axios'
import { describe, expect, it, vi } from 'vitest'
import { attachCaspioAuth, type CaspioTokenBroker, createCaspioAuth } from '../src/index.js'
import { PHYSICIANS, rejectionOf, sleep, startAccount, startBench } from './support/account.js'
import { startHeldBench } from './support/held-bench.js'
import { expectNoSecrets } from './support/secrets.js'

describe('getAccessToken', () => {
  it('resolves to a valid token, with the field names of OAuth and the remaining seconds', async () => {
    const account = await startAccount()
    const auth = createCaspioAuth(account.credentials)
    const first = await auth.getAccessToken()
    expect(Object.keys(first)).toEqual(['access_token', 'token_type', 'expires_in'])
    expect(first.token_type).toBe('bearer')
    expect(first.expires_in).toBeGreaterThan(86_390)
    vi.useFakeTimers({ toFake: ['Date', 'performance'], now: Date.now() + 3_600_000 })
    const later = await auth.getAccessToken()
    vi.useRealTimers()
    expect(later.access_token).toBe(first.access_token)
    expect(later.expires_in).toBeLessThanOrEqual(82_799)
    expect(later.expires_in).toBeGreaterThan(82_700)
    expect(account.log.token).toHaveLength(1)
  })

  it('requests another token with { renew: true }, which simultaneous calls share', async () => {
    const { account, api, auth } = await startBench()
    const { access_token: first } = await auth.getAccessToken()
    const renewed = await Promise.all([1, 2, 3].map(() => auth.getAccessToken({ renew: true })))
    expect(new Set(renewed.map((token) => token.access_token)).size).toBe(1)
    expect(renewed[0]?.access_token).not.toBe(first)
    expect(account.log.token).toHaveLength(2)
    await api.get(PHYSICIANS)
    expect(account.log.api[0]?.headers.authorization).toBe(`Bearer ${renewed[0]?.access_token}`)
  })

  it('stops waiting only for the caller who aborts', async () => {
    const { account, auth, hold, release, tokenRequests } = await startHeldBench()
    hold()
    const controller = new AbortController()
    const aborted = rejectionOf(auth.getAccessToken({ signal: controller.signal }))
    const other = auth.getAccessToken()
    await tokenRequests(1)
    controller.abort()
    expect(axios.isCancel(await aborted)).toBe(true)
    release()
    expect((await other).access_token).toBeTypeOf('string')
    expect(account.log.token).toHaveLength(1)
  })

  it('sends no token request if the signal is already aborted', async () => {
    const { account, auth } = await startBench()
    const error = await rejectionOf(auth.getAccessToken({ signal: AbortSignal.abort() }))
    expect(axios.isCancel(error)).toBe(true)
    await sleep(30)
    expect(account.log.token).toHaveLength(0)
  })
})

describe('invalidate', () => {
  it('discards the token, so that the next request gets a new one', async () => {
    const { account, api, auth, events } = await startBench()
    await api.get(PHYSICIANS)
    auth.invalidate()
    await api.get(PHYSICIANS)
    expect(account.log.token).toHaveLength(2)
    // The refresh token is dropped as well.
    expect(
      events.filter((event) => event.type === 'token-request').map(({ grant }) => grant),
    ).toEqual(['client_credentials', 'client_credentials'])
  })

  it('ends the cooldown after failures', async () => {
    const { account, api, auth } = await startBench({ retries: 0 })
    account.tokenEndpoint.fail({ times: 1, retryAfter: 300 })
    await rejectionOf(api.get(PHYSICIANS))
    auth.invalidate()
    expect((await api.get(PHYSICIANS)).status).toBe(200)
  })
})

describe('detach', () => {
  it('removes the plugin from its instance and keeps all other interceptors', async () => {
    const { account, api, auth } = await startBench()
    const seen = vi.fn((config) => config)
    api.interceptors.request.use(seen)
    auth.detach()
    auth.detach()
    expect((await rejectionOf(api.get(PHYSICIANS))).response.status).toBe(401)
    expect(account.log.token).toHaveLength(0)
    expect(seen).toHaveBeenCalledTimes(1)
    // The token source still works.
    expect((await auth.getAccessToken()).access_token).toBeTypeOf('string')
  })

  it('removes no other interceptor after interceptors.clear()', async () => {
    const { api, auth } = await startBench()
    api.interceptors.request.clear()
    const seen = vi.fn((config) => config)
    api.interceptors.request.use(seen)
    auth.detach()
    await rejectionOf(api.get(PHYSICIANS))
    expect(seen).toHaveBeenCalledTimes(1)
  })

  it('lets requests under way finish, including resends', async () => {
    const { account, api, auth } = await startBench({
      onEvent({ type }) {
        if (type === 'token-rejected') auth.detach()
      },
    })
    await api.get(PHYSICIANS)
    account.revoke()
    expect((await api.get(PHYSICIANS)).status).toBe(200)
    expect((await rejectionOf(api.get(PHYSICIANS))).response.status).toBe(401)
  })
})

describe('a token broker', () => {
  it('is called once for many requests, and with renew: true after a rejection', async () => {
    const account = await startAccount()
    const backend = createCaspioAuth(account.credentials)
    const broker = vi.fn<CaspioTokenBroker>((request) => backend.getAccessToken(request))
    const api = axios.create()
    attachCaspioAuth(api, broker, { origins: [account.url] })
    const url = `${account.url}/rest/v2${PHYSICIANS}`
    await Promise.all(Array.from({ length: 20 }, () => api.get(url)))
    expect(broker.mock.calls).toEqual([[{ renew: false }]])
    account.revoke()
    await Promise.all(Array.from({ length: 20 }, () => api.get(url)))
    expect(broker.mock.calls).toEqual([[{ renew: false }], [{ renew: true }]])
    expect(account.log.token).toHaveLength(2)
  })

  it('can be the getAccessToken of another CaspioAuth', async () => {
    const account = await startAccount()
    const api = axios.create({ baseURL: `${account.url}/rest/v2` })
    attachCaspioAuth(api, createCaspioAuth(account.credentials).getAccessToken)
    await api.get(PHYSICIANS)
    account.revoke()
    expect((await api.get(PHYSICIANS)).status).toBe(200)
    expect(account.log.token).toHaveLength(2)
  })

  it.each<[string, unknown, string]>([
    ['rejects', async () => Promise.reject(new Error('logged out')), 'ERR_CASPIO_TOKEN_ENDPOINT'],
    [
      'throws',
      () => {
        throw new TypeError('bug')
      },
      'ERR_CASPIO_TOKEN_ENDPOINT',
    ],
    ['rejects with undefined', () => Promise.reject(), 'ERR_CASPIO_TOKEN_ENDPOINT'],
    ['hangs', () => new Promise(() => {}), 'ERR_CASPIO_TOKEN_ENDPOINT'],
    ['returns nothing', async () => undefined, 'ERR_CASPIO_TOKEN_RESPONSE'],
    ['returns a number', () => 42, 'ERR_CASPIO_TOKEN_RESPONSE'],
    ['returns a string', async () => 'token', 'ERR_CASPIO_TOKEN_RESPONSE'],
  ])('that %s causes an error with the caller’s request', async (_, broker, code) => {
    const account = await startAccount()
    const api = axios.create({ baseURL: account.url })
    attachCaspioAuth(api, broker as CaspioTokenBroker, { timeout: 100 })
    const error = await rejectionOf(api.get('/rest/v2/tables'))
    expect(error.code).toBe(code)
    expect(error.message).toContain('broker')
    expect(error.config.url).toBe('/rest/v2/tables')
    expect(account.log.api).toHaveLength(0)
  })

  it('passes on the message of its error, but not the request attached to it', async () => {
    const backend = await startAccount()
    const clientSecret = 'the-session-cookie'
    const broker = () =>
      axios
        .get(`${backend.url}/nowhere`, { headers: { Cookie: clientSecret } })
        .then(({ data }) => data)
    const error = await rejectionOf(createCaspioAuth(broker).getAccessToken())
    expect(error.message).toContain('Request failed with status code')
    expectNoSecrets(error, { clientID: 'x', clientSecret })
  })
})

describe('one CaspioAuth on several instances', () => {
  it('shares one token, and can be detached from one of them', async () => {
    const account = await startAccount()
    const auth = createCaspioAuth(account.credentials)
    const [a, b] = [axios.create({ baseURL: `${account.url}/rest/v2` }), axios.create()]
    attachCaspioAuth(a, auth)
    const onB = attachCaspioAuth(b, auth)
    await a.get(PHYSICIANS)
    await b.get(`${account.url}/rest/v2${PHYSICIANS}`)
    expect(account.log.token).toHaveLength(1)
    onB.detach()
    await rejectionOf(b.get(`${account.url}/rest/v2${PHYSICIANS}`))
    expect((await a.get(PHYSICIANS)).status).toBe(200)
  })
})
