import axios, { AxiosError, type AxiosRequestConfig, CanceledError } from 'axios'
import { describe, expect, it, vi } from 'vitest'
import { waitFor } from '../../src/request/waiting.js'
import { CAN } from '../support/axios-features.js'
import { outcomesOf, rejectionOf } from '../support/outcomes.js'
import { startRawServer } from '../support/raw-server.js'

const never = new Promise<never>(() => {})

describe('waitFor', () => {
  it.each([{}, { timeout: 0 }, { timeout: undefined }, { timeout: -1 }])(
    'settles as the shared promise does, too, if nothing limits the wait: %o',
    async (limits) => {
      expect(await waitFor(Promise.resolve('token'), limits as never)).toBe('token')
    },
  )

  it('settles as the shared promise does', async () => {
    const { signal } = new AbortController()
    expect(await waitFor(Promise.resolve('token'), { signal, timeout: 1_000 })).toBe('token')
    const failure = new Error('no token')
    expect(await rejectionOf(waitFor(Promise.reject(failure), { timeout: 1_000 }))).toBe(failure)
  })

  it('leaves no timer and no listener', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const { signal } = new AbortController()
    const remove = vi.spyOn(signal, 'removeEventListener')
    const waiting = waitFor(Promise.resolve('token'), { signal, timeout: 1_000 })
    // One for the timeout, and one that keeps the process alive.
    expect(vi.getTimerCount()).toBe(2)
    await waiting
    expect(vi.getTimerCount()).toBe(0)
    vi.useRealTimers()
    expect(remove).toHaveBeenCalledWith('abort', expect.any(Function))
  })

  it.each<[string, AxiosRequestConfig | undefined]>([
    ['nothing limits it', undefined],
    ['it has a timeout', { timeout: 5 }],
    ['it has a signal', { signal: AbortSignal.timeout(5) }],
  ])('keeps the process alive until it ends, if %s', async (_, limits) => {
    const holding = () =>
      process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length
    const before = holding()
    let settle = (_: string) => {}
    const shared = new Promise<string>((resolve) => {
      settle = resolve
    })
    const waiting = outcomesOf([waitFor(shared, limits ?? {})])
    expect(holding()).toBeGreaterThan(before)
    if (!limits) settle('token')
    await waiting
    expect(holding()).toBe(before)
  })

  it('rejects at once if the signal is already aborted', async () => {
    const config = { signal: AbortSignal.abort() }
    const error = await rejectionOf(waitFor(never, config))
    expect(error).toBeInstanceOf(CanceledError)
    expect([error.message, error.config]).toEqual(['canceled', config])
  })

  it.each<[string, unknown, string]>([
    ['an error', new Error('the user left'), 'the user left'],
    ['a text', 'the user left', 'the user left'],
    ['no reason', undefined, 'This operation was aborted'],
  ])('passes on %s as axios does with the same adapter', async (_, reason, message) => {
    const all = [
      'http',
      ['http', 'fetch'],
      ...(CAN.abortFetchWithReason ? ['fetch', ['fetch']] : []),
    ]
    for (const adapter of all) {
      const controller = new AbortController()
      const server = await startRawServer(() => controller.abort(reason))
      const config = { adapter, signal: controller.signal, proxy: false as const }
      const alone = await rejectionOf(axios.get(server.url, config))
      const waiting = await rejectionOf(waitFor(never, config))
      expect(axios.isCancel(waiting)).toBe(true)
      expect([waiting.message, waiting.code]).toEqual([alone.message, alone.code])
      expect(waiting.message).toBe(`${adapter}` === 'fetch' ? message : 'canceled')
    }
  })

  it('accepts a signal without events', async () => {
    const signal = { aborted: false }
    expect(await waitFor(Promise.resolve('token'), { signal })).toBe('token')
    expect(axios.isCancel(await rejectionOf(waitFor(never, { signal: { aborted: true } })))).toBe(
      true,
    )
  })

  it('accepts a timeout that is a string, as axios does', async () => {
    const error = await rejectionOf(waitFor(never, { timeout: '5' as never }))
    expect(error).toBeInstanceOf(AxiosError)
    expect(error.message).toBe('timeout of 5ms exceeded waiting for the access token')
  })

  it.each([
    [{}, 'timeout of 1ms exceeded waiting for the access token', 'ECONNABORTED'],
    [{ timeoutErrorMessage: 'too slow' }, 'too slow', 'ECONNABORTED'],
    [
      { transitional: { clarifyTimeoutError: true } },
      'timeout of 1ms exceeded waiting for the access token',
      'ETIMEDOUT',
    ],
    [
      { transitional: { clarifyTimeoutError: false } },
      'timeout of 1ms exceeded waiting for the access token',
      'ECONNABORTED',
    ],
  ])(
    'rejects at the timeout with the message and the code of axios: %o',
    async (more, message, code) => {
      const config = { timeout: 1, ...more }
      const error = await rejectionOf(waitFor(never, config))
      expect(error).toMatchObject({ message, code, config })
    },
  )
})

// A list begins with an adapter that Node does not have, as the default of some runtimes does.
const FETCHING: [string, () => unknown][] = CAN.fetch
  ? [
      ['by its name', () => 'FETCH'],
      ['as the first', () => ['fetch', 'http']],
      ['as the first that works', () => ['xhr', 'fetch']],
      ['as a function', () => axios.getAdapter('fetch')],
    ]
  : []

describe.each([...FETCHING, ['not at all', () => 'http']] as typeof FETCHING)(
  'if a request uses the fetch adapter %s, waiting ends as the request itself would',
  (_, adapterOf) => {
    const adapter = adapterOf() as NonNullable<AxiosRequestConfig['adapter']>

    it('at an abort', async () => {
      const controller = new AbortController()
      const { url } = await startRawServer(() => controller.abort(new Error('the user left')))
      const config = { adapter, signal: controller.signal, proxy: false as const }
      const alone = await rejectionOf(axios.get(url, config))
      const waiting = await rejectionOf(waitFor(never, config))
      expect([waiting.code, waiting.message]).toEqual([alone.code, alone.message])
    })

    it.each([undefined, false, true])(
      'at its timeout, with clarifyTimeoutError: %s',
      async (clarifyTimeoutError) => {
        const { url } = await startRawServer(() => {})
        const transitional = { ...(clarifyTimeoutError !== undefined && { clarifyTimeoutError }) }
        const config = { adapter, timeout: 20, transitional, proxy: false as const }
        const alone = await rejectionOf(axios.get(url, config))
        const waiting = await rejectionOf(waitFor(never, config))
        expect(waiting.code).toBe(alone.code)
      },
    )
  },
)
