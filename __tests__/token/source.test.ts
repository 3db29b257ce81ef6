import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { resolveOptions } from '../../src/contract/options.js'
import {
  type CaspioAccessToken,
  type CaspioAuthOptions,
  createCaspioAuth,
} from '../../src/index.js'
import { now } from '../../src/lib/clock.js'
import { withoutSharing } from '../../src/store/without-sharing.js'
import type { Token } from '../../src/token/life.js'
import { TokenSource } from '../../src/token/source.js'
import {
  outcomesOf,
  PHYSICIANS,
  rejectionOf,
  sleep,
  startAccount,
  startBench,
  times,
} from '../support/account.js'
import { atRest, fakeClocks, fakeTime } from '../support/clocks.js'
import { HOUR, MINUTE, SECOND } from '../support/durations.js'
import { startRawServer } from '../support/raw-server.js'
import { grants } from '../support/source.js'

describe('single flight', () => {
  it('sends one token request for 200 requests at a cold start', async () => {
    const { account, api } = await startBench()
    const answers = await times(200, () => api.get(PHYSICIANS))
    expect(answers.map(({ status }) => status)).toEqual(Array(200).fill(200))
    expect(account.log.token).toHaveLength(1)
  })

  it('rejects every waiting request with its own error, which holds its own config', async () => {
    const { account, api } = await startBench({ retries: 0 })
    account.tokenEndpoint.fail()
    const errors = await times(20, (i) => rejectionOf(api.get(PHYSICIANS, { params: { i } })))
    expect(account.log.token).toHaveLength(1)
    expect(new Set(errors).size).toBe(20)
    expect(errors.map((error) => error.config.params.i)).toEqual(errors.map((_, i) => i))
    expect(errors.every((error) => error.response.config === error.config)).toBe(true)
  })

  it('sends separate token requests for two accounts in one process', async () => {
    const [a, b] = [await startAccount(), await startAccount()]
    const tokens = await Promise.all(
      [a, b].map((account) => createCaspioAuth(account.credentials).getAccessToken()),
    )
    expect(tokens[0]?.access_token).not.toBe(tokens[1]?.access_token)
    expect([a.log.token.length, b.log.token.length]).toEqual([1, 1])
  })
})

describe('the first token request', () => {
  it('is sent at the first request to Caspio, and not before', async () => {
    const { account, api } = await startBench()
    const otherServer = await startRawServer()
    await api.get(`${otherServer.url}/charges`)
    await sleep(50)
    expect(account.log.token).toHaveLength(0)
    await api.get(PHYSICIANS)
    expect(account.log.token).toHaveLength(1)
  })
})

