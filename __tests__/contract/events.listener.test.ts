import axios from 'axios'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { attachCaspioAuth, type CaspioAuthEvent, createCaspioAuth } from '../../src/index.js'
import { PHYSICIANS, rejectionOf, sleep, startAccount, startBench } from '../support/account.js'
import { DAY_IN_MS, passTime } from '../support/events.js'
import { startRawServer } from '../support/raw-server.js'
import { expectNoSecrets } from '../support/secrets.js'
import { watchUnhandled } from '../support/unhandled.js'

afterEach(() => {
  vi.useRealTimers()
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
