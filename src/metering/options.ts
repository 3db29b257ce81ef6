import { checkOptions, type Rule } from '../lib/check-options.js'
import type { BillingOptions, CallMeterOptions } from './types.js'

export type ResolvedMeterOptions = CallMeterOptions &
  Required<BillingOptions> & {
    readonly writeEvery: number
  }

const FUNCTION: Rule = [(value) => typeof value === 'function', 'a function']

const BILLING: Readonly<Record<string, Rule>> = {
  timeZone: [isTimeZone, "an IANA time zone, like 'America/New_York'", 'UTC'],
  billingDay: [
    (value) => isPositiveInteger(value) && (value as number) <= 28,
    'an integer from 1 to 28',
    1,
  ],
}

const METER: Readonly<Record<string, Rule>> = {
  ...BILLING,
  plan: [isPositiveInteger, 'a number of calls, at least 1'],
  write: FUNCTION,
  read: FUNCTION,
  writeEvery: [isPositiveInteger, 'an integer, at least 1', 250],
  onPace: FUNCTION,
}

/** @throws TypeError if an option is wrong, naming it */
export function resolveMeterOptions(options: CallMeterOptions): ResolvedMeterOptions {
  const resolved = check<ResolvedMeterOptions>('createCallMeter', METER, options)
  if (resolved.onPace && !resolved.plan) {
    throw new TypeError('axios-caspio-auth: createCallMeter: onPace needs plan.')
  }
  return resolved
}

/** @throws TypeError if an option is wrong, naming it */
export function resolveBilling(options: BillingOptions): Required<BillingOptions> {
  return check('summariseCalls', BILLING, options)
}

function check<Resolved>(
  name: string,
  rules: Readonly<Record<string, Rule>>,
  options: object,
): Resolved {
  const createError = (message: string) => new TypeError(`axios-caspio-auth: ${name}: ${message}`)
  return checkOptions(options, rules, createError) as Resolved
}

function isPositiveInteger(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) > 0
}

function isTimeZone(value: unknown): boolean {
  try {
    return typeof value === 'string' && !!new Intl.DateTimeFormat('en', { timeZone: value })
  } catch {
    return false
  }
}
