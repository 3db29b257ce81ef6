import { getOrCreate } from '../lib/get-or-create.js'
import type { BillingOptions, BillingPeriod } from './types.js'

/** The days and the billing periods of an account. A day is its local date, like `2026-11-27`. */
export interface Calendar {
  /** The day of a moment, in milliseconds since 1970. */
  dayAt(ms: number): string
  /** The billing period that a day belongs to. */
  periodOf(day: string): BillingPeriod
  /** The moment at which a day begins: not at 00:00 if the clock skips midnight. */
  startOf(day: string): number
}

export const DAY_MS = 86_400_000

// Every time zone is a multiple of a quarter of an hour from UTC, and changes its clock at such a
// moment. So the date stays the same for at least that long.
const SLOT_MS = 900_000
const MOST_SLOTS = 16
// The largest distance from UTC is 14 h.
const FARTHEST_SLOTS = (15 * 3_600_000) / SLOT_MS

export function createCalendar({ timeZone, billingDay }: Required<BillingOptions>): Calendar {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
  })
  // Finding out the date takes some microseconds, too long for each call.
  const days = new Map<number, string>()

  function dayOfSlot(slot: number): string {
    const parts = format.formatToParts(slot * SLOT_MS)
    const textOf = (type: string) => parts.find((part) => part.type === type)?.value
    return `${textOf('year')}-${textOf('month')}-${textOf('day')}`
  }

  function dayAt(ms: number): string {
    const slot = Math.floor(ms / SLOT_MS)
    if (days.size > MOST_SLOTS) days.clear()
    return getOrCreate(days, slot, () => dayOfSlot(slot))
  }

  function periodOf(day: string): BillingPeriod {
    const [year = 0, month = 0, date = 0] = day.split('-').map(Number)
    // Months of Date.UTC count from 0, and -1 is the December before.
    const first = date >= billingDay ? month - 1 : month - 2
    return {
      from: isoDay(Date.UTC(year, first, billingDay)),
      to: isoDay(Date.UTC(year, first + 1, billingDay) - DAY_MS),
    }
  }

  function startOf(day: string): number {
    const middle = Date.parse(day) / SLOT_MS
    let [before, from] = [middle - FARTHEST_SLOTS, middle + FARTHEST_SLOTS]
    while (from - before > 1) {
      const slot = Math.floor((before + from) / 2)
      if (dayOfSlot(slot) < day) before = slot
      else from = slot
    }
    return from * SLOT_MS
  }

  return { dayAt, periodOf, startOf }
}

/** The day after. */
export function dayAfter(day: string): string {
  return isoDay(Date.parse(day) + DAY_MS)
}

function isoDay(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10)
}
