import type { Token } from './life.js'
import type { Transport } from './transport.js'

/** A token request under way, with its retries. */
export interface Flight {
  /** Settles when the token source has taken the token, or started the cooldown. */
  promise: Promise<Token>
  readonly startedAt: number
  readonly transport: Transport
  /** Whether its token is no longer wanted: callers wait for the flight to end, and request another. */
  isInvalidated: boolean
  /** Whether a caller has waited for it. If not, it is a background renewal. */
  isAwaited: boolean
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
    start(issuing: Promise<Token>, transport: Transport): Flight {
      const flight: Flight = {
        promise: issuing,
        startedAt: performance.now(),
        transport,
        isInvalidated: false,
        isAwaited: false,
      }
      const end = () => {
        if (current === flight) current = undefined
      }
      issuing.then(end, end)
      current = flight
      return flight
    },
  }
}
