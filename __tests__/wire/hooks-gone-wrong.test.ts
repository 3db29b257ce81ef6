import axios, { type AxiosResponse } from 'axios'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import {
  attachCaspioAuth,
  type CaspioAuth,
  type CaspioAuthEvent,
  type CaspioTokenBroker,
  createCaspioAuth,
  isCaspioAuthError,
} from '../../src/index.js'
import {
  outcomesOf,
  PHYSICIANS,
  rejectionOf,
  sleep,
  startAccount,
  startBench,
  times,
} from '../support/account.js'
import { atRest } from '../support/clocks.js'
import { startRawServer } from '../support/raw-server.js'
import { watchUnhandled } from '../support/unhandled.js'

let watch: ReturnType<typeof watchUnhandled>

beforeEach(() => {
  watch = watchUnhandled()
})

afterEach(async () => {
  await atRest()
  watch.end()
  expect(watch.unhandled).toEqual([])
})

const fault = () => new Error('the hook failed')
const fail = (): never => {
  throw fault()
}
const never = () => new Promise<never>(() => {})
/** An object that throws on any access. */
const throwingProxy = () =>
  new Proxy(
    {},
    Object.fromEntries(Object.getOwnPropertyNames(Reflect).map((name) => [name, fail])) as object,
  )
const thenable = (then: unknown) => Object.defineProperty({}, 'then', { value: then })

function deleteFields(value: object): void {
  for (const key of Object.keys(value)) Reflect.deleteProperty(value, key)
}

/** The same keys, with 0 for every value. */
function zeros(value: object): object {
  return Object.fromEntries(Object.keys(value).map((key) => [key, 0]))
}

type ShouldRenew = (response: AxiosResponse) => unknown

describe('a shouldRenew', () => {
  it.each<[string, ShouldRenew]>([
    ['that rejects', async () => fail()],
    ['that rejects later', () => sleep(1).then(fail)],
    ['that rejects with nothing', () => Promise.reject()],
    ['that never settles', never],
    ['that returns a thenable that rejects', () => thenable((_: unknown, no: () => void) => no())],
    ['that returns a thenable that throws', () => thenable(fail)],
    ['that returns an object that throws on access', throwingProxy],
    [
      'that throws undefined',
      () => {
        throw undefined
      },
    ],
    ['that returns nothing', () => undefined],
    ['that returns null', () => null],
    ['that returns 1', () => 1],
    ["that returns 'true'", () => 'true'],
    ['that returns a boxed true', () => Object(true)],
    ['that returns a function', () => () => true],
    ['that returns a huge string', () => 'true'.repeat(1e6)],
  ])('%s renews nothing, and the caller gets the 401', async (_, shouldRenew) => {
    const { account, api } = await startBench({ shouldRenew: shouldRenew as never })
    expect((await api.get(PHYSICIANS)).status).toBe(200)
    account.api.fail({ status: 401, times: 1 })
    const error = await rejectionOf(api.get(PHYSICIANS))
    expect(error.message).toBe('Request failed with status code 401')
    expect((await api.get(PHYSICIANS)).status).toBe(200)
    expect(account.log.token).toHaveLength(1)
  })

  it('that always returns true has each request sent at most twice, and costs at most 2 token requests', async () => {
    const { account, api } = await startBench({ shouldRenew: () => true })
    for (let call = 0; call < 20; call++) expect((await api.get(PHYSICIANS)).status).toBe(200)
    expect(account.log.api.length).toBeLessThanOrEqual(40)
    expect(account.log.token.length).toBeLessThanOrEqual(2)
  })

  it.each<[string, (response: AxiosResponse) => void]>([
    ['zeroes the fields of', (response) => void Object.assign(response, zeros(response))],
    ['deletes the fields of', deleteFields],
    ['freezes', Object.freeze],
  ])('that %s a response affects only that request', async (_, tamper) => {
    const { account, api } = await startBench({
      shouldRenew: (response) => {
        const { status } = response
        if (response.config.headers['X-Tamper']) tamper(response)
        return status === 401
      },
    })
    await api.get(PHYSICIANS)
    account.revoke()
    const outcomes = outcomesOf(
      Array.from({ length: 6 }, (_, index) =>
        api.get(PHYSICIANS, { headers: index % 2 ? { 'X-Tamper': '1' } : {} }),
      ),
    )
    const statuses = (await outcomes).map(
      (outcome) => outcome.status === 'fulfilled' && outcome.value.status,
    )
    expect(statuses.filter((_, index) => index % 2 === 0)).toEqual([200, 200, 200])
    expect((await api.get(PHYSICIANS)).status).toBe(200)
    expect(account.log.token).toHaveLength(2)
  })

  it('may use the instance and the handle', async () => {
    const nested: Promise<unknown>[] = []
    const bench = await startBench({
      shouldRenew: ({ status }) => {
        if (status === 401) {
          nested.push(bench.auth.getAccessToken(), bench.api.get('/tables'))
          bench.auth.invalidate()
        }
        return status === 401
      },
    })
    const { account, api } = bench
    await api.get(PHYSICIANS)
    account.revoke()
    expect((await api.get(PHYSICIANS)).status).toBe(200)
    await Promise.all(nested)
    expect((await api.get(PHYSICIANS)).status).toBe(200)
    expect(account.log.token.length).toBeLessThanOrEqual(3)
  })
})

