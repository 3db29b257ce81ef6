import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { delay, holdProcess, startTimer } from '../../src/lib/timers.js'
import { HOUR } from '../support/durations.js'

/** How many timers keep the process alive, according to Node. */
function timersHoldingProcess(): number {
  return process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length
}

describe('startTimer', () => {
  it('fires, and does not keep the process alive', async () => {
    const before = timersHoldingProcess()
    let timer: NodeJS.Timeout | undefined
    await new Promise<void>((resolve) => {
      timer = startTimer(resolve, 1) as NodeJS.Timeout
      expect(timer.hasRef()).toBe(false)
      // No other timer keeps the process alive either.
      expect(timersHoldingProcess()).toBe(before)
    })
  })

  it('works in an environment whose timers are numbers', () => {
    const fire = vi.fn()
    vi.stubGlobal('setTimeout', (callback: () => void) => {
      callback()
      return 7
    })
    onTestFinished(() => {
      vi.unstubAllGlobals()
    })
    expect(startTimer(fire, 1)).toBe(7)
    expect(fire).toHaveBeenCalledOnce()
  })
})

describe('delay', () => {
  it('takes as long as it says', async () => {
    vi.useFakeTimers()
    onTestFinished(() => {
      vi.useRealTimers()
    })
    let isOver = false
    const over = delay(50).then(() => {
      isOver = true
    })
    await vi.advanceTimersByTimeAsync(49)
    expect(isOver).toBe(false)
    await vi.advanceTimersByTimeAsync(1)
    await over
  })
})

describe('holdProcess', () => {
  it('keeps the process alive until it is released', () => {
    const before = timersHoldingProcess()
    const release = holdProcess()
    expect(timersHoldingProcess()).toBe(before + 1)
    release()
    expect(timersHoldingProcess()).toBe(before)
  })

  it('holds it for weeks', () => {
    vi.useFakeTimers()
    onTestFinished(() => {
      vi.useRealTimers()
    })
    const release = holdProcess()
    vi.advanceTimersByTime(20 * 24 * HOUR)
    expect(vi.getTimerCount()).toBe(1)
    release()
    expect(vi.getTimerCount()).toBe(0)
  })

  it('lets all faked timers be run', () => {
    vi.useFakeTimers()
    onTestFinished(() => {
      vi.useRealTimers()
    })
    holdProcess()
    vi.runAllTimers()
    expect(vi.getTimerCount()).toBe(0)
  })
})
