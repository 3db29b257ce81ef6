import type { CaspioAuthEvent } from '../contract/events.js'

/** How many calls Caspio received: at least `lower`, at most `upper`. */
export interface CallCount {
  /** Calls that Caspio certainly received, because an answer came. */
  readonly lower: number
  /** The calls in `lower`, and those that ended without an answer: by a reset, a timeout or an abort. */
  readonly upper: number
}

/**
 * What a call was for: `call` for one that your code made, `resend` for one that the plugin sent again
 * with another token, and `token` for a token request.
 */
export type CallKind = 'call' | 'resend' | 'token'

/** The calls of one day, one kind and one resource. Rows may be added up in any order. */
export interface CallRow extends CallCount {
  /** The date in the meter's time zone, like `2026-11-27`. */
  readonly day: string
  /** What the calls were for. */
  readonly kind: CallKind
  /** What was called, like `tables/Orders`, `views/Open`, `files` or `oauth/token`. */
  readonly resource: string
}

/** What is new since the last delta. */
export interface CallDelta {
  /** Stays the same if the delta is written again. If your sink has this ID, drop the delta. */
  readonly id: string
  /** One row for each day, kind and resource. */
  readonly counts: readonly CallRow[]
}

/** The days of a billing period. */
export interface BillingPeriod {
  /** The first day, like `2026-11-27`. */
  readonly from: string
  /** The last day, like `2026-12-26`. */
  readonly to: string
}

/** The calls of one billing period. */
export interface CallSummary {
  /** The billing period. */
  readonly period: BillingPeriod
  /** All calls of the period. */
  readonly calls: CallCount
  /** The calls of each day that has any. */
  readonly byDay: Readonly<Record<string, CallCount>>
  /** The calls of each kind. */
  readonly byKind: Readonly<Record<CallKind, CallCount>>
  /**
   * The calls of each resource. `other` has those of unknown resources, and of all names after the
   * first 1,000.
   */
  readonly byResource: Readonly<Record<string, CallCount>>
  /** The calls of the whole period, if it continues at this pace. */
  readonly projected: CallCount
}

/** The argument of {@link CallMeterOptions.onPace}. */
export interface CallPace {
  /** The calls of this billing period so far. */
  readonly used: CallCount
  /** The calls of the whole period, if it continues at this pace. */
  readonly projected: CallCount
  /** The `plan` of the options. */
  readonly plan: number
  /** The five resources with the most calls. */
  readonly top: readonly CallsOfResource[]
}

/** The calls of one resource. */
export interface CallsOfResource extends CallCount {
  /** What was called, like `tables/Orders`. */
  readonly resource: string
}

/** How your account counts. */
export interface BillingOptions {
  /**
   * The time zone of your account, an IANA name like `America/New_York`. Caspio counts days by the
   * account's own clock.
   *
   * @default 'UTC'
   */
  readonly timeZone?: string
  /**
   * The day of the month on which a billing period begins, from 1 to 28.
   *
   * @default 1
   */
  readonly billingDay?: number
}

/** The options of `createCallMeter`. */
export interface CallMeterOptions extends BillingOptions {
  /**
   * How many calls your plan has for each billing period. `onPace` needs it.
   *
   * @default undefined
   */
  readonly plan?: number
  /**
   * Receives the counts since the last write, every `writeEvery` calls and at `flush()`. One write runs
   * at a time. If it rejects, it gets the same delta again after 250 ms. Each further failure doubles
   * this time, up to a minute.
   *
   * @default undefined: the meter counts in memory only
   */
  readonly write?: (delta: CallDelta) => unknown
  /**
   * Returns the rows that all processes have written, so that `onPace` covers them all. Rows of other
   * billing periods are ignored.
   *
   * @default undefined: `onPace` covers this process
   */
  readonly read?: () => Iterable<CallRow> | Promise<Iterable<CallRow>>
  /**
   * How many calls are counted between two writes. Reduce it if you need current numbers.
   *
   * @default 250
   */
  readonly writeEvery?: number
  /**
   * Called if the period is projected to have more than 90% of `plan`, at most once a day in each
   * process. The meter checks this after each write. The next write waits until `onPace` has ended.
   * What it throws is ignored.
   *
   * @default undefined
   */
  readonly onPace?: (pace: CallPace) => unknown
}

/** Counts the calls of a process. Its functions work without `this`. */
export interface CallMeter {
  /** Counts an event. Pass it to `attachCaspioAuth` or `createCaspioAuth`, or call it from your own listener. */
  onEvent(event: CaspioAuthEvent): void
  /** What this process counted in the current billing period. */
  snapshot(): CallSummary
  /**
   * Writes what was counted until now. Tries up to five times, in about four seconds. Waits at most
   * 8 s.
   *
   * @throws what `write` rejected with the last time, or an error if it hangs. The counts are kept, and
   *   written later
   */
  flush(): Promise<void>
  /**
   * Like `flush()`, but the meter does not try again later. Call it when the process stops, after the
   * last request has ended.
   *
   * @throws what `write` rejected with the last time, or an error if it hangs
   */
  close(): Promise<void>
}