describe('failures', () => {
  it('retries after two answers of 503, and the request succeeds', async () => {
    const { account, api } = await startBench()
    account.tokenEndpoint.fail({ times: 2 })
    expect((await api.get(PHYSICIANS)).status).toBe(200)
    expect(account.log.token.map(({ status }) => status)).toEqual([503, 503, 200])
  })

  it('retries after a connection reset', async () => {
    const { account, api } = await startBench()
    account.tokenEndpoint.fail({ times: 1, reset: true })
    expect((await api.get(PHYSICIANS)).status).toBe(200)
  })

  it('retries if Caspio reports its rate limit with a 400', async () => {
    const { account, api } = await startBench()
    account.tokenEndpoint.fail({ times: 1, status: 400, body: '{"Code":"api-calls-rate"}' })
    expect((await api.get(PHYSICIANS)).status).toBe(200)
  })

  it('ends an attempt after the timeout, even if bytes still arrive', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    onTestFinished(() => {
      vi.useRealTimers()
    })
    let open = 0
    const server = await startRawServer((_, response) => {
      open++
      response.writeHead(200)
      const timer = setInterval(() => response.write(' '), 5)
      response.on('close', () => {
        open--
        clearInterval(timer)
      })
    })
    // Time passes while an attempt is open, and between the two.
    const clock = setInterval(() => {
      if (open > 0 || server.received.length === 1) vi.advanceTimersByTime(SECOND)
    }, 10)
    onTestFinished(() => clearInterval(clock))
    const auth = createCaspioAuth(
      { clientID: 'id', clientSecret: 'secret', tokenEndpointURL: `${server.url}/oauth/token` },
      { timeout: 10 * SECOND, retries: 1 },
    )
    const error = await rejectionOf(auth.getAccessToken())
    expect(error.code).toBe('ERR_CASPIO_TOKEN_ENDPOINT')
    expect(error.cause.code).toBe('ETIMEDOUT')
    expect(server.received).toHaveLength(2)
    // The connection is closed, too.
    await vi.waitUntil(() => open === 0)
  })

  it('waits as long as Retry-After asks, if that is at most 10 s', async () => {
    const { account, api } = await startBench()
    account.tokenEndpoint.fail({ times: 1, status: 429, retryAfter: 1 })
    const started = performance.now()
    await api.get(PHYSICIANS)
    expect(performance.now() - started).toBeGreaterThan(990)
  })

  describe('over time', () => {
    fakeClocks()

    it('start a cooldown of 1 s, then 2 s, 4 s … up to 30 s, with one attempt after each', async () => {
      const { account, api } = await startBench()
      account.tokenEndpoint.fail()
      const first = await rejectionOf(api.get(PHYSICIANS))
      expect(account.log.token).toHaveLength(3)
      expect(first.nextAttemptAt.getTime() - Date.now()).toBe(1_000)
      expect(first.message).toContain(first.nextAttemptAt.toISOString())

      const cooldowns: number[] = []
      let since = 0
      let count = 3
      for (; cooldowns.length < 7; since += 500) {
        const error = await rejectionOf(api.get(PHYSICIANS))
        expect(error.code).toBe('ERR_CASPIO_TOKEN_ENDPOINT')
        if (account.log.token.length > count) {
          expect(account.log.token.length).toBe(count + 1)
          count = account.log.token.length
          cooldowns.push(since / SECOND)
          since = 0
        }
        vi.advanceTimersByTime(500)
      }
      expect(cooldowns).toEqual([1, 2, 4, 8, 16, 30, 30])

      account.tokenEndpoint.restore()
      vi.advanceTimersByTime(30 * SECOND)
      expect((await api.get(PHYSICIANS)).status).toBe(200)
    }, 30_000)

    it('are not retried if Retry-After exceeds 10 s; the cooldown lasts that long instead', async () => {
      const { account, api } = await startBench()
      account.tokenEndpoint.fail({ status: 429, retryAfter: 120, times: 1 })
      await rejectionOf(api.get(PHYSICIANS))
      expect(account.log.token).toHaveLength(1)
      vi.advanceTimersByTime(119 * SECOND)
      await rejectionOf(api.get(PHYSICIANS))
      expect(account.log.token).toHaveLength(1)
      vi.advanceTimersByTime(2 * SECOND)
      expect((await api.get(PHYSICIANS)).status).toBe(200)
    })

    it('limit a Retry-After of a day to 5 minutes', async () => {
      const { account, api } = await startBench()
      account.tokenEndpoint.fail({ status: 503, retryAfter: 86_400, times: 1 })
      const error = await rejectionOf(api.get(PHYSICIANS))
      expect(error.nextAttemptAt.getTime() - Date.now()).toBe(5 * MINUTE)
      vi.advanceTimersByTime(5 * MINUTE)
      expect((await api.get(PHYSICIANS)).status).toBe(200)
    })

    it('allow one token request every 30 s, if the credentials are wrong', async () => {
      const { account, api } = await startBench()
      account.rotateSecret()
      for (let i = 0; i < 10; i++) {
        expect((await rejectionOf(api.get(PHYSICIANS))).code).toBe('ERR_CASPIO_CREDENTIALS')
      }
      expect(account.log.token).toHaveLength(1)
      vi.advanceTimersByTime(29.9 * SECOND)
      await rejectionOf(api.get(PHYSICIANS))
      expect(account.log.token).toHaveLength(1)
      vi.advanceTimersByTime(0.2 * SECOND)
      await rejectionOf(api.get(PHYSICIANS))
      expect(account.log.token).toHaveLength(2)
    })

    it('do not delay getAccessToken({ renew: true })', async () => {
      const { account, api, auth } = await startBench({ retries: 0 })
      account.tokenEndpoint.fail({ times: 1, retryAfter: 300 })
      await rejectionOf(api.get(PHYSICIANS))
      await auth.getAccessToken({ renew: true })
      expect((await api.get(PHYSICIANS)).status).toBe(200)
    })

    it('start a cooldown that a wall clock set back does not prolong', async () => {
      const { account, api } = await startBench({ retries: 0 })
      account.tokenEndpoint.fail({ times: 1 })
      await rejectionOf(api.get(PHYSICIANS))
      const then = Date.now()
      vi.advanceTimersByTime(1.1 * SECOND)
      vi.setSystemTime(then - 24 * HOUR)
      expect((await api.get(PHYSICIANS)).status).toBe(200)
    })
  })
})

