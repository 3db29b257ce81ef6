import axios from 'axios'
import { afterEach, describe, expect, it, vi } from 'vitest'
import caspioAuth from '../../src/auth.js'
import {
  attachCaspioAuth,
  type CaspioAuthEvent,
  createCaspioAuth,
  isCaspioAuthError,
} from '../../src/index.js'
import { PHYSICIANS, rejectionOf, startAccount, startBench, times } from '../support/account.js'
import { stopClocks } from '../support/clocks.js'
import {
  DAY_IN_MS,
  duration,
  type EventOf,
  issued,
  ofType,
  passTime,
  taken,
} from '../support/events.js'
import { startRawServer } from '../support/raw-server.js'

afterEach(() => {
  vi.useRealTimers()
})

describe('the events of an account', () => {
  it('report a token request and the new token for the first request', async () => {
    const { api, events } = await startBench()
    await api.get(PHYSICIANS)
    expect(events).toStrictEqual([issued, taken])
  })

  it('report nothing for further requests, even concurrent ones', async () => {
    const { api, events } = await startBench()
    await times(20, () => api.get(PHYSICIANS))
    await times(20, () => api.get(PHYSICIANS))
    expect(events).toHaveLength(2)
  })

  it('report nothing before the first request, or for requests to other hosts', async () => {
    const stranger = await startRawServer()
    const { api, events } = await startBench()
    await api.get(stranger.url)
    expect(events).toEqual([])
  })

  it('report the duration of an attempt in milliseconds', async () => {
    const { account, api, events } = await startBench()
    account.tokenEndpoint.latency = 120
    const startedAt = performance.now()
    await api.get(PHYSICIANS)
    const [{ duration } = { duration: 0 }] = ofType(events, 'token-request')
    expect(duration).toBeGreaterThanOrEqual(115)
    expect(duration).toBeLessThanOrEqual(performance.now() - startedAt)
    expect(duration).toBeLessThan(5_000)
  })

  it('report the refresh-token request and the new token of a renewal before expiry', async () => {
    const { account, api, events } = await startBench()
    await api.get(PHYSICIANS)
    events.length = 0
    passTime(DAY_IN_MS - 600_000)
    await api.get(PHYSICIANS)
    await vi.waitFor(() => expect(events).toHaveLength(2))
    expect(events).toStrictEqual([
      { ...issued, grant: 'refresh_token' },
      { ...taken, grant: 'refresh_token' },
    ])
    expect(account.log.token.map(({ grant }) => grant)).toEqual([
      'client_credentials',
      'refresh_token',
    ])
  })

  it('report a refused refresh token, and then the request with client credentials', async () => {
    const { account, api, events } = await startBench()
    await api.get(PHYSICIANS)
    events.length = 0
    account.revokeRefreshTokens()
    passTime(DAY_IN_MS - 600_000)
    await api.get(PHYSICIANS)
    await vi.waitFor(() => expect(events).toHaveLength(3))
    expect(events).toStrictEqual([
      {
        type: 'token-request',
        grant: 'refresh_token',
        status: 400,
        errorCode: 'invalid_grant',
        duration,
      },
      issued,
      taken,
    ])
  })

  it('report no more attempts than retries allow if the second attempt refuses the refresh token', async () => {
    const { account, api, auth, events } = await startBench()
    await api.get(PHYSICIANS)
    events.length = 0
    account.revokeRefreshTokens()
    account.tokenEndpoint.fail({ times: 1 })
    account.tokenEndpoint.fail({ times: 1, status: 400, body: '{"error":"invalid_grant"}' })
    account.tokenEndpoint.fail()
    await rejectionOf(auth.getAccessToken({ renew: true }))
    expect(
      ofType(events, 'token-request').map(({ grant, status }) => `${grant} ${status}`),
    ).toEqual([
      'refresh_token 503',
      'refresh_token 400',
      'client_credentials 503',
      'client_credentials 503',
    ])
  })

  it('report a failed background renewal as such, while requests continue', async () => {
    stopClocks()
    const { account, api, events } = await startBench({ retries: 0 })
    await api.get(PHYSICIANS)
    events.length = 0
    account.tokenEndpoint.fail()
    vi.advanceTimersByTime(DAY_IN_MS - 600_000)
    expect((await api.get(PHYSICIANS)).status).toBe(200)
    await vi.waitFor(() => expect(events).toHaveLength(3))
    const failed = { type: 'token-request', status: 503, errorCode: 'temporarily_unavailable' }
    expect(events).toStrictEqual([
      { ...failed, grant: 'refresh_token', duration },
      { ...failed, grant: 'client_credentials', duration },
      { type: 'acquisition-failed', error: expect.any(Error), background: true, retryIn: 1_000 },
    ])
    expect((await api.get(PHYSICIANS)).status).toBe(200)
    expect(events).toHaveLength(3)
  })

  it('report a rejection, the new token and the resend, in that order', async () => {
    const { account, api, events } = await startBench()
    await api.get(PHYSICIANS)
    events.length = 0
    passTime(120_000)
    account.revoke()
    await api.get(PHYSICIANS)
    expect(events).toStrictEqual([
      { type: 'token-rejected', status: 401 },
      issued,
      taken,
      { type: 'request-resent' },
    ])
  })

  it('report each rejection and each resend of concurrent requests, because Caspio bills them', async () => {
    const { account, api, events } = await startBench()
    await api.get(PHYSICIANS)
    passTime(120_000)
    account.revoke()
    events.length = 0
    await times(10, () => api.get(PHYSICIANS))
    expect(ofType(events, 'token-rejected')).toHaveLength(10)
    expect(ofType(events, 'request-resent')).toHaveLength(10)
    expect(ofType(events, 'token-request')).toHaveLength(1)
    expect(ofType(events, 'token-taken')).toHaveLength(1)
  })

  it('report the status that shouldRenew accepted', async () => {
    const { account, api, events } = await startBench({
      shouldRenew: ({ status }) => status === 400,
    })
    account.api.fail({ status: 400, times: 1 })
    await api.get(PHYSICIANS)
    expect(ofType(events, 'token-rejected')).toStrictEqual([
      { type: 'token-rejected', status: 400 },
    ])
  })

  it('report only the rejection, which Caspio bills, if the request opts out of the resend', async () => {
    const { account, api, events } = await startBench()
    await api.get(PHYSICIANS)
    account.revoke()
    events.length = 0
    await rejectionOf(api.get(PHYSICIANS, { skipAuthRefresh: true }))
    expect(events).toEqual([{ type: 'token-rejected', status: 401 }])
  })

  it('report every attempt that the account bills', async () => {
    const { account, api, events } = await startBench()
    account.tokenEndpoint.fail({ status: 503, times: 1 })
    account.tokenEndpoint.fail({ status: 429, times: 1 })
    await api.get(PHYSICIANS)
    const attempts = ofType(events, 'token-request')
    expect(attempts.map(({ status }) => status)).toEqual([503, 429, 200])
    expect(attempts.map(({ errorCode }) => errorCode)).toEqual([
      'temporarily_unavailable',
      'temporarily_unavailable',
      undefined,
    ])
    expect(account.log.token.map(({ status }) => status)).toEqual([503, 429, 200])
    expect(events.at(-1)).toEqual(taken)
  })

  it('report wrong credentials, and 30 s until the next attempt', async () => {
    const account = await startAccount()
    const events: CaspioAuthEvent[] = []
    const credentials = { ...account.credentials, clientSecret: 'wrong' }
    const handle = createCaspioAuth(credentials, { onEvent: (event) => events.push(event) })
    const error = await rejectionOf(handle.getAccessToken())
    expect(events).toStrictEqual([
      { ...issued, status: 400, errorCode: 'invalid_client' },
      { type: 'acquisition-failed', error: expect.any(Error), background: false, retryIn: 30_000 },
    ])
    const [failed] = ofType(events, 'acquisition-failed')
    expect(isCaspioAuthError(failed?.error)).toBe(true)
    expect(failed?.error.code).toBe('ERR_CASPIO_CREDENTIALS')
    expect(failed?.error.message).toBe(error.message)
  })

  it('report a failure once, no matter how many requests share it or arrive during the cooldown', async () => {
    stopClocks()
    const { account, api, events } = await startBench({ retries: 0 })
    account.tokenEndpoint.fail()
    await times(10, () => rejectionOf(api.get(PHYSICIANS)))
    await times(10, () => rejectionOf(api.get(PHYSICIANS)))
    expect(events.map(({ type }) => type)).toEqual(['token-request', 'acquisition-failed'])
  })

  it('report a cooldown that grows, and that respects Retry-After', async () => {
    const { account, auth, events } = await startBench({ retries: 0 })
    account.tokenEndpoint.fail({ times: 1 })
    account.tokenEndpoint.fail({ times: 1 })
    account.tokenEndpoint.fail({ times: 1, retryAfter: 90 })
    for (let attempt = 0; attempt < 3; attempt++) {
      await rejectionOf(auth.getAccessToken({ renew: true }))
    }
    expect(ofType(events, 'acquisition-failed').map(({ retryIn }) => retryIn)).toEqual([
      1_000, 2_000, 90_000,
    ])
  })

  it.each([
    ['a reset connection', { reset: true }, 10_000, 'ECONNRESET'],
    ['a timeout', { hang: true }, 200, 'ETIMEDOUT'],
  ])('report an error code and no status for %s', async (_, fault, timeout, errorCode) => {
    const { account, api, events } = await startBench({ retries: 0, timeout })
    account.tokenEndpoint.fail(fault)
    await rejectionOf(api.get(PHYSICIANS))
    expect(events).toStrictEqual([
      { type: 'token-request', grant: 'client_credentials', errorCode, duration },
      { type: 'acquisition-failed', error: expect.any(Error), background: false, retryIn: 1_000 },
    ])
  })

  it('report an error code and no status if the token endpoint is down', async () => {
    const { account, api, events } = await startBench({ retries: 0 })
    await account.close()
    await rejectionOf(api.get(PHYSICIANS))
    expect(ofType(events, 'token-request')).toStrictEqual([
      {
        type: 'token-request',
        grant: 'client_credentials',
        errorCode: 'ECONNREFUSED',
        duration,
      },
    ])
  })

  it('report the status and the failure for an invalid token response', async () => {
    const { account, api, events } = await startBench()
    account.tokenEndpoint.fail({ status: 200, body: '<html>Sign in</html>' })
    await rejectionOf(api.get(PHYSICIANS))
    expect(ofType(events, 'token-request')).toEqual([issued])
    const [failed] = ofType(events, 'acquisition-failed')
    expect(failed?.error.code).toBe('ERR_CASPIO_TOKEN_RESPONSE')
    expect(ofType(events, 'token-taken')).toEqual([])
  })

  it('report a token without expires_in as one without expiresIn', async () => {
    const server = await startRawServer((_, response) => {
      response.end(JSON.stringify({ access_token: 'abc', token_type: 'bearer' }))
    })
    const events: CaspioAuthEvent[] = []
    const handle = createCaspioAuth(
      { clientID: 'id', clientSecret: 'secret', tokenEndpointURL: `${server.url}/oauth/token` },
      { onEvent: (event) => events.push(event) },
    )
    await handle.getAccessToken()
    const [event] = ofType(events, 'token-taken')
    expect(event).toStrictEqual({
      type: 'token-taken',
      source: 'issued',
      grant: 'client_credentials',
    })
  })

  it('report a forced renewal like any other', async () => {
    const { auth, events } = await startBench()
    await auth.getAccessToken()
    events.length = 0
    await auth.getAccessToken({ renew: true })
    expect(events.map(({ type }) => type)).toEqual(['token-request', 'token-taken'])
  })

  it('report the requests of two instances that share a handle to its one listener', async () => {
    const account = await startAccount()
    const events: CaspioAuthEvent[] = []
    const handle = createCaspioAuth(account.credentials, { onEvent: (event) => events.push(event) })
    const [first, second] = [axios.create(), axios.create()]
    attachCaspioAuth(first, handle)
    attachCaspioAuth(second, handle)
    const url = `${account.url}/rest/v2${PHYSICIANS}`
    await first.get(url)
    await second.get(url)
    const start = ['token-request', 'token-taken', 'api-call', 'api-call']
    expect(events.map(({ type }) => type)).toEqual(start)
    passTime(120_000)
    account.revoke()
    await second.get(url)
    expect(events).toHaveLength(10)
  })

  it('report each attempt of axios-caspio-auth/auth', async () => {
    const account = await startAccount()
    const events: CaspioAuthEvent[] = []
    const getAccessToken = caspioAuth(account.credentials, {
      onEvent: (event) => events.push(event),
    })
    await getAccessToken()
    await getAccessToken()
    expect(ofType(events, 'token-request')).toStrictEqual([issued, issued])
  })
})

