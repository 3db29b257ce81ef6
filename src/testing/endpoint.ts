import { validateHeaderName, validateHeaderValue } from 'node:http'
import { requireNumber } from './require-number.js'
import type { CaspioEndpoint, CaspioFault } from './types.js'

const MAX_TIMER_MS = 2_147_483_647

/** The knobs of one endpoint, and the side of them that its requests see. */
export class Endpoint implements CaspioEndpoint {
  #latency = 0
  #faults: { fault: CaspioFault; left: number }[] = []

  get latency(): number {
    return this.#latency
  }

  set latency(ms: number) {
    this.#latency = requireNumber('latency', ms, { max: MAX_TIMER_MS })
  }

  fail(fault: CaspioFault = {}): void {
    const { status = 503, times = Number.POSITIVE_INFINITY, retryAfter, headers = {} } = fault
    requireNumber('status', status, { min: 200, max: 599, integer: true })
    if (times !== Number.POSITIVE_INFINITY) requireNumber('times', times, { integer: true })
    const sent = retryAfter === undefined ? headers : { ...headers, 'Retry-After': `${retryAfter}` }
    for (const [name, value] of Object.entries(sent)) {
      validateHeaderName(name)
      validateHeaderValue(name, value)
    }
    this.#faults.push({ fault: { ...fault, headers: { ...headers } }, left: times })
  }

  restore(): void {
    this.#faults = []
  }

  /** The fault that the next request to `path` meets, which uses it up by one. */
  takeFault(path: string): CaspioFault | undefined {
    const next = this.#faults.find(
      ({ fault, left }) => left > 0 && path.startsWith(fault.path ?? ''),
    )
    if (next === undefined) return undefined
    next.left -= 1
    if (next.left === 0) this.#faults = this.#faults.filter((entry) => entry !== next)
    return next.fault
  }
}
