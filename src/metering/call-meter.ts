import type { CaspioAuthEvent } from '../contract/events.js'
import { msSince, now } from '../lib/clock.js'
import { boundsOf } from './bounds.js'
import { createCalendar } from './calendar.js'
import { resolveBilling, resolveMeterOptions } from './options.js'
import { Outbox } from './outbox.js'
import { createPaceCheck } from './pace.js'
import { createResources, TOKEN_RESOURCE } from './resources.js'
import { summariseRows, Tally } from './tally.js'
import type {
  BillingOptions,
  CallKind,
  CallMeter,
  CallMeterOptions,
  CallRow,
  CallSummary,
} from './types.js'

/**
 * Counts the calls that Caspio may bill: by day, by kind and by resource, in the billing periods of
 * your account. Pass its `onEvent` to `attachCaspioAuth`.
 *
 * @throws TypeError if an option is wrong, naming it
 */
export function createCallMeter(options: CallMeterOptions = {}): CallMeter {
  const { write, read, writeEvery, onPace, plan, ...billing } = resolveMeterOptions(options)
  const calendar = createCalendar(billing)
  const resourceOf = createResources()
  const startedAt = now()
  const today = () => calendar.dayAt(Date.now())
  let tally = new Tally(calendar.periodOf(today()))

  /** Starts today's period, unless it is the current one. If the clock was ahead, it is earlier. */
  function startPeriodOf(today: string): void {
    if (!tally.includes(today)) tally = new Tally(calendar.periodOf(today))
  }

  function snapshot(): CallSummary {
    const at = Date.now()
    startPeriodOf(calendar.dayAt(at))
    return tally.summarise(calendar, at, at - msSince(startedAt))
  }

  const checkPace =
    onPace && plan
      ? createPaceCheck({
          plan,
          onPace,
          today,
          summarise: read
            ? async () => summariseRows(await read(), calendar, Date.now())
            : snapshot,
        })
      : async () => {}
  // Without a sink, the outbox only says when to look at the pace.
  const outbox =
    write || onPace ? new Outbox(write ?? (() => {}), writeEvery, checkPace) : undefined

  function onEvent(event: CaspioAuthEvent): void {
    if (event.type !== 'api-call' && event.type !== 'token-request') return
    const count = boundsOf(event)
    if (count.upper === 0) return
    const isCall = event.type === 'api-call'
    const kind: CallKind = isCall ? (event.resent ? 'resend' : 'call') : 'token'
    const resource = isCall ? resourceOf(event.url) : TOKEN_RESOURCE
    // Caspio received it when it was sent.
    const day = calendar.dayAt(Date.now() - event.duration)
    if (!tally.includes(day)) startPeriodOf(today())
    if (tally.includes(day)) tally.add(day, kind, resource, count)
    outbox?.add(day, kind, resource, count)
  }

  const flush = async () => outbox?.flush()
  return {
    onEvent,
    snapshot,
    flush,
    close: () => flush().finally(() => outbox?.stop()),
  }
}

/**
 * Adds up the rows of a sink, for the billing period of `now`. Rows of other periods are ignored.
 *
 * @param now milliseconds since 1970; the current time if undefined
 * @throws TypeError if an option is wrong, naming it
 */
export function summariseCalls(
  rows: Iterable<CallRow>,
  options: BillingOptions = {},
  now: number = Date.now(),
): CallSummary {
  return summariseRows(rows, createCalendar(resolveBilling(options)), now)
}