describe('the events of a token broker', () => {
  const origins = ['https://a1bcd234.caspio.com']

  it('report the token, and no token request', async () => {
    const events: CaspioAuthEvent[] = []
    const handle = createCaspioAuth(
      async () => ({ access_token: 'abc', token_type: 'bearer', expires_in: 60 }),
      { origins, onEvent: (event) => events.push(event) },
    )
    await handle.getAccessToken()
    expect(events).toStrictEqual([
      { type: 'token-taken', source: 'issued', grant: 'broker', expiresIn: 60 },
    ])
  })

  it('report a failure, and nothing else', async () => {
    const events: CaspioAuthEvent[] = []
    const handle = createCaspioAuth(
      async () => {
        throw new Error('the vault is sealed')
      },
      { origins, onEvent: (event) => events.push(event) },
    )
    await rejectionOf(handle.getAccessToken())
    expect(events).toStrictEqual([
      { type: 'acquisition-failed', error: expect.any(Error), background: false, retryIn: 1_000 },
    ])
  })
})

describe('the type CaspioAuthEvent', () => {
  it('is a union that `type` discriminates', () => {
    function meter(event: CaspioAuthEvent): number | string | undefined {
      switch (event.type) {
        case 'token-request':
          // @ts-expect-error a token request has no expiresIn
          event.expiresIn
          return event.status ?? event.errorCode ?? event.duration
        case 'token-taken':
          // @ts-expect-error a token from the store has no grant
          event.grant
          return `${event.source === 'issued' ? event.grant : ''} ${event.expiresIn ?? 'unknown'}`
        case 'token-rejected':
          return event.status
        case 'request-resent':
          return 'resent'
        case 'api-call':
          // @ts-expect-error a call has no grant
          event.grant
          return event.status ?? event.errorCode ?? event.url
        case 'acquisition-failed':
          return event.background ? event.retryIn : event.error.code
        case 'store-failed':
          return `${event.operation} ${event.reason}`
        default:
          return undefined
      }
    }
    // @ts-expect-error this event does not exist
    expect(meter({ type: 'token-expired' })).toBeUndefined()
    const write = (event: EventOf<'token-rejected'>) => {
      // @ts-expect-error events are read-only
      event.status = 200
    }
    expect(write).toBeTypeOf('function')
  })
})
