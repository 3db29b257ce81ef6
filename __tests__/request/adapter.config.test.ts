import axios, { AxiosHeaders, type InternalAxiosRequestConfig } from 'axios'
import { describe, expect, it } from 'vitest'
import { attachCaspioAuth } from '../../src/index.js'
import { PHYSICIANS, rejectionOf, startAccount, startBench } from '../support/account.js'
import { ADAPTERS } from '../support/axios-features.js'

describe('headers that an interceptor puts into the config', () => {
  it('never take the token of one request to another party', async () => {
    const { account, api } = await startBench({ axios: { validateStatus: null } })
    const other = await startAccount()
    const shared = new AxiosHeaders({ 'X-App': 'mine' })
    api.interceptors.request.use((config) => {
      config.headers = AxiosHeaders.from(shared)
      return config
    })
    await api.get(PHYSICIANS)
    await api.get(`${other.url}/rest/v2/tables`)
    expect(account.log.api.map(({ status }) => status)).toEqual([200])
    expect(other.log.api.map(({ headers }) => headers.authorization)).toEqual([undefined])
    expect(shared.has('Authorization')).toBe(false)
  })

  it("do not pass for the request's own with existingAuthorization: 'keep'", async () => {
    const { account, api } = await startBench({ existingAuthorization: 'keep' })
    const shared = new AxiosHeaders({ 'X-App': 'mine' })
    api.interceptors.request.use((config) => {
      config.headers = shared
      return config
    })
    await api.get(PHYSICIANS)
    account.revoke()
    expect((await api.get(PHYSICIANS)).status).toBe(200)
  })

  it('may be a plain object that an adapter around the plugin’s passes on', async () => {
    const account = await startAccount()
    const api = axios.create({ baseURL: `${account.url}/rest/v2` })
    api.interceptors.request.use((config) => {
      const inner = axios.getAdapter(config.adapter as never, config)
      config.adapter = (final) =>
        inner({ ...final, headers: { ...final.headers, 'X-Signature': 'abc' } } as never)
      return config
    })
    attachCaspioAuth(api, account.credentials)
    await api.get(PHYSICIANS)
    account.revoke()
    const { config } = await api.get(PHYSICIANS)
    await api(config)
    expect(account.log.api.map(({ status, headers }) => [status, headers['x-signature']])).toEqual([
      [200, 'abc'],
      [401, 'abc'],
      [200, 'abc'],
      [200, 'abc'],
    ])
  })
})

describe('a URLSearchParams that the caller goes on to change', () => {
  it.each(ADAPTERS)(
    'is sent as it was at the call, at first and after a 401 (%s)',
    async (adapter) => {
      const { account, api } = await startBench({ axios: { adapter } })
      const sendAll = async () => {
        account.log.clear()
        const params = new URLSearchParams()
        const sent = [7, 8, 9].map((key) => {
          params.set('q.where', `PK_ID=${key}`)
          return api.put(PHYSICIANS, { LastName: `name ${key}` }, { params })
        })
        await Promise.all(sent)
        return account.log.api.map(({ path, body }) => [
          /PK_ID(?:=|%3D)(\d)/.exec(path)?.[1],
          /\d/.exec(Buffer.from(body).toString())?.[0],
        ])
      }
      const expected = ['7', '8', '9'].map((key) => [key, key])
      expect(await sendAll()).toEqual(expected)
      account.revoke()
      expect(await sendAll()).toEqual([...expected, ...expected])
    },
  )
})

it('a URLSearchParams with a toString() of its own is sent as that says', async () => {
  const { account, api } = await startBench()
  class Spaces extends URLSearchParams {
    override toString(): string {
      return super.toString().replaceAll('+', '%20')
    }
  }
  const where = { 'q.where': "City='New York'" }
  const changed = new URLSearchParams(where)
  changed.toString = () => new Spaces(where).toString()
  const sendBoth = () =>
    Promise.all([new Spaces(where), changed].map((params) => api.get(PHYSICIANS, { params })))
  await sendBoth()
  account.revoke()
  await sendBoth()
  const [query, ...others] = account.log.api.map(({ path }) => path.split('?')[1])
  expect(query).toBe('q.where=City%3D%27New%20York%27')
  expect(others).toEqual(Array(5).fill(query))
})

// The types forbid a URL object, but axios's http adapter accepts it.
describe('a URL object that the caller goes on to change', () => {
  it('is read at the call, at first and after a 401', async () => {
    const account = await startAccount()
    const api = axios.create({ adapter: 'http' })
    attachCaspioAuth(api, account.credentials)
    const sendAll = async () => {
      account.log.clear()
      const url = new URL(`/rest/v2${PHYSICIANS}`, account.url)
      const sent = ['1', '2', '3'].map((page) => {
        url.searchParams.set('q.pageNumber', page)
        return api.get(url as never)
      })
      await Promise.all(sent)
      return account.log.api.map(({ path }) => path.slice(-1)).sort()
    }
    expect(await sendAll()).toEqual(['1', '2', '3'])
    account.revoke()
    expect(await sendAll()).toEqual(['1', '1', '2', '2', '3', '3'])
  })

  it('does not take the token to another party', async () => {
    const account = await startAccount()
    const other = await startAccount()
    const api = axios.create({ adapter: 'http' })
    attachCaspioAuth(api, account.credentials)
    const url = new URL(`/rest/v2${PHYSICIANS}`, account.url)
    const sent = api.get(url as never)
    url.host = new URL(other.url).host
    expect((await sent).status).toBe(200)
    expect(other.log.api).toEqual([])
  })
})

it.each([
  ['the answer of the token endpoint', {}, expect.objectContaining({ error: expect.anything() })],
  ['no answer', { reset: true }, undefined],
])('a config can be sent again after an error with %s', async (_, fault, expectedData) => {
  const { account, api, auth } = await startBench({ retries: 0 })
  let kept: InternalAxiosRequestConfig | undefined
  api.interceptors.request.use((config) => {
    kept = config
    return config
  })
  account.tokenEndpoint.fail({ ...fault, times: 1 })
  const error = await rejectionOf(api.get(PHYSICIANS))
  expect(error.code).toBe('ERR_CASPIO_TOKEN_ENDPOINT')
  expect(error.response?.data).toEqual(expectedData)
  auth.invalidate()
  const { data } = await api(kept as never)
  expect(data.Result).toBeInstanceOf(Array)
})

it('leaves a config on which response interceptors may call hasOwnProperty()', async () => {
  const { api } = await startBench()
  const { config } = await api.get(PHYSICIANS)
  // biome-ignore lint/suspicious/noPrototypeBuiltins: applications do this
  expect([config.hasOwnProperty('url'), config.hasOwnProperty('_retry')]).toEqual([true, false])
  expect(Object.keys(config)).not.toContain('hasOwnProperty')
  const error = await rejectionOf(api.get('/nowhere'))
  // biome-ignore lint/suspicious/noPrototypeBuiltins: applications do this
  expect(error.config.hasOwnProperty('_retry')).toBe(false)
  await api(config)
})
