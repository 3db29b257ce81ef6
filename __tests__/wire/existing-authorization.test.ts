import axios, { type AxiosRequestConfig } from 'axios'
import axiosRetry from 'axios-retry'
import { describe, expect, it } from 'vitest'
import { attachCaspioAuth, createCaspioAuth } from '../../src/index.js'
import { PHYSICIANS, rejectionOf, startAccount, startBench } from '../support/account.js'

const KEEP = { existingAuthorization: 'keep' } as const
const VISITOR = 'Bearer of-a-visitor'
const BY_VISITOR = { headers: { Authorization: VISITOR } }

type Account = Awaited<ReturnType<typeof startAccount>>
const requestsTo = ({ log }: Account) =>
  log.api.map(({ status, headers }) => [
    status,
    headers.authorization === VISITOR ? 'visitor' : headers.authorization && 'plugin',
  ])

describe("existingAuthorization: 'keep'", () => {
  it.each<[string, AxiosRequestConfig, object]>([
    ['the request', BY_VISITOR, {}],
    ['the request, in lower case', { headers: { authorization: VISITOR } }, {}],
    ['the defaults', {}, BY_VISITOR],
    ['the common defaults', {}, { headers: { common: BY_VISITOR.headers } }],
  ])('sends the header of %s, and leaves the 401 to the caller', async (_, config, defaults) => {
    const { account, api, auth, events } = await startBench({ ...KEEP, axios: defaults })
    const error = await rejectionOf(api.get(PHYSICIANS, config))
    expect(error.response.status).toBe(401)
    expect(requestsTo(account)).toEqual([[401, 'visitor']])
    expect([account.log.token, events]).toEqual([[], []])
    auth.detach()
  })

  it('sends a header without a scheme as well', async () => {
    const { account, api } = await startBench(KEEP)
    await rejectionOf(api.get(PHYSICIANS, { headers: { Authorization: 'a-key' } }))
    expect(account.log.api.map(({ headers }) => headers.authorization)).toEqual(['a-key'])
  })

  it.each([undefined, null, '', ' '])('sends the token in place of %j', async (Authorization) => {
    const { account, api } = await startBench(KEEP)
    account.api.fail({ status: 401, times: 1 })
    await api.get(PHYSICIANS, { headers: { Authorization } as object })
    expect(requestsTo(account)).toEqual([
      [401, 'plugin'],
      [200, 'plugin'],
    ])
  })

  it.each(['replace', 'keep'] as const)(
    'is set for each attachment, with a shared CaspioAuth too (%s)',
    async (existingAuthorization) => {
      const account = await startAccount()
      const other = existingAuthorization === 'keep' ? 'replace' : 'keep'
      const shared = createCaspioAuth(account.credentials, { existingAuthorization: other })
      const api = axios.create({ baseURL: `${account.url}/rest/v2`, validateStatus: null })
      attachCaspioAuth(api, shared, { existingAuthorization })
      await api.get(PHYSICIANS, BY_VISITOR)
      const expected = existingAuthorization === 'keep' ? [401, 'visitor'] : [200, 'plugin']
      expect(requestsTo(account)).toEqual([expected])
    },
  )

  it('lends a visitor without a token the rights of the service, unless told not to', async () => {
    const { account, api } = await startBench({ ...KEEP, axios: { validateStatus: null } })
    await api.get(PHYSICIANS, { headers: { Authorization: undefined } as object })
    await api.get(PHYSICIANS, { skipCaspioAuth: true })
    expect(requestsTo(account)).toEqual([
      [200, 'plugin'],
      [401, undefined],
    ])
  })
})

describe("a config that is sent again under existingAuthorization: 'keep'", () => {
  it('gets the current token from axios-retry, and is recovered', async () => {
    const { account, api } = await startBench(KEEP)
    axiosRetry(api, { retries: 3, retryDelay: () => 1, onRetry: () => void account.revoke() })
    account.api.fail({ times: 1 })
    await api.get(PHYSICIANS)
    expect(requestsTo(account)).toEqual([
      [503, 'plugin'],
      [401, 'plugin'],
      [200, 'plugin'],
    ])
    account.log.clear()
    account.api.fail({ times: 1 })
    await rejectionOf(api.get(PHYSICIANS, BY_VISITOR))
    expect(requestsTo(account)).toEqual([
      [503, 'visitor'],
      [401, 'visitor'],
    ])
  })

  it('gets the current token however often, and after another attachment', async () => {
    const { account, api } = await startBench(KEEP)
    let redirects = 0
    const first = await api.get(PHYSICIANS, { beforeRedirect: () => redirects++ })
    let { config } = first
    for (let i = 0; i < 3; i++) config = (await api(config)).config
    account.revoke()
    await api(first.config)
    await api(config)
    account.revoke()
    attachCaspioAuth(api, account.credentials, KEEP)
    for (const old of [first.config, config]) ({ config } = await api(old))
    expect(requestsTo(account).filter(([status]) => status === 200)).toHaveLength(8)
    expect(account.log.api.filter(({ status }) => status === 401)).toHaveLength(1)
    config.beforeRedirect?.({ href: account.url, headers: {} } as never, {} as never, {} as never)
    expect(redirects).toBe(1)
  })

  it('keeps a header that somebody else put there since', async () => {
    const { account, api } = await startBench(KEEP)
    const { config } = await api.get(PHYSICIANS)
    config.headers.set('Authorization', VISITOR)
    await rejectionOf(api(config))
    expect(requestsTo(account)).toEqual([
      [200, 'plugin'],
      [401, 'visitor'],
    ])
  })

  it('does not renew a token of the plugin that a visitor brings', async () => {
    const { account, api } = await startBench(KEEP)
    const { config } = await api.get(PHYSICIANS)
    account.revoke()
    const headers = { Authorization: config.headers.get('Authorization') as string }
    const error = await rejectionOf(api.get(PHYSICIANS, { headers }))
    expect(error.response.status).toBe(401)
    expect(account.log.token).toHaveLength(1)
  })
})
