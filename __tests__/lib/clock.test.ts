import { describe, expect, it, vi } from 'vitest'
import { isWithin, msSince, now } from '../../src/lib/clock.js'
import { fakeClocks } from '../support/clocks.js'

const HOUR_MS = 3_600_000

describe('now', () => {
  fakeClocks()

  it('reads both clocks', () => {
    expect(now()).toEqual({ wall: Date.now(), monotonic: performance.now() })
  })
})

describe('msSince', () => {
  fakeClocks()

  it('counts milliseconds on both clocks', () => {
    const start = now()
    expect(msSince(start)).toBe(0)
    vi.advanceTimersByTime(1_500)
    expect(msSince(start)).toBe(1_500)
  })

  it('counts the time that a machine slept, although its monotonic clock stood still', () => {
    const start = now()
    vi.setSystemTime(Date.now() + HOUR_MS)
    expect(performance.now()).toBe(start.monotonic)
    expect(msSince(start)).toBe(HOUR_MS)
  })

  it('does not shrink if the wall clock is set back', () => {
    const start = now()
    vi.advanceTimersByTime(1_500)
    vi.setSystemTime(start.wall - HOUR_MS)
    expect(msSince(start)).toBe(1_500)
  })

  it('is infinite if both clocks were set back, because the real time is not known', () => {
    const { wall, monotonic } = now()
    expect(msSince({ wall: wall + 1, monotonic: monotonic + 1 })).toBe(Number.POSITIVE_INFINITY)
    expect(msSince({ wall: wall + 1, monotonic })).toBe(0)
  })
})

describe('isWithin', () => {
  fakeClocks()

  it('is true until the milliseconds have passed', () => {
    const startedAt = performance.now()
    expect(isWithin(1_000, startedAt)).toBe(true)
    vi.advanceTimersByTime(999)
    expect(isWithin(1_000, startedAt)).toBe(true)
    vi.advanceTimersByTime(1)
    expect(isWithin(1_000, startedAt)).toBe(false)
  })

  it('is false if the clock started again', () => {
    expect(isWithin(1_000, performance.now() + 1)).toBe(false)
  })
})
