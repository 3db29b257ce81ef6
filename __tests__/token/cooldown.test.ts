import { describe, expect, it, vi } from 'vitest'
import { createCooldown } from '../../src/token/cooldown.js'
import { fakeClocks } from '../support/clocks.js'

describe('a cooldown', () => {
  fakeClocks()

  it('is not active before it starts', () => {
    expect(createCooldown(60_000).isActive()).toBe(false)
  })

  it('is active until its length has passed', () => {
    const cooldown = createCooldown(60_000)
    expect(cooldown.start()).toBe(1_000)
    vi.advanceTimersByTime(999)
    expect(cooldown.isActive()).toBe(true)
    vi.advanceTimersByTime(1)
    expect(cooldown.isActive()).toBe(false)
  })

  it('ends while the machine sleeps, when the monotonic clock stands still', () => {
    const cooldown = createCooldown(60_000)
    cooldown.start(true)
    vi.setSystemTime(Date.now() + 59_999)
    expect(cooldown.isActive()).toBe(true)
    vi.setSystemTime(Date.now() + 1)
    expect(cooldown.isActive()).toBe(false)
  })

  it('doubles each time, up to its longest length', () => {
    const cooldown = createCooldown(5_000)
    expect([1, 2, 3, 4, 5].map(() => cooldown.start())).toEqual([1_000, 2_000, 4_000, 5_000, 5_000])
  })

  it('begins with a second again after a reset', () => {
    const cooldown = createCooldown(60_000)
    cooldown.start()
    cooldown.start()
    cooldown.reset()
    expect(cooldown.isActive()).toBe(false)
    expect(cooldown.start()).toBe(1_000)
  })

  it('may start with its longest length', () => {
    const cooldown = createCooldown(30_000)
    expect(cooldown.start(true)).toBe(30_000)
    vi.advanceTimersByTime(29_999)
    expect(cooldown.isActive()).toBe(true)
  })

  it.each([
    [60_000, 60_000],
    [5_000, 60_000],
    [300_000, 300_000],
  ])('of at most %i ms is forgotten %i ms after its end', (longestMs, memoryMs) => {
    const cooldown = createCooldown(longestMs)
    expect(cooldown.isRemembered()).toBe(false)
    cooldown.start()
    vi.advanceTimersByTime(1_000 + memoryMs - 1)
    expect([cooldown.isActive(), cooldown.isRemembered()]).toEqual([false, true])
    expect(cooldown.start()).toBe(2_000)
    vi.advanceTimersByTime(2_000 + memoryMs)
    expect(cooldown.isRemembered()).toBe(false)
    expect(cooldown.start()).toBe(1_000)
  })

  it('is over if the monotonic clock starts again, as with fake timers', () => {
    vi.advanceTimersByTime(50_000)
    const cooldown = createCooldown(60_000)
    cooldown.start()
    vi.useRealTimers()
    vi.useFakeTimers({ toFake: ['performance'] })
    expect([performance.now(), cooldown.isActive()]).toEqual([0, false])
    expect(cooldown.start()).toBe(1_000)
  })

  it('doubles its length before the adjustment', () => {
    const cooldown = createCooldown(60_000)
    expect(cooldown.start(false, () => 50)).toBe(50)
    vi.advanceTimersByTime(50)
    expect(cooldown.isActive()).toBe(false)
    expect(cooldown.start()).toBe(2_000)
  })
})
