import type { AxiosResponse } from 'axios'
import { describe, expect, it } from 'vitest'
import { isTokenRejected } from '../../src/request/rejection.js'
import { PHYSICIANS, rejectionOf, startBench } from '../support/account.js'
import { atRest } from '../support/clocks.js'
import { startRawServer } from '../support/raw-server.js'
import { watchUnhandled } from '../support/unhandled.js'

const response = { status: 401 } as AxiosResponse
const HOME = 'https://a1bcd234.caspio.com'
const scope = {
  destinationOf: () => undefined,
  includesURL: (url: string) => url.startsWith(HOME),
}

describe('isTokenRejected', () => {
  it.each([true, false])('is %s if shouldRenew returns the same', (verdict) => {
    expect(isTokenRejected(response, { shouldRenew: () => verdict, scope })).toBe(verdict)
  })

  it('passes the answer to shouldRenew', () => {
    const shouldRenew = (answer: AxiosResponse) => answer === response
    expect(isTokenRejected(response, { shouldRenew, scope })).toBe(true)
  })

  it('is undefined if the request that was answered had lost the token in a redirect', () => {
    const shouldRenew = () => true
    const answerTo = (headers: Record<string, string>) =>
      ({ ...response, request: { getHeader: (name: string) => headers[name] } }) as AxiosResponse
    expect(isTokenRejected(answerTo({}), { shouldRenew, scope })).toBeUndefined()
    expect(isTokenRejected(answerTo({ authorization: 'Bearer x' }), { shouldRenew, scope })).toBe(
      true,
    )
  })

  it('is undefined if an XMLHttpRequest was redirected out of the scope', () => {
    const shouldRenew = () => true
    const answerFrom = (responseURL: string) =>
      ({ ...response, request: { responseURL } }) as AxiosResponse
    const elsewhere = answerFrom('https://other.example/')
    expect(isTokenRejected(elsewhere, { shouldRenew, scope })).toBeUndefined()
    expect(isTokenRejected(answerFrom(`${HOME}/x`), { shouldRenew, scope })).toBe(true)
    // axios-mock-adapter repeats the URL of the request.
    expect(isTokenRejected(answerFrom('/x'), { shouldRenew, scope })).toBe(true)
  })

  it.each([1, 'true', {}, undefined])('is false if shouldRenew returns %o', (verdict) => {
    expect(isTokenRejected(response, { shouldRenew: () => verdict as never, scope })).toBe(false)
  })

  it.each([
    [{ status: 429 }],
    [{ status: 500 }],
    [{ status: 503 }],
    [{ status: 400, data: '[{"name":"api-calls-rate"}]' }],
  ])('is undefined if the server did not look at the token: %o', (answer) => {
    const shouldRenew = ({ status }: AxiosResponse) => status === 401
    expect(isTokenRejected(answer as AxiosResponse, { shouldRenew, scope })).toBeUndefined()
  })

  it('is undefined if shouldRenew throws', () => {
    const shouldRenew = () => {
      throw new Error('bug')
    }
    expect(isTokenRejected(response, { shouldRenew, scope })).toBeUndefined()
  })

  it('is false if shouldRenew is asynchronous, and handles its rejection', async () => {
    const { unhandled, end } = watchUnhandled()
    const shouldRenew = (async () => Promise.reject(new Error('bug'))) as never
    expect(isTokenRejected(response, { shouldRenew, scope })).toBe(false)
    await atRest()
    end()
    expect(unhandled).toEqual([])
  })
})

describe('the option shouldRenew', () => {
  it('decides which answers mean that the token is rejected', async () => {
    const { account, api } = await startBench({
      shouldRenew: ({ status, data }) =>
        status === 401 || (status === 400 && String(data).includes('IncorrectQueryParameter')),
    })
    await api.get(PHYSICIANS)
    account.api.fail({ status: 400, body: '{"Code":"IncorrectQueryParameter"}', times: 1 })
    expect((await api.get(PHYSICIANS)).status).toBe(200)
    expect(account.log.token).toHaveLength(2)
    account.api.fail({ status: 400, times: 1 })
    expect((await rejectionOf(api.get(PHYSICIANS))).response.status).toBe(400)
    expect(account.log.token).toHaveLength(2)
  })

  it.each([
    [
      'throws',
      () => {
        throw new Error('bug')
      },
    ],
    ['returns a promise', (async () => true) as never],
  ])('renews nothing if it %s', async (_, shouldRenew) => {
    const { account, api } = await startBench({ shouldRenew })
    expect((await api.get(PHYSICIANS)).status).toBe(200)
    account.api.fail({ status: 401, times: 1 })
    expect((await rejectionOf(api.get(PHYSICIANS))).response.status).toBe(401)
    expect(account.log.token).toHaveLength(1)
  })
})

it.each([301, 302, 303])(
  'a POST that was executed, and redirected with %i to a 401, is not sent again',
  async (status) => {
    const { url, received } = await startRawServer(({ method }, response) => {
      response.writeHead(method === 'POST' ? status : 401, { Location: '/created' }).end()
    })
    const { api } = await startBench({ axios: { baseURL: url } })
    expect((await rejectionOf(api.post('/records', { a: 1 }))).response.status).toBe(401)
    expect(received.map((one) => `${one.method} ${one.url}`)).toEqual([
      'POST /records',
      'GET /created',
    ])
  },
)
