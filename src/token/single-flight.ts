import { holdProcess } from '../lib/timers.js'
import type { Issued } from './issuer.js'
import type { Token } from './life.js'

/** A token request under way, with its retries. */
export interface Flight {
  /** What the token source makes of it. */
  promise: Promise<Token>
  readonly startedAt: number
  /** Whether its token replaces a rejected one. */
  replacesRejected: boolean
  /** Lets the process end. Undefined while no caller waits: then it is a background renewal. */
  release: (() => void) | undefined
}

/**
 * One token request at a time, shared by all who need it.
 *
 * @param longestMs after which a flight counts as lost. In Cloudflare Workers a token request and its
 *   timers die with the request that started them, and its promise never settles.
 */
export function createSingleFlight(longestMs: number) {
  let current: Flight | undefined
  return {
    current: () =>
      current && performance.now() - current.startedAt < longestMs ? current : undefined,
    /** The flight ends with `issuing`, just before the callbacks that the caller adds to it. */
    start(issuing: Promise<Issued>): Flight {
      const startedAt = performance.now()
      const flight = { startedAt, replacesRejected: false, release: undefined } as unknown as Flight
      const end = () => {
        if (current === flight) current = undefined
        flight.release?.()
      }
      issuing.then(end, end)
      current = flight
      return flight
    },
    /** Waits for a flight, and keeps the process alive until it ends. */
    join(flight: Flight): Promise<Token> {
      flight.release ??= holdProcess()
      return flight.promise
    },
  }
}