describe('a listener', () => {
  /** A bench whose listener can use the bench. */
  async function startWith(
    listener: (event: CaspioAuthEvent, bench: Awaited<ReturnType<typeof startBench>>) => void,
  ) {
    const bench = await startBench({
      retries: 0,
      onEvent: (event) => listener(event, bench),
    })
    return bench
  }

  it('that calls invalidate() on every new token does not fail the requests that wait for it', async () => {
    const { account, api, auth } = await startWith(({ type }, bench) => {
      if (type === 'token-taken') bench.auth.invalidate()
    })
    const answers = await times(10, () => api.get(PHYSICIANS))
    expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(200))
    expect(account.log.token).toHaveLength(1)
    expect((await auth.getAccessToken()).token_type).toBe('bearer')
    expect(account.log.token).toHaveLength(2)
  })

  it('that calls invalidate() on every event does not prevent recovery', async () => {
    const { account, api } = await startWith((_, bench) => bench.auth.invalidate())
    expect((await api.get(PHYSICIANS)).status).toBe(200)
    account.revoke()
    account.api.fail({ status: 401, times: 1 })
    expect((await api.get(PHYSICIANS)).status).toBe(200)
    account.tokenEndpoint.fail({ times: 1 })
    const error = await rejectionOf(api.get(PHYSICIANS))
    expect(error.code).toBe('ERR_CASPIO_TOKEN_ENDPOINT')
    expect((await api.get(PHYSICIANS)).status).toBe(200)
  })

  it('that detaches the plugin lets pending requests finish', async () => {
    const { api } = await startWith((_, bench) => bench.auth.detach())
    const answers = await times(5, () => api.get(PHYSICIANS))
    expect(answers.map(({ status }) => status)).toEqual(Array(5).fill(200))
    expect((await rejectionOf(api.get(PHYSICIANS))).response.status).toBe(401)
  })

  it('that sends a request on every event causes no further token request', async () => {
    const nested: Promise<{ status: number }>[] = []
    const { account, api } = await startWith((_, bench) => {
      if (nested.length < 50) nested.push(bench.api.get(PHYSICIANS))
    })
    await api.get(PHYSICIANS)
    account.revoke()
    expect((await api.get(PHYSICIANS)).status).toBe(200)
    for (let sent = 0; sent < nested.length; sent++) expect((await nested[sent])?.status).toBe(200)
    expect(nested.length).toBeGreaterThan(3)
    expect(account.log.token).toHaveLength(2)
  })

  it('that forces a renewal when a token arrives gets another token', async () => {
    let forced: Promise<unknown> | undefined
    const { account, api } = await startWith(({ type }, bench) => {
      if (type === 'token-taken') forced ??= bench.auth.getAccessToken({ renew: true })
    })
    await times(5, () => api.get(PHYSICIANS))
    await forced
    expect((await api.get(PHYSICIANS)).status).toBe(200)
    expect(account.log.token).toHaveLength(2)
  })

  it.each<[string, (event: object) => void]>([
    ['deletes the fields of', deleteFields],
    ['overwrites', (event) => void Object.assign(event, zeros(event))],
    ['freezes', Object.freeze],
    [
      'changes the error of',
      (event) => {
        const { error } = event as { error?: Error }
        if (error)
          Object.assign(error, { message: 'changed', code: 'changed', nextAttemptAt: 'changed' })
      },
    ],
  ])('that %s an event affects no request and no error', async (_, tamper) => {
    const { account, api, auth } = await startWith((event) => tamper(event))
    expect((await api.get(PHYSICIANS)).status).toBe(200)
    account.revoke()
    expect((await api.get(PHYSICIANS)).status).toBe(200)
    auth.invalidate()
    account.tokenEndpoint.fail({ times: 1 })
    for (const error of await times(3, () => rejectionOf(api.get(PHYSICIANS)))) {
      expect(error.code).toBe('ERR_CASPIO_TOKEN_ENDPOINT')
      expect(error.message).toContain('503')
      expect(error.nextAttemptAt).toBeInstanceOf(Date)
    }
    auth.invalidate()
    expect((await api.get(PHYSICIANS)).status).toBe(200)
  })
})

