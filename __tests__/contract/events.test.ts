import axios from 'axios'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import caspioAuth from '../../src/auth.js'
import {
  attachCaspioAuth,
  type CaspioAuthEvent,
  createCaspioAuth,
  isCaspioAuthError,
} from '../../src/index.js'
import {
  PHYSICIANS,
  rejectionOf,
  sleep,
  startAccount,
  startBench,
  times,
} from '../support/account.js'
import { startRawServer } from '../support/raw-server.js'
import { expectNoSecrets } from '../support/secrets.js'
import { watchUnhandled } from '../support/unhandled.js'

type EventOf<Type extends CaspioAuthEvent['type']> = Extract<CaspioAuthEvent, { type: Type }>

const DAY_IN_MS = 86_400_000

const duration = expect.any(Number)
const issued = {
  type: 'token-request',
  grant: 'client_credentials',
  status: 200,
  duration,
}
const taken = {
  type: 'token-taken',
  source: 'issued',
  grant: 'client_credentials',
  expiresIn: 86_399,
}

function ofType<Type extends CaspioAuthEvent['type']>(
  events: readonly CaspioAuthEvent[],
  type: Type,
): EventOf<Type>[] {
  return events.filter((event): event is EventOf<Type> => event.type === type)
}

afterEach(() => {
  vi.useRealTimers()
})

/** Moves the clock that determines the age of tokens. */
function passTime(ms: number): void {
  const now = Date.now()
  vi.useFakeTimers({ toFake: ['Date'], now: now + ms })
}

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
    await api.get(PHYSICIANS)
    const [{ duration } = { duration: 0 }] = ofType(events, 'token-request')
    expect(duration).toBeGreaterThanOrEqual(115)
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
    const { account, api, events } = await startBench({ retries: 0 })
    await api.get(PHYSICIANS)
    events.length = 0
    account.tokenEndpoint.fail()
    passTime(DAY_IN_MS - 600_000)
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
    ['a reset connection', { reset: true }, 'ECONNRESET'],
    ['a timeout', { hang: true }, 'ETIMEDOUT'],
  ])('report an error code and no status for %s', async (_, fault, errorCode) => {
    const { account, api, events } = await startBench({ retries: 0, timeout: 200 })
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

describe('a listener', () => {
  let watch: ReturnType<typeof watchUnhandled>

  beforeEach(() => {
    watch = watchUnhandled()
  })

  afterEach(() => {
    watch.end()
  })

  const failure = () => new Error('the listener failed')

  it.each<[string, (event: CaspioAuthEvent) => unknown]>([
    [
      'that throws',
      () => {
        throw failure()
      },
    ],
    [
      'that throws undefined',
      () => {
        throw undefined
      },
    ],
    ['that rejects', async () => Promise.reject(failure())],
    ['that rejects later', () => sleep(10).then(() => Promise.reject(failure()))],
    [
      'that returns a thenable that rejects',
      () => ({
        // biome-ignore lint/suspicious/noThenProperty: the test needs a thenable.
        then: (_: unknown, reject: (reason: Error) => void) => reject(failure()),
      }),
    ],
    [
      'that returns a thenable that throws',
      () => ({
        // biome-ignore lint/suspicious/noThenProperty: the test needs a thenable.
        get then() {
          throw failure()
        },
      }),
    ],
    ['that never finishes', () => new Promise(() => {})],
  ])('%s does not affect requests', async (_, listener) => {
    const seen: string[] = []
    const { account, api } = await startBench({
      retries: 0,
      onEvent: (event) => {
        seen.push(event.type)
        return listener(event) as undefined
      },
    })
    expect((await api.get(PHYSICIANS)).status).toBe(200)
    passTime(120_000)
    account.revoke()
    expect((await api.get(PHYSICIANS)).status).toBe(200)
    account.tokenEndpoint.fail()
    passTime(DAY_IN_MS - 600_000)
    expect((await api.get(PHYSICIANS)).status).toBe(200)
    await vi.waitFor(() => expect(seen).toContain('acquisition-failed'))
    passTime(DAY_IN_MS)
    const error = await rejectionOf(api.get(PHYSICIANS))
    expect(error.code).toBe('ERR_CASPIO_TOKEN_ENDPOINT')
    expect([...new Set(seen)].sort()).toEqual([
      'acquisition-failed',
      'api-call',
      'request-resent',
      'token-rejected',
      'token-request',
      'token-taken',
    ])
    await sleep(30)
    expect(watch.unhandled).toEqual([])
  })

  it('does not delay requests', async () => {
    const { api } = await startBench({ onEvent: () => sleep(60_000) as unknown as undefined })
    expect((await api.get(PHYSICIANS)).status).toBe(200)
  })

  it('may ask for the access token', async () => {
    const account = await startAccount()
    const tokens: Promise<unknown>[] = []
    const handle = createCaspioAuth(account.credentials, {
      onEvent: () => tokens.push(handle.getAccessToken()),
    })
    const { access_token } = await handle.getAccessToken()
    expect(await Promise.all(tokens)).toMatchObject([{ access_token }, { access_token }])
    expect(account.log.token).toHaveLength(1)
  })

  it('may end the cooldown that follows a failure', async () => {
    const account = await startAccount()
    const handle = createCaspioAuth(account.credentials, {
      retries: 0,
      onEvent: ({ type }) => type === 'acquisition-failed' && handle.invalidate(),
    })
    account.tokenEndpoint.fail({ times: 1 })
    await rejectionOf(handle.getAccessToken())
    expect((await handle.getAccessToken()).token_type).toBe('bearer')
  })
})

describe('secrets', () => {
  it('do not show in any event, from the first token to the failures', async () => {
    const secrets = { clientID: 'b5a1e9c2', clientSecret: 'S3cr/t+of "Örsted" & son: 100 %' }
    const handedOut: string[] = []
    let status = 200
    const server = await startRawServer(({ url, headers, body }, response) => {
      const number = handedOut.length / 2
      if (url !== '/oauth/token') {
        response.statusCode = headers.authorization === `Bearer ${handedOut.at(-2)}` ? 200 : 401
        response.end('{}')
      } else if (status === 200) {
        handedOut.push(`access-token-no-${number}`, `refresh-token-no-${number}`)
        const [access_token, refresh_token] = handedOut.slice(-2)
        response.end(
          JSON.stringify({ access_token, refresh_token, token_type: 'bearer', expires_in: 3600 }),
        )
      } else {
        response.statusCode = status
        response.end(
          JSON.stringify({ error: `${headers.authorization} ${body} ${secrets.clientSecret}` }),
        )
      }
    })
    const events: CaspioAuthEvent[] = []
    const api = axios.create({ baseURL: server.url })
    const auth = attachCaspioAuth(
      api,
      { ...secrets, tokenEndpointURL: `${server.url}/oauth/token` },
      { retries: 0, onEvent: (event) => events.push(event) },
    )
    await api.get('/x')
    await auth.getAccessToken({ renew: true })
    handedOut.push('access-token-nobody-has', 'refresh-token-nobody-has')
    passTime(120_000)
    await api.get('/x')
    for (status of [400, 401, 500, 204]) {
      await rejectionOf(auth.getAccessToken({ renew: true }))
    }
    expect(new Set(events.map(({ type }) => type)).size).toBe(6)
    for (const event of events) {
      expectNoSecrets(event, secrets, ...handedOut)
      if (event.type === 'acquisition-failed') {
        expectNoSecrets(event.error.response, secrets, ...handedOut)
      }
    }
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