describe('grants', () => {
  fakeClocks()

  it('renews before expiry with the refresh token, and leaves only one refresh token valid', async () => {
    const { account, api, events } = await startBench()
    for (let day = 0; day < 5; day++) {
      await api.get(PHYSICIANS)
      vi.advanceTimersByTime(22.2 * HOUR)
      await api.get(PHYSICIANS)
      await vi.waitUntil(() => grants(events).length === day + 2)
    }
    await vi.waitUntil(() => grants(events).length === 6)
    expect(grants(events)).toEqual(['client_credentials', ...Array(5).fill('refresh_token')])
    expect(account.liveRefreshTokens).toBe(1)
  })

  it('uses the refresh token after the access token has expired, too', async () => {
    const { api, events } = await startBench()
    await api.get(PHYSICIANS)
    vi.advanceTimersByTime(40 * HOUR)
    await api.get(PHYSICIANS)
    expect(grants(events)).toEqual(['client_credentials', 'refresh_token'])
  })

  it('forgets a refused refresh token, and uses the client credentials at once', async () => {
    const { account, api, events } = await startBench({ retries: 0 })
    await api.get(PHYSICIANS)
    account.revokeRefreshTokens()
    vi.advanceTimersByTime(40 * HOUR)
    account.tokenEndpoint.fail({ status: 400, body: '{"error":"invalid_grant"}', times: 1 })
    account.tokenEndpoint.fail({ times: 1 })
    await rejectionOf(api.get(PHYSICIANS))
    vi.advanceTimersByTime(2 * SECOND)
    await api.get(PHYSICIANS)
    expect(grants(events)).toEqual([
      'client_credentials',
      'refresh_token',
      'client_credentials',
      'client_credentials',
    ])
  })

  it('keeps the refresh token during an outage', async () => {
    const { account, api, events } = await startBench({ retries: 0 })
    await api.get(PHYSICIANS)
    vi.advanceTimersByTime(40 * HOUR)
    account.tokenEndpoint.fail({ times: 2 })
    await rejectionOf(api.get(PHYSICIANS))
    vi.advanceTimersByTime(2 * SECOND)
    await api.get(PHYSICIANS)
    expect(grants(events)).toEqual([
      'client_credentials',
      'refresh_token',
      'client_credentials',
      'refresh_token',
    ])
  })

  it.each([0, 2])(
    'uses the client credentials if the refresh grant fails %i retries long, too',
    async (retries) => {
      const { account, api, events } = await startBench({ retries })
      await api.get(PHYSICIANS)
      vi.advanceTimersByTime(40 * HOUR)
      account.tokenEndpoint.fail({ status: 503, times: 1 + retries })
      await api.get(PHYSICIANS)
      expect(grants(events)).toEqual([
        'client_credentials',
        ...Array(1 + retries).fill('refresh_token'),
        'client_credentials',
      ])
    },
  )

  it('sends no client credentials at once if the refused refresh grant asks to wait', async () => {
    const { account, api, events } = await startBench()
    await api.get(PHYSICIANS)
    vi.advanceTimersByTime(40 * HOUR)
    account.tokenEndpoint.fail({ status: 429, headers: { 'Retry-After': '60' } })
    await rejectionOf(api.get(PHYSICIANS))
    expect(grants(events)).toEqual(['client_credentials', 'refresh_token'])
  })

  it('uses the client credentials after a refused refresh token, whatever the reason', async () => {
    const { account, api, events } = await startBench()
    await api.get(PHYSICIANS)
    account.rotateSecret()
    vi.advanceTimersByTime(40 * HOUR)
    expect((await rejectionOf(api.get(PHYSICIANS))).code).toBe('ERR_CASPIO_CREDENTIALS')
    expect(grants(events)).toEqual(['client_credentials', 'refresh_token', 'client_credentials'])
  })

  it('uses the client credentials after Caspio rejected the access token', async () => {
    const { account, api, events } = await startBench()
    await api.get(PHYSICIANS)
    account.revoke()
    await api.get(PHYSICIANS)
    expect(grants(events)).toEqual(['client_credentials', 'client_credentials'])
  })

  it('keeps the old refresh token if the answer contains no new one (RFC 6749 §6)', async () => {
    const forms: string[] = []
    const server = await startRawServer((request, response) => {
      forms.push(request.body.toString())
      const isFirst = forms.length === 1
      response.end(
        JSON.stringify({
          access_token: `t${forms.length}`,
          token_type: 'bearer',
          expires_in: 60,
          ...(isFirst && { refresh_token: 'r1' }),
        }),
      )
    })
    const auth = createCaspioAuth({
      clientID: 'id',
      clientSecret: 'secret',
      tokenEndpointURL: `${server.url}/oauth/token`,
    })
    for (let i = 0; i < 3; i++) {
      await auth.getAccessToken()
      vi.advanceTimersByTime(2 * MINUTE)
    }
    const refresh = 'grant_type=refresh_token&refresh_token=r1'
    expect(forms).toEqual(['grant_type=client_credentials', refresh, refresh])
  })
})

