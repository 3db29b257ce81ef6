import http from 'node:http'
import axios, {
  AxiosError,
  type AxiosRequestConfig,
  type AxiosResponse,
  type InternalAxiosRequestConfig,
} from 'axios'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import type { Emit } from '../../src/contract/events.js'
import { attachCaspioAuth } from '../../src/index.js'
import { createCallCounts } from '../../src/lib/time-limit.js'
import { type AuthorisedRequest, sendOnce } from '../../src/request/send.js'
import { outcomesOf, PHYSICIANS, rejectionOf, startBench } from '../support/account.js'
import { startRawServer } from '../support/raw-server.js'
import { CREDENTIALS, TOKEN } from '../support/scope.js'
import { watchUnhandled } from '../support/unhandled.js'

type Adapter = (config: InternalAxiosRequestConfig) => unknown

function requestWith(adapter: Adapter, emit: Emit, resends = 0): AuthorisedRequest {
  return {
    authoriser: { emit, source: { calls: createCallCounts() } },
    config: { method: 'post' },
    destination: { address: 'https://a/b' },
    adapter,
    resends,
  } as unknown as AuthorisedRequest
}

/** Sends a request, and returns the events that this emits. */
async function eventsOf(adapter: Adapter, resends?: number): Promise<unknown[]> {
  const events: unknown[] = []
  const outcome = sendOnce(requestWith(adapter, (event) => events.push(event), resends))
  await outcome.then(
    () => {},
    () => {},
  )
  return events
}

const duration = expect.closeTo(0, -3)
const call = { type: 'api-call', method: 'POST', url: 'https://a/b', resent: false, duration }

describe('sendOnce', () => {
  it('sends the config with the adapter', () => {
    const adapter = vi.fn()
    sendOnce(requestWith(adapter, undefined))
    expect(adapter.mock.calls).toEqual([[{ method: 'post' }]])
  })

  it.each([
    ['with a listener', () => {}],
    ['without a listener', undefined],
  ])('returns the promise of the adapter, %s', (_, emit) => {
    const answer = Promise.resolve({ status: 200 })
    expect(sendOnce(requestWith(() => answer, emit))).toBe(answer)
  })
})

describe('sendOnce reports', () => {
  it('an answer, with its status and its request ID', async () => {
    const headers = { 'x-caspio-request-id': '3b241101-e2bb-4255-8caf-4136c566a962' }
    expect(await eventsOf(async () => ({ status: 201, headers }))).toStrictEqual([
      { ...call, status: 201, requestId: '3b241101-e2bb-4255-8caf-4136c566a962' },
    ])
  })

  it('an answer that the adapter rejects with', async () => {
    const rejected = async () => {
      throw new AxiosError('no', 'ERR_BAD_REQUEST', undefined, {}, { status: 404 } as AxiosResponse)
    }
    expect(await eventsOf(rejected)).toStrictEqual([
      { ...call, status: 404, errorCode: 'ERR_BAD_REQUEST' },
    ])
  })

  it.each([
    ['its code', new AxiosError('no', 'ECONNRESET'), { errorCode: 'ECONNRESET' }],
    ['nothing, without a code', new Error('no'), {}],
    ['nothing, for what is no error', null, {}],
    ['a number as text', Object.assign(new Error('no'), { code: 20 }), { errorCode: '20' }],
  ])('an error with %s', async (_, error, outcome) => {
    expect(await eventsOf(() => Promise.reject(error))).toStrictEqual([{ ...call, ...outcome }])
  })

  it('a resend as such', async () => {
    expect(await eventsOf(async () => ({ status: 200 }), 1)).toStrictEqual([
      { ...call, status: 200, resent: true },
    ])
  })

  it.each([
    ['is a secret that the server received', 'a'.repeat(41)],
    ['is empty', ''],
    ['has a line break', 'a\nb'],
    ['is an object', {}],
  ])('no request ID that %s', async (_, id) => {
    const headers = { 'x-caspio-request-id': id }
    expect(await eventsOf(async () => ({ status: 200, headers }))).toStrictEqual([
      { ...call, status: 200 },
    ])
  })

  it('a call whose method is missing, because a call that is not reported is not counted', async () => {
    const emit = vi.fn()
    await sendOnce({ ...requestWith(async () => ({ status: 200 }), emit), config: {} as never })
    expect(emit).toHaveBeenCalledOnce()
  })

  it('before the caller sees the outcome', async () => {
    const order: string[] = []
    const adapter = async () => ({ status: 200 })
    const request = requestWith(adapter, ({ type }) => order.push(type))
    await sendOnce(request).then(() => order.push('outcome'))
    expect(order).toEqual(['api-call', 'outcome'])
  })

  it('nothing if the answer cannot be read, and no rejection goes unheard', async () => {
    const watch = watchUnhandled()
    const broken = {
      get headers() {
        throw new Error('no headers')
      },
    }
    expect(await eventsOf(async () => broken)).toEqual([])
    await new Promise(setImmediate)
    expect(watch.unhandled).toEqual([])
    watch.end()
  })

  it('nothing if the adapter throws, because it sent nothing', async () => {
    const thrower = () => {
      throw new Error('bad config')
    }
    expect((await rejectionOf(eventsOf(thrower))).message).toBe('bad config')
  })
})

