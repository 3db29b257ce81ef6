import axios from 'axios'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { attachCaspioAuth } from '../../src/index.js'
import { PHYSICIANS, rejectionOf, startAccount, startBench } from '../support/account.js'
import { duration } from '../support/events.js'
import { startRawServer } from '../support/raw-server.js'

afterEach(() => {
  vi.useRealTimers()
})

describe('the event api-call', () => {
  const requestId = expect.stringMatching(/^[\da-f-]{36}$/)

  async function startCalls() {
    const bench = await startBench({ retries: 0 })
    const url = `${bench.account.url}/rest/v2${PHYSICIANS}`
    const call = { type: 'api-call', method: 'GET', url, resent: false, duration, requestId }
    return { ...bench, call }
  }

  it('reports a first send, the 401 of a resend, and the resend', async () => {
    const { account, api, calls, call } = await startCalls()
    await api.get(PHYSICIANS)
    account.revoke()
    await api.get(PHYSICIANS)
    expect(calls).toStrictEqual([
      { ...call, status: 200 },
      { ...call, status: 401, errorCode: 'ERR_BAD_REQUEST' },
      { ...call, status: 200, resent: true },
    ])
    expect(calls.map((event) => event.requestId)).toEqual(
      account.log.api.map((entry) => entry.requestId),
    )
  })

  it('reports calls that are sent without the token of the plugin', async () => {
    const { account, api, calls, call } = await startCalls()
    const [user, password] = ['somebody', 'their-password']
    const { host } = new URL(account.url)
    await rejectionOf(api.get(PHYSICIANS, { skipCaspioAuth: true }))
    await rejectionOf(api.get(PHYSICIANS, { auth: { username: user, password } }))
    await rejectionOf(api.get(PHYSICIANS, { headers: { Authorization: false as never } }))
    await rejectionOf(api.get(`http://${user}:${password}@${host}/rest/v2${PHYSICIANS}`))
    const refused = { ...call, status: 401, errorCode: 'ERR_BAD_REQUEST' }
    expect(calls).toStrictEqual([refused, refused, refused, refused])
    expect(account.log.api).toHaveLength(4)
    expect(account.log.token).toEqual([])
  })

  it('reports a call that keeps the Authorization header that it brings', async () => {
    const { api, calls } = await startBench({ existingAuthorization: 'keep' })
    await rejectionOf(api.get(PHYSICIANS, { headers: { Authorization: 'Bearer theirs' } }))
    expect(calls).toMatchObject([{ status: 401, resent: false }])
  })

  it('shows the URL that axios sends if the baseURL ends with a slash', async () => {
    const { account, api, calls } = await startCalls()
    await api.get(PHYSICIANS, { baseURL: `${account.url}/rest/v2/` })
    expect(calls.map(({ url }) => url)).toEqual([account.url + account.log.api[0]?.path])
  })

  it('shows an absolute URL without query and fragment, and the method in upper case', async () => {
    const { account, api, calls } = await startCalls()
    await api.get(`${PHYSICIANS}?q.limit=5#top`, { params: { 'q.where': '1=1' } })
    await rejectionOf(
      api.request({ method: 'pUt', url: new URL(`${account.url}/rest/v2/x y?z`) as never }),
    )
    expect(calls.map(({ method, url }) => `${method} ${url}`)).toEqual([
      `GET ${account.url}/rest/v2${PHYSICIANS}`,
      `PUT ${account.url}/rest/v2/x%20y`,
    ])
  })

  it.each([
    ['a reset connection', { reset: true }, {}, 'ECONNRESET'],
    ['a timeout', { hang: true }, { timeout: 100 }, 'ECONNABORTED'],
    ['an abort', { hang: true }, { signal: () => AbortSignal.timeout(100) }, 'ERR_CANCELED'],
  ])('reports %s with its code and no status', async (_, fault, config, errorCode) => {
    const { account, api, calls, call } = await startCalls()
    await api.get(PHYSICIANS)
    account.api.fail(fault)
    const signal = 'signal' in config && config.signal?.()
    await rejectionOf(api.get(PHYSICIANS, { ...config, ...(signal && { signal }) } as object))
    const { requestId: _id, ...unanswered } = call
    expect(calls.slice(1)).toStrictEqual([{ ...unanswered, errorCode }])
  })

  it('does not report the token request, or a request that the application sends there', async () => {
    const { account, api, calls } = await startCalls()
    await rejectionOf(api.post(account.credentials.tokenEndpointURL, 'grant_type=nothing'))
    await api.get(PHYSICIANS)
    expect(account.log.token).toHaveLength(2)
    expect(calls).toHaveLength(1)
  })

  it('does not report requests to other origins, or requests that were never sent', async () => {
    const stranger = await startRawServer()
    const { account, api, calls } = await startCalls()
    await api.get(stranger.url)
    account.tokenEndpoint.fail()
    await rejectionOf(api.get(PHYSICIANS))
    expect(calls).toEqual([])
  })

  it('is emitted by the account whose scope the request is in', async () => {
    const [first, second] = [await startAccount(), await startAccount()]
    const urls: string[][] = [[], []]
    const api = axios.create()
    for (const [index, account] of [first, second].entries()) {
      attachCaspioAuth(api, account.credentials, {
        onEvent: (event) => event.type === 'api-call' && urls[index]?.push(event.url),
      })
    }
    await api.get(`${first.url}/rest/v2${PHYSICIANS}`)
    await api.get(`${second.url}/rest/v2${PHYSICIANS}`)
    expect(urls).toEqual([first, second].map(({ url }) => [`${url}/rest/v2${PHYSICIANS}`]))
  })
})
