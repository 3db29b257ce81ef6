import { describe, expect, it, vi } from 'vitest'
import { createFailure, type Failure } from '../../src/contract/errors.js'
import type { CaspioAuthEvent } from '../../src/contract/events.js'
import { resolveOptions } from '../../src/contract/options.js'
import { now } from '../../src/lib/clock.js'
import { withoutSharing } from '../../src/store/without-sharing.js'
import type { IssueRequest } from '../../src/token/issuer.js'
import type { Token } from '../../src/token/life.js'
import { TokenSource } from '../../src/token/source.js'
import { fakeTime } from '../support/clocks.js'
import { HOUR, MINUTE, SECOND } from '../support/durations.js'
import { rejectionOf } from '../support/outcomes.js'

const DAY = 24 * HOUR
const TRANSPORT = { defaults: {} }
const TABLE = 'get /tables/Physicians'

fakeTime()

/** A token source whose tokens are t1, t2 and so on, with the refresh tokens r1, r2 and so on. */
function startSource(lifeSeconds = DAY / SECOND) {
  const requests: IssueRequest[] = []
  const events: CaspioAuthEvent[] = []
  const tokenOf = (name: number | string, life = lifeSeconds) => ({
    accessToken: `t${name}`,
    tokenType: 'bearer',
    lifeSeconds: life,
    refreshToken: `r${name}`,
    requestedAt: now(),
  })
  let failure: Failure | undefined
  const issue = async (request: IssueRequest) => {
    requests.push(request)
    if (failure) throw failure
    return { ...tokenOf(requests.length), grant: 'client_credentials' as const }
  }
  const emit = (event: CaspioAuthEvent) => events.push(event)
  const source = new TokenSource(withoutSharing(issue), resolveOptions(), emit)
  return {
    source,
    requests,
    events,
    acquire: async () => source.acquire(TRANSPORT),
    /** Rejects a token, of the first send or of the resend. */
    replace: async (rejected: Token, isResend = false) =>
      (await source.replace(rejected, TABLE, isResend, TRANSPORT)) as Token,
    /** A token of another process. */
    foundToken: (name: string, life?: number) => ({ ...tokenOf(name, life), grant: undefined }),
    breakDown: (isTransportFault = false) => {
      failure = createFailure('ERR_CASPIO_TOKEN_ENDPOINT', 'down', { isTransportFault })
    },
  }
}

describe('the grant of a token request', () => {
  it('is client credentials after a rejection, and the refresh token if its replacement is rejected, too', async () => {
    const { requests, acquire, replace } = startSource()
    const second = await replace(await acquire())
    expect(second.accessToken).toBe('t2')
    await replace(second, true)
    expect(requests.map(({ refreshToken }) => refreshToken)).toEqual([undefined, undefined, 'r2'])
  })

  it('is the refresh token if a token of another process is rejected', async () => {
    const { source, requests, acquire, replace, foundToken } = startSource()
    expect(source.adopt(foundToken('x'), await acquire())).toBe(true)
    await replace(await acquire())
    expect(requests.map(({ refreshToken }) => refreshToken)).toEqual([undefined, 'rx'])
  })
})

describe('a token request says that an earlier token is of no use', () => {
  const renewsOf = ({ requests }: ReturnType<typeof startSource>) =>
    requests.map(({ renew }) => renew)

  it('if there was one, but not the first time', async () => {
    const bench = startSource()
    await bench.acquire()
    vi.advanceTimersByTime(DAY)
    await bench.acquire()
    expect(renewsOf(bench)).toEqual([false, true])
  })

  it('if the caller says so', async () => {
    const bench = startSource()
    await bench.source.renew(TRANSPORT)
    await bench.source.renew(TRANSPORT)
    expect(renewsOf(bench)).toEqual([true, true])
  })

  it('after invalidate()', async () => {
    const bench = startSource()
    await bench.acquire()
    bench.source.invalidate()
    await bench.acquire()
    expect(renewsOf(bench)).toEqual([false, true])
  })
})

describe('a token of another process', () => {
  it('is not taken in place of a token that is no longer in use', async () => {
    const { source, acquire, foundToken } = startSource()
    const first = await acquire()
    await source.renew(TRANSPORT)
    expect(source.adopt(foundToken('x'), first)).toBe(false)
    expect((await acquire()).accessToken).toBe('t2')
  })

  it('is not taken if it was rejected, even some rejections ago', async () => {
    const { source, acquire, replace, foundToken } = startSource()
    const third = await replace(await replace(await acquire()), true)
    expect(source.adopt(foundToken('1'), third)).toBe(true)
    expect((await acquire()).accessToken).toBe('t3')
  })

  it('that expires sooner is taken, unless the current one is still valid', async () => {
    const { requests, acquire, replace, foundToken } = startSource()
    const replaced = replace(await acquire())
    expect(requests.at(-1)?.accepts(foundToken('x', 60))).toBe(true)
    await replaced
    vi.advanceTimersByTime(23 * HOUR)
    await acquire()
    expect(requests.at(-1)?.accepts(foundToken('y', 60))).toBe(false)
  })
})

describe('a token request that failed', () => {
  const OTHER_TRANSPORT = { defaults: { proxy: false } }

  /** How many token requests are sent if two callers ask for another token at the same time. */
  async function requestsOfTwo(transport: typeof TRANSPORT, isTransportFault: boolean) {
    const { source, requests, breakDown } = startSource()
    breakDown(isTransportFault)
    const both = [TRANSPORT, transport].map((one) => rejectionOf(source.renew(one)))
    expect(await Promise.all(both)).toMatchObject(Array(2).fill({ message: 'down' }))
    return requests.length
  }

  it('is repeated for another instance if its transport may be at fault, and for no other caller', async () => {
    expect(await requestsOfTwo(OTHER_TRANSPORT, true)).toBe(2)
    expect(await requestsOfTwo(TRANSPORT, true)).toBe(1)
    expect(await requestsOfTwo(OTHER_TRANSPORT, false)).toBe(1)
  })
})

it('a rejection of a token that is older than an hour is not held against its resource', async () => {
  const { acquire, replace } = startSource()
  const second = await replace(await acquire())
  vi.advanceTimersByTime(HOUR)
  const third = await replace(second)
  expect(third.accessToken).toBe('t3')
  vi.advanceTimersByTime(HOUR - MINUTE)
  expect(await replace(third)).toBeUndefined()
})

it('only a request that was accepted with the current token counts for the renewals', async () => {
  const { source, acquire } = startSource()
  const first = await acquire()
  const current = await source.renew(TRANSPORT)
  const recorded = vi.spyOn(source.renewals, 'recordAccepted')
  source.recordAccepted(first, () => TABLE)
  expect(recorded).not.toHaveBeenCalled()
  source.recordAccepted(current, () => TABLE)
  expect(recorded).toHaveBeenCalledOnce()
})

it('the event of a token whose life is unknown says nothing of its expiry', async () => {
  const { acquire, events } = startSource(Number.POSITIVE_INFINITY)
  await acquire()
  expect(events).toStrictEqual([
    { type: 'token-taken', source: 'issued', grant: 'client_credentials' },
  ])
})
