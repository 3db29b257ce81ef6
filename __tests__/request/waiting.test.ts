import axios, { AxiosError, CanceledError } from 'axios'
import { describe, expect, it, vi } from 'vitest'
import { waitFor } from '../../src/request/waiting.js'
import { rejectionOf } from '../support/account.js'

const never = new Promise<never>(() => {})

describe('a wait', () => {
  it.each([{}, { timeout: 0 }, { timeout: undefined }, { timeout: -1 }])(
    'that nothing bounds is the promise itself: %o',
    (bounds) => {
      const shared = Promise.resolve('token')
      expect(waitFor(shared, bounds as never)).toBe(shared)
    },
  )

  it('ends with what is waited for', async () => {
    const { signal } = new AbortController()
    expect(await waitFor(Promise.resolve('token'), { signal, timeout: 1_000 })).toBe('token')
    const failure = new Error('no token')
    expect(await rejectionOf(waitFor(Promise.reject(failure), { timeout: 1_000 }))).toBe(failure)
  })

  it('leaves no timer and no listener behind', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const { signal } = new AbortController()
    const remove = vi.spyOn(signal, 'removeEventListener')
    const waiting = waitFor(Promise.resolve('token'), { signal, timeout: 1_000 })
    expect(vi.getTimerCount()).toBe(1)
    await waiting
    expect(vi.getTimerCount()).toBe(0)
    vi.useRealTimers()
    expect(remove).toHaveBeenCalledWith('abort', expect.any(Function))
  })

  it('ends at once where the signal was aborted before', async () => {
    const config = { signal: AbortSignal.abort() }
    const error = await rejectionOf(waitFor(never, config))
    expect(error).toBeInstanceOf(CanceledError)
    expect([error.message, error.config]).toEqual(['canceled', config])
  })

  it('takes a signal that has no events', async () => {
    const signal = { aborted: false }
    expect(await waitFor(Promise.resolve('token'), { signal })).toBe('token')
    expect(axios.isCancel(await rejectionOf(waitFor(never, { signal: { aborted: true } })))).toBe(
      true,
    )
  })

  it('takes a timeout that is a text, as axios does', async () => {
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
  ])('that takes too long says so in axios’s words: %o', async (more, message, code) => {
    const config = { timeout: 1, ...more }
    const error = await rejectionOf(waitFor(never, config))
    expect(error).toMatchObject({ message, code, config })
  })
})