describe('a token broker', () => {
  const TIMEOUT_IN_MS = 150
  let clock: ReturnType<typeof setInterval>

  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  })
  afterEach(() => {
    clearInterval(clock)
    vi.useRealTimers()
  })

  /** An account and an instance whose broker does not work until `repair()` is called. */
  async function startWith(
    broken: (auth: () => CaspioAuth, send: () => Promise<unknown>) => unknown,
  ) {
    const account = await startAccount()
    const working = createCaspioAuth(account.credentials)
    let isBroken = true
    let wasAsked = false
    const api = axios.create({ baseURL: `${account.url}/rest/v2` })
    const broker = (request: { renew: boolean }) => {
      if (!isBroken) return working.getAccessToken(request)
      wasAsked = true
      return broken(
        () => auth,
        () => api.get(PHYSICIANS),
      )
    }
    // Time passes only while the broken broker may be waited for.
    clock = setInterval(() => {
      if (isBroken && wasAsked) vi.advanceTimersByTime(TIMEOUT_IN_MS / 10)
    }, 5)
    const auth = attachCaspioAuth(api, broker as CaspioTokenBroker, { timeout: TIMEOUT_IN_MS })
    const repair = () => {
      isBroken = false
      auth.invalidate()
    }
    return { account, api, auth, repair }
  }

  let latePromise: Promise<void> | undefined
  const late = () => {
    latePromise = sleep(TIMEOUT_IN_MS * 2)
    return latePromise
  }

  const good = { access_token: 'a-good-token', token_type: 'bearer', expires_in: 60 }

  it.each<[string, () => unknown, string]>([
    ['answers with an object that throws on access', throwingProxy, 'ENDPOINT'],
    [
      'answers with a getter that throws',
      () => Object.defineProperty({ ...good }, 'access_token', { get: fail, enumerable: true }),
      'ENDPOINT',
    ],
    [
      'answers with a getter that returns an object',
      () => ({
        ...good,
        get access_token() {
          return {}
        },
      }),
      'RESPONSE',
    ],
    [
      'answers with a promise as access_token',
      () => ({ ...good, access_token: Promise.resolve('a') }),
      'RESPONSE',
    ],
    ['answers with a function', () => () => good, 'RESPONSE'],
    ['answers with a whole axios response', () => ({ status: 200, data: good }), 'RESPONSE'],
    ['answers with an inherited token', () => Object.create(good), 'RESPONSE'],
    ['answers with a huge string', () => 'a-good-token'.repeat(1e5), 'RESPONSE'],
    ['answers with a thenable that hangs', () => thenable(() => {}), 'ENDPOINT'],
    ['answers with a thenable that throws', () => thenable(fail), 'ENDPOINT'],
    [
      'answers with a thenable that rejects',
      () => thenable((_: unknown, no: (e: Error) => void) => no(fault())),
      'ENDPOINT',
    ],
    ['hangs', never, 'ENDPOINT'],
    ['rejects too late', () => late().then(fail), 'ENDPOINT'],
    ['answers too late', () => late().then(() => good), 'ENDPOINT'],
    ['throws undefined', () => Promise.reject(), 'ENDPOINT'],
    ['throws a symbol', () => Promise.reject(Symbol('no')), 'ENDPOINT'],
    ['throws what cannot be printed', () => Promise.reject(Object.create(null)), 'ENDPOINT'],
    ['throws what throws when it is read', () => Promise.reject(throwingProxy()), 'ENDPOINT'],
    ['throws an odd message', () => Promise.reject({ message: Object.create(null) }), 'ENDPOINT'],
    ['throws a huge message', () => Promise.reject(new Error('no '.repeat(1e6))), 'ENDPOINT'],
    ['throws a frozen error', () => Promise.reject(Object.freeze(fault())), 'ENDPOINT'],
    [
      'throws what looks like ours',
      () => Promise.reject({ code: 'ERR_CASPIO_CREDENTIALS', retryAfter: 1e9 }),
      'ENDPOINT',
    ],
  ])('that %s fails only the callers who need a token', async (_, broken, code) => {
    const { account, api, auth, repair } = await startWith(broken)
    const otherParty = await startRawServer()
    const errors = times(3, () => rejectionOf(api.get(PHYSICIANS)))
    const direct = rejectionOf(auth.getAccessToken())
    // A request that needs no token does not wait for the broker.
    await api.get(`${otherParty.url}/x`)
    await rejectionOf(api.get(PHYSICIANS, { skipCaspioAuth: true }))
    for (const error of [...(await errors), await direct]) {
      expect(isCaspioAuthError(error)).toBe(true)
      expect(error.code).toBe(`ERR_CASPIO_TOKEN_${code}`)
      expect(error.message).toContain('broker')
      expect(error.message.length).toBeLessThan(1_000)
      expect(error.nextAttemptAt.getTime() - Date.now()).toBeLessThanOrEqual(1_000)
    }
    expect(account.log.api).toHaveLength(1)
    expect(otherParty.received).toHaveLength(1)
    repair()
    expect((await api.get(PHYSICIANS)).status).toBe(200)
    vi.advanceTimersByTime(TIMEOUT_IN_MS * 2)
    await latePromise
    expect((await auth.getAccessToken()).access_token).not.toBe(good.access_token)
  })

  it.each<[string, () => unknown]>([
    ['frozen', () => Object.freeze({ ...good })],
    ['without a prototype', () => Object.assign(Object.create(null), good)],
    ['from a thenable', () => thenable((yes: (token: object) => void) => yes(good))],
    [
      'from a thenable that resolves more than once',
      () => thenable((yes: (token: object) => void) => [yes(good), yes({})]),
    ],
    [
      'from a getter that returns it only once',
      () => {
        let token: string | undefined = good.access_token
        return {
          ...good,
          get access_token() {
            const once = token
            token = undefined
            return once
          },
        }
      },
    ],
  ])('may return a token %s', async (_, answer) => {
    const { auth } = await startWith(answer)
    expect((await auth.getAccessToken()).access_token).toBe(good.access_token)
  })

  it('that changes its answer later does not change the token', async () => {
    const answer = { ...good }
    const { auth } = await startWith(() => answer)
    await auth.getAccessToken()
    Object.assign(answer, { access_token: 'another', expires_in: 0 })
    expect((await auth.getAccessToken()).access_token).toBe(good.access_token)
  })

  it.each<[string, Parameters<typeof startWith>[0]]>([
    ['its own handle for a token', (auth) => auth().getAccessToken()],
    ['its own handle for another token', (auth) => auth().getAccessToken({ renew: true })],
    [
      'its own handle, after invalidate(),',
      (auth) => {
        auth().invalidate()
        return auth().getAccessToken()
      },
    ],
    ['the instance for a record', (_, send) => send()],
  ])('that asks %s fails with its timeout and does not hang', async (_, broken) => {
    const { api, auth, repair } = await startWith(broken)
    const errors = await Promise.all([
      rejectionOf(api.get(PHYSICIANS)),
      rejectionOf(auth.getAccessToken()),
    ])
    for (const error of errors) {
      expect(error.code).toBe('ERR_CASPIO_TOKEN_ENDPOINT')
      expect(error.message).toContain(`${TIMEOUT_IN_MS} ms`)
    }
    repair()
    expect((await api.get(PHYSICIANS)).status).toBe(200)
  })
})
