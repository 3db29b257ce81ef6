import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createCalendar, DAY_MS, dayAfter } from '../../src/metering/calendar.js'
import { cases } from '../support/thorough.js'

const NUM_RUNS = cases(2_000)
const HOUR_MS = 3_600_000

const ZONES = [
  'UTC',
  'America/New_York',
  'America/Santiago',
  'America/St_Johns',
  'Europe/Berlin',
  'Europe/London',
  'Africa/Cairo',
  'Africa/Casablanca',
  'Asia/Kathmandu',
  'Asia/Tehran',
  'Australia/Lord_Howe',
  'Pacific/Apia',
  'Pacific/Chatham',
  'Pacific/Kiritimati',
  'Pacific/Niue',
]

const timeZone = fc.constantFrom(...ZONES)
const billingDay = fc.integer({ min: 1, max: 28 })
const moment = fc.integer({ min: Date.UTC(1990, 0, 1), max: Date.UTC(2050, 0, 1) })

/** The local date and time, from a formatter of another kind. */
function localTime(timeZone: string, ms: number): string {
  return new Date(ms).toLocaleString('sv-SE', { timeZone })
}

describe('in every time zone', () => {
  it('the day is the date that a clock on the wall shows', () => {
    fc.assert(
      fc.property(timeZone, moment, (timeZone, ms) => {
        const { dayAt } = createCalendar({ timeZone, billingDay: 1 })
        expect(dayAt(ms)).toBe(localTime(timeZone, ms).slice(0, 10))
      }),
      { numRuns: NUM_RUNS },
    )
  })

  it('a day begins at the first moment of its date', () => {
    fc.assert(
      fc.property(timeZone, moment, (timeZone, ms) => {
        const { dayAt, startOf } = createCalendar({ timeZone, billingDay: 1 })
        const day = dayAt(ms)
        const start = startOf(day)
        expect([dayAt(start), dayAt(start - 1) < day]).toEqual([day, true])
        expect(start).toBeLessThanOrEqual(ms)
        const hours = (startOf(dayAfter(day)) - start) / HOUR_MS
        // Samoa skipped a day, and the day before lasted no longer for that.
        expect([23, 23.5, 24, 24.5, 25]).toContain(hours)
      }),
      { numRuns: NUM_RUNS / 4 },
    )
  })
})

it('billing periods follow each other without a gap, and each begins on its day of the month', () => {
  fc.assert(
    fc.property(timeZone, billingDay, moment, (timeZone, billingDay, ms) => {
      const { dayAt, periodOf } = createCalendar({ timeZone, billingDay })
      const day = dayAt(ms)
      const { from, to } = periodOf(day)
      expect(from <= day && day <= to).toBe(true)
      expect(Number(from.slice(8))).toBe(billingDay)
      expect(periodOf(from)).toEqual(periodOf(to))
      expect(periodOf(dayAfter(to)).from).toBe(dayAfter(to))
      const days = (Date.parse(to) - Date.parse(from)) / DAY_MS + 1
      expect(days).toBeGreaterThanOrEqual(28)
      expect(days).toBeLessThanOrEqual(31)
    }),
    { numRuns: NUM_RUNS },
  )
})
