import { describe, expect, it } from 'vitest'
import { createCalendar, DAY_MS, dayAfter } from '../../src/metering/calendar.js'

function dayAt(timeZone: string, moment: string): string {
  return createCalendar({ timeZone, billingDay: 1 }).dayAt(Date.parse(moment))
}

describe('the day', () => {
  it.each([
    ['UTC', '2026-11-26T23:59:59.999Z', '2026-11-26'],
    ['UTC', '2026-11-27T00:00:00Z', '2026-11-27'],
    ['America/New_York', '2026-11-27T04:59:59.999Z', '2026-11-26'],
    ['America/New_York', '2026-11-27T05:00:00Z', '2026-11-27'],
    // Daylight saving time.
    ['America/New_York', '2026-07-04T03:59:59.999Z', '2026-07-03'],
    ['America/New_York', '2026-07-04T04:00:00Z', '2026-07-04'],
    ['Asia/Kathmandu', '2026-12-31T18:14:59.999Z', '2026-12-31'],
    ['Asia/Kathmandu', '2026-12-31T18:15:00Z', '2027-01-01'],
    ['Pacific/Kiritimati', '2026-02-28T10:00:00Z', '2026-03-01'],
    ['Pacific/Niue', '2028-03-01T10:59:59.999Z', '2028-02-29'],
  ])('in %s at %s is %s', (timeZone, moment, day) => {
    expect(dayAt(timeZone, moment)).toBe(day)
  })

  it('is right for many moments in turn, which it does not keep', () => {
    const { dayAt } = createCalendar({ timeZone: 'Europe/Berlin', billingDay: 1 })
    const start = Date.parse('2026-03-01T12:00:00Z')
    for (const round of [1, 2]) {
      for (let days = 0; days < 60; days++) {
        const moment = start + days * DAY_MS
        expect([round, dayAt(moment)]).toEqual([round, new Date(moment).toISOString().slice(0, 10)])
      }
    }
  })
})

describe('a day begins', () => {
  it.each([
    ['UTC', '2026-11-27', '2026-11-27T00:00:00.000Z'],
    ['America/New_York', '2026-11-27', '2026-11-27T05:00:00.000Z'],
    // The two days on which New York changes its clocks, and the days after.
    ['America/New_York', '2026-03-08', '2026-03-08T05:00:00.000Z'],
    ['America/New_York', '2026-03-09', '2026-03-09T04:00:00.000Z'],
    ['America/New_York', '2026-11-01', '2026-11-01T04:00:00.000Z'],
    ['America/New_York', '2026-11-02', '2026-11-02T05:00:00.000Z'],
    // Chile skips midnight: the day begins at 01:00.
    ['America/Santiago', '2026-09-06', '2026-09-06T04:00:00.000Z'],
    ['Australia/Lord_Howe', '2026-10-04', '2026-10-03T13:30:00.000Z'],
    ['Pacific/Kiritimati', '2027-01-01', '2026-12-31T10:00:00.000Z'],
    // Samoa skipped this whole day.
    ['Pacific/Apia', '2011-12-30', '2011-12-30T10:00:00.000Z'],
  ])('in %s, %s at %s', (timeZone, day, moment) => {
    const { startOf } = createCalendar({ timeZone, billingDay: 1 })
    expect(new Date(startOf(day)).toISOString()).toBe(moment)
  })
})

describe('the billing period', () => {
  it.each([
    [1, '2026-11-01', '2026-11-01', '2026-11-30'],
    [1, '2026-11-30', '2026-11-01', '2026-11-30'],
    [1, '2026-02-28', '2026-02-01', '2026-02-28'],
    [1, '2028-02-29', '2028-02-01', '2028-02-29'],
    [27, '2026-11-26', '2026-10-27', '2026-11-26'],
    [27, '2026-11-27', '2026-11-27', '2026-12-26'],
    [27, '2026-12-31', '2026-12-27', '2027-01-26'],
    [27, '2027-01-01', '2026-12-27', '2027-01-26'],
    [28, '2026-03-01', '2026-02-28', '2026-03-27'],
    [15, '2026-01-14', '2025-12-15', '2026-01-14'],
  ])('from day %i has %s in %s to %s', (billingDay, day, from, to) => {
    const { periodOf } = createCalendar({ timeZone: 'UTC', billingDay })
    expect(periodOf(day)).toEqual({ from, to })
  })
})

it('the day after the last of a month is the first of the next', () => {
  expect(['2026-11-30', '2026-12-31', '2028-02-28'].map(dayAfter)).toEqual([
    '2026-12-01',
    '2027-01-01',
    '2028-02-29',
  ])
})
