import { getOrCreate } from '../lib/get-or-create.js'
import { type Calendar, DAY_MS, dayAfter } from './calendar.js'
import type { BillingPeriod, CallCount, CallKind, CallRow, CallSummary } from './types.js'

interface Sum {
  lower: number
  upper: number
}

/** Adds up the calls of one billing period. */
export class Tally {
  readonly #calls = createSum()
  readonly #days = new Map<string, Sum>()
  readonly #kinds = new Map<string, Sum>()
  readonly #resources = new Map<string, Sum>()

  constructor(readonly period: BillingPeriod) {}

  includes(day: string): boolean {
    return day >= this.period.from && day <= this.period.to
  }

  add(day: string, kind: CallKind, resource: string, count: CallCount): void {
    addTo(this.#calls, count)
    addTo(getOrCreate(this.#days, day, createSum), count)
    addTo(getOrCreate(this.#kinds, kind, createSum), count)
    addTo(getOrCreate(this.#resources, resource, createSum), count)
  }

  /**
   * Returns the sums, and the projection.
   *
   * @param countedSince the moment at which the counting began, if that was after the period did
   */
  summarise(calendar: Calendar, now: number, countedSince: number): CallSummary {
    const { period } = this
    const since = Math.max(countedSince, calendar.startOf(period.from))
    const leftMs = Math.max(0, calendar.startOf(dayAfter(period.to)) - now)
    // Within the first day, a few calls would be projected to millions.
    const pace = leftMs / Math.max(DAY_MS, now - since)
    const projected = (count: number) => Math.round(count * (1 + pace))
    const { lower, upper } = this.#calls
    const kindOf = (kind: CallKind) => ({ lower: 0, upper: 0, ...this.#kinds.get(kind) })
    return {
      period,
      calls: { lower, upper },
      byDay: recordOf(this.#days),
      byKind: { call: kindOf('call'), resend: kindOf('resend'), token: kindOf('token') },
      byResource: recordOf(this.#resources),
      projected: { lower: projected(lower), upper: projected(upper) },
    }
  }
}

/** Adds up rows of the billing period of `now`, and ignores those of others. */
export function summariseRows(
  rows: Iterable<CallRow>,
  calendar: Calendar,
  now: number,
): CallSummary {
  const today = calendar.dayAt(now)
  const tally = new Tally(calendar.periodOf(today))
  let firstDay = today
  for (const row of rows) {
    if (!tally.includes(row.day)) continue
    tally.add(row.day, row.kind, row.resource, row)
    if (row.day < firstDay) firstDay = row.day
  }
  return tally.summarise(calendar, now, calendar.startOf(firstDay))
}

function addTo(sum: Sum, { lower, upper }: CallCount): void {
  sum.lower += lower
  sum.upper += upper
}

const createSum = (): Sum => ({ lower: 0, upper: 0 })

function recordOf(sums: ReadonlyMap<string, Sum>): Record<string, CallCount> {
  const entries = [...sums].sort(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(entries.map(([key, sum]) => [key, { ...sum }]))
}
