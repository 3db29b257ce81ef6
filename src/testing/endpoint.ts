import { validateHeaderName, validateHeaderValue } from 'node:http'
import type { CaspioEndpoint, CaspioFault } from './endpoint-types.js'
import { optionError } from './option-error.js'
import { requireKnown } from './require-known.js'
import { requireNumber } from './require-number.js'

/** What setTimeout can count. */
const MAX_TIMER_MS = 2_147_483_647

const FAULT_NAMES: readonly (keyof CaspioFault)[] = [
  'status',
  'times',
  'path',
  'retryAfter',
  'headers',
  'body',
  'reset',
  'hang',
]

/** The latency and the faults of one part of the account. */
export class Endpoint implements CaspioEndpoint {
  #latency = 0
  #faults: { fault: CaspioFault; timesLeft: number }[] = []

  get latency(): number {
    return this.#latency
  }

  set latency(ms: number) {
    this.#latency = requireNumber('latency', ms, { unit: 'milliseconds', max: MAX_TIMER_MS })
  }

  fail(fault: CaspioFault = {}): void {
    if (Object(fault) !== fault) throw optionError('fail() needs an object, or nothing')
    requireKnown('the fault', fault, FAULT_NAMES)
    const { status = 503, times = Number.POSITIVE_INFINITY, retryAfter, headers = {} } = fault
    requireNumber('status', status, { min: 200, max: 599, integer: true })
    if (times !== Number.POSITIVE_INFINITY) requireNumber('times', times, { integer: true })
    const sentHeaders =
      retryAfter === undefined ? headers : { ...headers, 'Retry-After': `${retryAfter}` }
    for (const [name, value] of Object.entries(sentHeaders)) {
      validateHeaderName(name)
      validateHeaderValue(name, value)
    }
    this.#faults.push({ fault: { ...fault, headers: { ...headers } }, timesLeft: times })
  }

  restore(): void {
    this.#faults = []
  }

  /** Returns the fault that a request to `path` meets, and counts the request. */
  takeFault(path: string): CaspioFault | undefined {
    const match = this.#faults.find(
      ({ fault, timesLeft }) => timesLeft > 0 && path.startsWith(fault.path ?? ''),
    )
    if (match === undefined) return undefined
    match.timesLeft -= 1
    return match.fault
  }
}
