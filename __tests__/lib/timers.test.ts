import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { holdProcess, startTimer } from '../../src/lib/timers.js'

/** Timers that would keep a process alive, as Node counts them. */
function holding(): number {
  return process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length
}

describe('startTimer', () => {
  it('fires, and does not keep the process alive', async () => {
    const before = holding()
    let timer: NodeJS.Timeout | undefined
    await new Promise<void>((resolve) => {
      timer = startTimer(resolve, 1) as NodeJS.Timeout
      expect(timer.hasRef()).toBe(false)
      // Nothing else keeps this one waiting.
      expect(holding()).toBe(before)
    })
  })

  it('works where a timer is a number', () => {
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

describe('holdProcess', () => {
  it('keeps the process alive until it is released', () => {
    const before = holding()
    const release = holdProcess()
    expect(holding()).toBe(before + 1)
    release()
    expect(holding()).toBe(before)
  })
})
