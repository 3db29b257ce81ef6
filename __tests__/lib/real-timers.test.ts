import { expect, it, onTestFinished, vi } from 'vitest'

type Timers = typeof import('../../src/lib/real-timers.js')

it('keeps the real timers while the global ones are faked', async () => {
  // In every other test the setup file mocks this module, so that these timers can be faked, too.
  const real = await vi.importActual<Timers>('../../src/lib/real-timers.js')
  vi.useFakeTimers()
  onTestFinished(() => {
    vi.useRealTimers()
  })
  await new Promise((resolve) => real.setTimeout(resolve, 1))
  const fired = vi.fn()
  real.clearTimeout(real.setTimeout(fired, 1))
  await new Promise((resolve) => real.setTimeout(resolve, 5))
  expect(fired).not.toHaveBeenCalled()
  expect(vi.getTimerCount()).toBe(0)
})
