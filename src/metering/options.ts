import type { BillingOptions, CallMeterOptions } from './types.js'

export type ResolvedMeterOptions = CallMeterOptions &
  Required<BillingOptions> & {
    readonly writeEvery: number
  }

type Rule = readonly [isValid: (value: unknown) => boolean, description: string]

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
  const given = Object.entries(options).filter(([, value]) => value !== undefined)
  for (const [option, value] of given) {
    const rule = Object.hasOwn(rules, option) ? rules[option] : undefined
    if (!rule) {
      const names = Object.keys(rules).join(', ')
      throw new TypeError(
        `axios-caspio-auth: ${name}: there is no option ${option}. The options are ${names}.`,
      )
    }
    if (!rule[0](value)) {
      throw new TypeError(`axios-caspio-auth: ${name}: ${option} must be ${rule[1]}.`)
    }
  }
  return Object.fromEntries(given) as T
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
