import { checkOptions, type Rule } from '../lib/check-options.js'
import type { BillingOptions, CallMeterOptions } from './types.js'

export type ResolvedMeterOptions = CallMeterOptions &
  Required<BillingOptions> & {
    readonly writeEvery: number
  }

const FUNCTION: Rule = [(value) => typeof value === 'function', 'a function']

const BILLING: Readonly<Record<string, Rule>> = {
  timeZone: [isTimeZone, "an IANA time zone, like 'America/New_York'"],
  billingDay: [
    (value) => isPositiveInteger(value) && (value as number) <= 28,
    'an integer from 1 to 28',
  ],
}

const BILLING_DEFAULTS = { timeZone: 'UTC', billingDay: 1 }

const METER: Readonly<Record<string, Rule>> = {
  ...BILLING,
  plan: [isPositiveInteger, 'a number of calls, at least 1'],
  write: FUNCTION,
  read: FUNCTION,
  writeEvery: [isPositiveInteger, 'an integer, at least 1'],
  onPace: FUNCTION,
}

/** @throws TypeError if an option is wrong, naming it */
export function resolveMeterOptions(options: CallMeterOptions): ResolvedMeterOptions {
  const given = check('createCallMeter', METER, options)
  if (given.onPace && !given.plan) {
    throw new TypeError('axios-caspio-auth: createCallMeter: onPace needs plan.')
  }
  return { ...BILLING_DEFAULTS, writeEvery: 250, ...given }
}

/** @throws TypeError if an option is wrong, naming it */
export function resolveBilling(options: BillingOptions): Required<BillingOptions> {
  return { ...BILLING_DEFAULTS, ...check('summariseCalls', BILLING, options) }
}

function check<T extends object>(
  name: string,
  rules: Readonly<Record<string, Rule>>,
  options: T,
): T {
  const createError = (message: string) => new TypeError(`axios-caspio-auth: ${name}: ${message}`)
  return Object.fromEntries(checkOptions(options, rules, createError)) as T
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
