import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { createCallCounts, withTimeLimit } from '../../src/lib/time-limit.js'
import { rejectionOf } from '../support/outcomes.js'

describe('work with a time limit', () => {
  it('returns the result or the error of the work, and leaves no timer behind', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    onTestFinished(() => {
      vi.useRealTimers()
    })
    const signals: AbortSignal[] = []
    const work = async (signal: AbortSignal) => {
      signals.push(signal)
      return 'done'
    }
    const done = withTimeLimit(1_000, work)
    expect(vi.getTimerCount()).toBe(1)
    expect(await done).toBe('done')
    const failure = new Error('failed')
    expect(await rejectionOf(withTimeLimit(1_000, () => Promise.reject(failure)))).toBe(failure)
    expect(vi.getTimerCount()).toBe(0)
    expect(signals.map(({ aborted }) => aborted)).toEqual([false])
  })

  it('is aborted when the time is up, and the caller does not wait longer', async () => {
    const signals: AbortSignal[] = []
    const hanging = (signal: AbortSignal) => {
      signals.push(signal)
      return new Promise(() => {})
    }
    const error = await rejectionOf(withTimeLimit(5, hanging))
    expect(error).toMatchObject({ message: 'no answer within 5 ms', code: 'ETIMEDOUT' })
    expect(signals.map(({ aborted }) => aborted)).toEqual([true])
  })

  it.each([
    { limitMs: 20, blockedMs: 50 },
    { limitMs: 200, blockedMs: 230 },
  ])(
    'has its time again, once, if the process was blocked while the answer came: $blockedMs of $limitMs ms',
    async ({ limitMs, blockedMs }) => {
      const block = () => {
        const end = performance.now() + blockedMs
        while (performance.now() < end) {}
      }
      let answer = (_: string) => {}
      const work = withTimeLimit(
        limitMs,
        () => new Promise<string>((resolve) => (answer = resolve)),
      )
      await Promise.resolve()
      block()
      // As if the answer were read after the timer.
      setTimeout(() => answer('done'), 1)
      expect(await work).toBe('done')

      const hanging = rejectionOf(withTimeLimit(limitMs, () => new Promise(() => {})))
      block()
      expect(await hanging).toMatchObject({ code: 'ETIMEDOUT' })
    },
  )

  it('starts its time again whenever a call ahead of it has been answered', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    onTestFinished(() => {
      vi.useRealTimers()
    })
    const calls = { ...createCallCounts(), sent: 2 }
    const work = rejectionOf(withTimeLimit(1_000, () => new Promise(() => {}), calls))
    expect(calls).toEqual({ sent: 2, ahead: 2, answered: 0 })
    for (let answers = 0; answers < 2; answers++) {
      await vi.advanceTimersByTimeAsync(999)
      calls.answered++
      await vi.advanceTimersByTimeAsync(1)
      expect(vi.getTimerCount()).toBe(1)
    }
    await vi.advanceTimersByTimeAsync(1_000)
    expect(await work).toMatchObject({ code: 'ETIMEDOUT' })
  })
})