it('a renewal that ends after invalidate() returns its token, without the old refresh token', async () => {
  const grants = ['client_credentials', 'refresh_token'] as const
  const answers: (() => void)[] = []
  const issue = () =>
    new Promise<Token>((resolve) => {
      const grant = grants[answers.length]
      const accessToken = `t${answers.length + 1}`
      const refreshToken = grant === 'client_credentials' ? 'r1' : undefined
      const token = { accessToken, tokenType: 'bearer', lifeSeconds: 60, refreshToken }
      answers.push(() => resolve({ ...token, requestedAt: now(), grant }))
    })
  const transport = { defaults: {} }
  const source = new TokenSource(withoutSharing(issue), resolveOptions(), () => {})
  const first = source.acquire(transport)
  answers[0]?.()
  await first
  const renewed = source.renew(transport)
  source.invalidate()
  answers[1]?.()
  expect(await renewed).toMatchObject({ accessToken: 't2', refreshToken: undefined })
})

describe('a token request that is never answered, because its worker has ended', () => {
  fakeTime()

  function startUnanswered(options?: CaspioAuthOptions) {
    const answers: (() => void)[] = []
    const issue = () =>
      new Promise<Token>((resolve) => {
        const accessToken = `t${answers.length + 1}`
        const token = {
          accessToken,
          tokenType: 'bearer',
          lifeSeconds: 1_000,
          refreshToken: undefined,
        }
        const requestedAt = now()
        answers.push(() => resolve({ ...token, requestedAt, grant: 'client_credentials' }))
      })
    return {
      source: new TokenSource(withoutSharing(issue), resolveOptions(options), () => {}),
      answers,
    }
  }
  const transport = { defaults: {} }

  it.each([
    ['the default options', undefined, 125],
    ['a timeout of 0.5 s and no retries', { retries: 0, timeout: 500 }, 28],
  ])('is awaited only as long as it may take, with %s', async (_, options, seconds) => {
    const { source, answers } = startUnanswered(options)
    source.acquire(transport)
    vi.advanceTimersByTime(seconds * SECOND - 1)
    source.acquire(transport)
    expect(answers).toHaveLength(1)
    vi.advanceTimersByTime(1)
    const waiting = [source.acquire(transport), source.acquire(transport)]
    expect(answers).toHaveLength(2)
    answers[1]?.()
    expect(await Promise.all(waiting)).toMatchObject(Array(2).fill({ accessToken: 't2' }))
  })

  it('does not keep the token from being renewed before expiry', async () => {
    const { source, answers } = startUnanswered({ renewBefore: 200 })
    const first = source.acquire(transport)
    answers[0]?.()
    await first
    // In the last fifth of its life.
    vi.advanceTimersByTime(845 * SECOND)
    for (const seconds of [0, 100]) {
      vi.advanceTimersByTime(seconds * SECOND)
      expect(await source.acquire(transport)).toMatchObject({ accessToken: 't1' })
      expect(answers).toHaveLength(2)
    }
    // The token has expired meanwhile.
    vi.advanceTimersByTime(70 * SECOND)
    const waiting = source.acquire(transport)
    answers[2]?.()
    expect(await waiting).toMatchObject({ accessToken: 't3' })
  })

  it('does not end the next token request if it is answered after all', async () => {
    const { source, answers } = startUnanswered()
    const late = source.acquire(transport)
    vi.advanceTimersByTime(125 * SECOND)
    source.acquire(transport)
    answers[0]?.()
    await late
    source.renew(transport)
    expect(answers).toHaveLength(2)
  })
})

