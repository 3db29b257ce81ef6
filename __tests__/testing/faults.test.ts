import { afterEach, describe, expect, it, vi } from 'vitest'
import { rejectionOf, thrownBy } from '../support/outcomes.js'
import { askToken, getToken, nextRequest, openAccount, openApi, refresh } from './client.js'

afterEach(() => {
  vi.useRealTimers()
})

describe('a fault', () => {
  it('answers every request with 503 until it is removed', async () => {
    const account = await openAccount()
    const call = await openApi(account)
    account.api.fail()
    for (let i = 0; i < 3; i++) {
      const answer = await call('/tables')
      expect(answer.status).toBe(503)
      expect(answer.headers.get('x-caspio-request-id')).toBeTruthy()
      expect(await answer.json()).toMatchObject({ Code: 'ServiceUnavailable' })
    }
    expect((await askToken(account)).status).toBe(200)
    account.api.restore()
    expect((await call('/tables')).status).toBe(200)
  })

  it('of the token endpoint answers with an OAuth error and issues no token', async () => {
    const account = await openAccount()
    const { refresh_token } = await getToken(account)
    account.tokenEndpoint.fail({ status: 500, times: 2 })
    const answer = await askToken(account)
    expect(answer.status).toBe(500)
    expect(await answer.json()).toEqual({ error: 'server_error' })
    await refresh(account, refresh_token)
    expect(account.liveAccessTokens).toBe(1)
    expect((await refresh(account, refresh_token)).status).toBe(200)
    expect(account.log.token.map((entry) => [entry.status, entry.error])).toEqual([
      [200, undefined],
      [500, 'server_error'],
      [500, 'server_error'],
      [200, undefined],
    ])
  })

  it('applies as often as its times say, and then the next fault applies', async () => {
    const account = await openAccount()
    const call = await openApi(account)
    account.api.fail({ status: 500, times: 2 })
    account.api.fail({ status: 429, times: 1 })
    account.api.fail({ status: 418, times: 0 })
    const statuses: number[] = []
    for (let i = 0; i < 4; i++) statuses.push((await call('/tables')).status)
    expect(statuses).toEqual([500, 500, 429, 200])
  })

  it('closes the connection if its body is not text or bytes', async () => {
    const account = await openAccount()
    account.api.fail({ body: 5 as never, times: 1 })
    expect((await rejectionOf(fetch(account.url))).message).toBe('fetch failed')
    expect((await fetch(account.url)).status).toBe(404)
  })

  it('can apply to one path only', async () => {
    const account = await openAccount()
    const call = await openApi(account)
    account.api.fail({ path: '/rest/v2/files', times: 1 })
    expect((await call('/tables?x=/rest/v2/files')).status).toBe(200)
    expect((await call('/files?x=1')).status).toBe(503)
    expect((await call('/files')).status).toBe(200)
  })

  it('with status 401 has the same challenge as a rejected token', async () => {
    const account = await openAccount()
    const call = await openApi(account)
    account.api.fail({ status: 401, times: 1 })
    expect((await call('/tables')).headers.get('www-authenticate')).toBe('Bearer')
  })

  it.each([
    [17, '17'],
    ['Wed, 21 Oct 2037 07:28:00 GMT', 'Wed, 21 Oct 2037 07:28:00 GMT'],
  ])('sends Retry-After: %s', async (retryAfter, header) => {
    const account = await openAccount()
    account.tokenEndpoint.fail({ retryAfter })
    expect((await askToken(account)).headers.get('retry-after')).toBe(header)
  })

  it('can set headers and a raw body', async () => {
    const account = await openAccount()
    const call = await openApi(account)
    account.api.fail({
      status: 200,
      times: 1,
      headers: { 'content-type': 'text/html', 'X-Extra': '1' },
      body: '<html>',
    })
    const page = await call('/tables')
    expect(page.headers.get('content-type')).toBe('text/html')
    expect(page.headers.get('x-extra')).toBe('1')
    expect(await page.text()).toBe('<html>')

    account.api.fail({ times: 1, body: new Uint8Array([0, 255, 1]) })
    const bytes = await call('/tables')
    expect(bytes.status).toBe(503)
    expect(bytes.headers.get('content-type')).toBe('application/json;charset=UTF-8')
    expect(new Uint8Array(await bytes.arrayBuffer())).toEqual(new Uint8Array([0, 255, 1]))
  })

  it('can redirect, or answer without a body', async () => {
    const account = await openAccount()
    const call = await openApi(account)
    account.api.fail({ status: 307, headers: { Location: '/elsewhere' }, times: 1 })
    const redirect = await call('/tables', { redirect: 'manual' })
    expect(redirect.status).toBe(307)
    expect(redirect.headers.get('location')).toBe('/elsewhere')
    expect(await redirect.text()).toBe('')
    account.api.fail({ status: 204, body: 'ignored', times: 1 })
    expect((await call('/tables')).headers.get('content-length')).not.toBe('7')
    expect((await call('/tables')).status).toBe(200)
  })

  it('can reset the connection', async () => {
    const account = await openAccount()
    const call = await openApi(account)
    account.api.fail({ reset: true, times: 1 })
    const error = await call('/tables').catch((caught: unknown) => caught)
    expect(error).toMatchObject({ cause: { code: 'ECONNRESET' } })
    expect(account.log.api).toMatchObject([{ status: 0 }])
    expect((await call('/tables')).status).toBe(200)
  })

  it('can leave a request unanswered', async () => {
    const account = await openAccount()
    account.tokenEndpoint.fail({ hang: true, times: 1 })
    const controller = new AbortController()
    const hung = rejectionOf(askToken(account, undefined, { signal: controller.signal }))
    await vi.waitUntil(() => account.log.token.length === 1)
    controller.abort()
    expect((await hung).name).toBe('AbortError')
    expect(account.log.token).toMatchObject([{ status: 0, error: undefined }])
    expect(account.liveAccessTokens).toBe(0)
    expect((await askToken(account)).status).toBe(200)
  })

  it.each([
    [{ status: 99 }],
    [{ status: 600 }],
    [{ status: 200.5 }],
    [{ times: -1 }],
    [{ times: 1.5 }],
    [{ headers: { 'Bad Name': 'x' } }],
    [{ headers: { X: 'a\r\nb' } }],
    [{ retryAfter: 'a\nb' }],
  ])('is rejected at once if it is invalid: %o', async (fault) => {
    const account = await openAccount()
    expect(thrownBy(() => account.api.fail(fault))).toBeInstanceOf(TypeError)
  })
})