// So that a library can send on then(), as some query builders do.
it.each([
  ['with a listener', {}],
  ['without a listener', { onEvent: undefined } as object],
])('an adapter whose promise has only then() sends each request once, %s', async (_, options) => {
  const { account, api } = await startBench(options)
  const send = axios.getAdapter('http')
  api.defaults.adapter = (config) => {
    // biome-ignore lint/suspicious/noThenProperty: this is what the test is about
    return { then: (...handlers: []) => send(config).then(...handlers) } as Promise<AxiosResponse>
  }
  expect((await api.get(PHYSICIANS)).status).toBe(200)
  account.revoke()
  expect((await api.get(PHYSICIANS)).status).toBe(200)
  expect((await api.get(PHYSICIANS, { skipCaspioAuth: true, validateStatus: null })).status).toBe(
    401,
  )
  account.api.fail()
  expect((await rejectionOf(api.get(PHYSICIANS))).response.status).toBe(503)
  const statuses = [...account.log.token, ...account.log.api].map(({ status }) => status)
  expect(statuses).toEqual([200, 200, 200, 401, 200, 401, 503])
})

it.each<[string, AxiosRequestConfig]>([
  ['with their own Authorization', { headers: { Authorization: 'Bearer visitor' } }],
  ['with skipCaspioAuth', { skipCaspioAuth: true } as object],
  ['that fail without an answer', { url: '/fail' }],
])('calls %s count as ahead of a token request in their pool', async (_, config) => {
  const { maxSockets } = http.globalAgent
  http.globalAgent.maxSockets = 1
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  onTestFinished(() => {
    vi.useRealTimers()
    http.globalAgent.maxSockets = maxSockets
  })
  const { url, received } = await startRawServer((request, response) => {
    if (request.url === '/oauth/token') return response.end(JSON.stringify(TOKEN))
    vi.advanceTimersByTime(40)
    if (request.url === '/fail') response.destroy()
    else response.end()
  })
  const api = axios.create({ baseURL: url, proxy: false })
  const credentials = { ...CREDENTIALS, tokenEndpointURL: `${url}/oauth/token` }
  const options = { timeout: 400, retries: 0, existingAuthorization: 'keep' } as const
  const auth = attachCaspioAuth(api, credentials, options)
  await auth.getAccessToken()
  const ahead = Array.from({ length: 30 }, () => api.request({ url: '/x', ...config }))
  const outcomes = outcomesOf(ahead)
  expect((await auth.getAccessToken({ renew: true })).access_token).toBe(TOKEN.access_token)
  await outcomes
  expect(received).toHaveLength(32)
})
