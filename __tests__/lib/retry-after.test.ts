import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { parseRetryAfter } from '../../src/lib/retry-after.js'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.UTC(2025, 2, 3, 12, 0, 0) })
})

afterEach(() => {
  vi.useRealTimers()
})

describe('Retry-After', () => {
  it.each([
    ['0', 0],
    ['1', 1_000],
    ['120', 120_000],
    ['0030', 30_000],
    ['86400', 86_400_000],
    [7, 7_000],
    [0, 0],
  ])('%j seconds are %d ms', (value, ms) => {
    expect(parseRetryAfter(value)).toBe(ms)
  })

  it.each([
    ['Mon, 03 Mar 2025 12:00:30 GMT', 30_000],
    ['Mon, 03 Mar 2025 13:00:00 GMT', 3_600_000],
    ['Tue, 04 Mar 2025 12:00:00 GMT', 86_400_000],
    ['Monday, 03-Mar-25 12:00:30 GMT', 30_000],
    ['2025-03-03T12:00:30Z', 30_000],
  ])('the date %s counts from now', (value, ms) => {
    expect(parseRetryAfter(value)).toBe(ms)
  })

  it('counts from the time of the response', () => {
    const value = 'Mon, 03 Mar 2025 12:00:30 GMT'
    vi.setSystemTime(Date.UTC(2025, 2, 3, 12, 0, 20))
    expect(parseRetryAfter(value)).toBe(10_000)
    vi.setSystemTime(Date.UTC(2025, 2, 3, 12, 0, 31))
    expect(parseRetryAfter(value)).toBe(0)
  })

  it.each([
    ['a date in the present', 'Mon, 03 Mar 2025 12:00:00 GMT'],
    ['a date in the past', 'Mon, 03 Mar 2025 11:59:59 GMT'],
    ['a date in the last century', 'Fri, 31 Dec 1999 23:59:59 GMT'],
    ['a negative number', '-5'],
    ['a large negative number', '-3600'],
    ['a negative number with a unit', '-3600 GMT'],
    ['a date with a sign', '-2099-01-01'],
    ['an empty value', ''],
    ['a blank value', '  '],
    ['a word', 'soon'],
    ['an unknown unit', '30 parsecs'],
    ['an invalid date', 'Mon, 99 Foo 2025 12:00:30 GMT'],
    ['no value', undefined],
    ['null', null],
    ['false', false],
    ['NaN', Number.NaN],
    ['an object', {}],
    ['an empty array', []],
  ])('with %s means no wait', (_, value) => {
    expect(parseRetryAfter(value)).toBe(0)
  })

  it('is never negative or NaN, even if the value is absurd', () => {
    for (const value of ['9'.repeat(400), '1e9', '0x10', '١٢', '1.5', '1, 2', '12:00', '\u0000']) {
      expect(parseRetryAfter(value)).toBeGreaterThanOrEqual(0)
    }
  })
})