describe('the Node.js process', () => {
  fakeTime()

  /** A token source whose broker answers when the test says so; and its running intervals. */
  function startSource() {
    const calls: { resolve(): void; reject(): void }[] = []
    const broker = () =>
      new Promise<CaspioAccessToken>((resolve, reject) => {
        const token = { access_token: `t${calls.length}`, token_type: 'bearer', expires_in: 60 }
        calls.push({ resolve: () => resolve(token), reject: () => reject(new Error('no')) })
      })
    const set = vi.spyOn(globalThis, 'setTimeout')
    const cleared = vi.spyOn(globalThis, 'clearTimeout')
    /** The timers that keep the process alive. The others are short. */
    const holds = () => {
      const long = set.mock.results.filter((_, index) => set.mock.calls[index]?.[1] === 2 ** 31 - 1)
      return long.filter(({ value }) => !cleared.mock.calls.some(([timer]) => timer === value))
        .length
    }
    return { auth: createCaspioAuth(broker), calls, holds }
  }

  it.each(['resolve', 'reject'] as const)(
    'stays alive while your code waits for a token, and no longer: %s',
    async (end) => {
      const { auth, calls, holds } = startSource()
      const outcomes = outcomesOf([1, 2, 3].map(() => auth.getAccessToken()))
      await atRest()
      expect(holds()).toBe(3)
      calls[0]?.[end]()
      await outcomes
      expect(holds()).toBe(0)
    },
  )

  it('stays alive no longer than your code waits, though the token request goes on', async () => {
    const { auth, holds } = startSource()
    const controller = new AbortController()
    const outcome = rejectionOf(auth.getAccessToken({ signal: controller.signal }))
    await atRest()
    expect(holds()).toBe(1)
    controller.abort()
    await outcome
    expect(holds()).toBe(0)
  })

  it.each(['resolve', 'reject'] as const)(
    'is not kept alive by a renewal in the background, until your code waits for it: %s',
    async (end) => {
      const { auth, calls, holds } = startSource()
      const first = auth.getAccessToken()
      await atRest()
      calls[0]?.resolve()
      await first
      vi.advanceTimersByTime(40 * SECOND)
      expect((await auth.getAccessToken()).access_token).toBe('t0')
      await atRest()
      expect([calls.length, holds()]).toEqual([2, 0])
      const outcomes = outcomesOf([auth.getAccessToken({ renew: true })])
      await atRest()
      expect([calls.length, holds()]).toEqual([2, 1])
      calls[1]?.[end]()
      await outcomes
      expect(holds()).toBe(0)
    },
  )
})