describe('latency', () => {
  it('delays the answers of its endpoint, and no others', async () => {
    const account = await openAccount()
    const call = await openApi(account)
    account.api.latency = 150
    const start = performance.now()
    expect((await call('/tables')).status).toBe(200)
    expect(performance.now() - start).toBeGreaterThanOrEqual(149)
    account.api.latency = 3_600_000
    expect((await askToken(account)).status).toBe(200)
  })

  it('delays an answer without changing it: a later fault or revocation has no effect', async () => {
    const account = await openAccount()
    const call = await openApi(account)
    account.api.latency = 50
    const received = nextRequest()
    const early = call('/tables')
    await received
    account.revoke()
    account.api.fail()
    expect((await early).status).toBe(200)
  })

  it('is real time even if the clock is faked', async () => {
    const account = await openAccount()
    account.tokenEndpoint.latency = 10
    vi.useFakeTimers()
    expect((await askToken(account)).status).toBe(200)
  })

  it('logs status 0 if the client leaves before the answer', async () => {
    const account = await openAccount()
    account.tokenEndpoint.latency = 500
    const controller = new AbortController()
    const left = rejectionOf(askToken(account, undefined, { signal: controller.signal }))
    await vi.waitUntil(() => account.liveRefreshTokens === 1)
    controller.abort()
    expect((await left).name).toBe('AbortError')
    await vi.waitFor(() => expect(account.log.token).toMatchObject([{ status: 0 }]))
    expect(account.liveRefreshTokens).toBe(1)
  })

  it.each([-1, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 31])(
    'of %s is rejected',
    async (latency) => {
      const account = await openAccount()
      const set = () => {
        account.api.latency = latency
      }
      expect(thrownBy(set)).toBeInstanceOf(TypeError)
    },
  )
})

describe('the rate limit', () => {
  it('limits the requests per second, token requests included', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    const account = await openAccount()
    account.rateLimit = 3
    const call = await openApi(account)
    expect((await call('/tables')).status).toBe(200)
    vi.setSystemTime(Date.now() + 500)
    expect((await call('/tables')).status).toBe(200)

    const refused = await call('/tables')
    expect(refused.status).toBe(429)
    expect(refused.headers.get('retry-after')).toBeNull()
    const message = 'You have exceeded your API call rate limits.'
    expect(await refused.json()).toEqual([{ message, name: 'api-calls-rate' }])
    const token = await askToken(account)
    expect(token.status).toBe(429)
    expect(token.headers.get('retry-after')).toBeNull()
    expect(await token.json()).toEqual([{ message, name: 'api-calls-rate' }])

    vi.setSystemTime(Date.now() + 500)
    const statuses: number[] = []
    for (let i = 0; i < 3; i++) statuses.push((await call('/tables')).status)
    expect(statuses).toEqual([200, 200, 429])
  })

  it('may have its own window, status and Retry-After', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    const account = await openAccount()
    const rateLimit = { requests: 2, seconds: 300, status: 400, retryAfter: 120 } as const
    account.rateLimit = rateLimit
    expect(account.rateLimit).toEqual(rateLimit)
    const call = await openApi(account)
    expect((await call('/tables')).status).toBe(200)
    vi.setSystemTime(Date.now() + 299_000)
    const refused = await call('/tables')
    expect(refused.status).toBe(400)
    expect(refused.headers.get('retry-after')).toBe('120')
    vi.setSystemTime(Date.now() + 1_000)
    expect((await call('/tables')).status).toBe(200)
  })

  it.each([
    [{ requests: -1 }, 'rateLimit.requests must be a number of requests, 0 or more'],
    [{ requests: 1, seconds: '1' }, 'rateLimit.seconds must be a number of seconds, 0 or more'],
    [{ requests: 1, status: 500 }, 'rateLimit.status must be 429 or 400'],
  ])('cannot be %o', async (rateLimit, message) => {
    const account = await openAccount()
    const error = thrownBy(() => Object.assign(account, { rateLimit }))
    expect(error).toBeInstanceOf(TypeError)
    expect(error.message).toBe(`axios-caspio-auth/testing: ${message}`)
  })

  it('can be removed, and must not be negative', async () => {
    const account = await openAccount()
    const call = await openApi(account)
    account.rateLimit = 0
    expect((await call('/tables')).status).toBe(429)
    account.rateLimit = undefined
    expect((await call('/tables')).status).toBe(200)
    const set = () => {
      account.rateLimit = -1
    }
    expect(thrownBy(set)).toBeInstanceOf(TypeError)
  })
})
