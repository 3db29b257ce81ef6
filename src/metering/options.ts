import { checkOptions, type Rule } from '../lib/check-options.js'
import type { BillingOptions, CallMeterOptions } from './types.js'

export type ResolvedMeterOptions = CallMeterOptions &
  Required<BillingOptions> & {
    readonly writeEvery: number
  }

const isFunction: Rule = [(value) => typeof value === 'function', 'a function']

const BILLING: Readonly<Record<string, Rule>> = {
  timeZone: [isTimeZone, "an IANA time zone, like 'America/New_York'"],
  billingDay: [
    (value) => isInteger(1, value) && (value as number) <= 28,
    'an integer from 1 to 28',
  ],
}

const METER: Readonly<Record<string, Rule>> = {
  ...BILLING,
  plan: [(value) => isInteger(1, value), 'a number of calls, at least 1'],
  write: isFunction,
  read: isFunction,
  writeEvery: [(value) => isInteger(1, value), 'an integer, at least 1'],
  onPace: isFunction,
}

/** @throws TypeError if an option is wrong, naming it */
export function resolveMeterOptions(options: CallMeterOptions): ResolvedMeterOptions {
  const given = check('createCallMeter', METER, options)
  if (given.onPace && !given.plan) {
    throw new TypeError('axios-caspio-auth: createCallMeter: onPace needs plan.')
  }
  return { timeZone: 'UTC', billingDay: 1, writeEvery: 250, ...given }
}

/** @throws TypeError if an option is wrong, naming it */
export function resolveBilling(options: BillingOptions): Required<BillingOptions> {
  return { timeZone: 'UTC', billingDay: 1, ...check('summariseCalls', BILLING, options) }
}

function check<T extends object>(
  name: string,
  rules: Readonly<Record<string, Rule>>,
  options: T,
): T {
  const createError = (message: string) => new TypeError(`axios-caspio-auth: ${name}: ${message}`)
  return Object.fromEntries(checkOptions(options, rules, createError)) as T
}

function isInteger(least: number, value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= least
}

function isTimeZone(value: unknown): boolean {
  try {
    return typeof value === 'string' && !!new Intl.DateTimeFormat('en', { timeZone: value })
  } catch {
    return false
  }
}
