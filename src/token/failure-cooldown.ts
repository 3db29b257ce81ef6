import type { Failure } from '../contract/errors.js'
import { withoutPrototype } from '../lib/own-properties.js'
import { type Cooldown, createCooldown } from './cooldown.js'
import { isSameTransport, type Transport } from './transport.js'

const SHORTEST_MS = 1_000
const LONGEST_MS = 30_000
const LONGEST_RETRY_AFTER_MS = 300_000
const MOST_COOLDOWNS = 10

interface FailureCooldown extends Cooldown {
  /** What callers get during the cooldown. */
  readonly failure: Failure
  /** Undefined if the failure concerns all instances. */
  readonly transport: Transport | undefined
}

/**
 * The cooldown after failed token requests: callers get the last failure, and nothing is sent. A
 * fault of the transport concerns only the instances that reach the token endpoint in the same way.
 */
export function createFailureCooldown() {
  /** The latest ones. */
  let cooldowns: readonly FailureCooldown[] = []
  const cooldownsFor = (transport: Transport) =>
    cooldowns.filter((one) => !one.transport || isSameTransport(one.transport, transport))
  return {
    /** The failure that callers get; undefined if a token request may be sent. */
    activeFailure: (transport: Transport) =>
      cooldownsFor(transport).find((cooldown) => cooldown.isActive())?.failure,
    /** Whether the last token request failed, a short time ago. */
    hasFailedLately: (transport: Transport) =>
      cooldownsFor(transport).some((cooldown) => cooldown.isRemembered()),
    /**
     * @param sender the instance whose token request failed
     * @param tookMs how long callers have waited already. Only whole seconds count, so that a quick
     *   failure has the full cooldown
     */
    start(failure: Failure, sender: Transport, tookMs: number) {
      const transport = failure.isTransportFault ? sender : undefined
      // A fault of the transport has a cooldown of its own.
      const known = cooldownsFor(sender).find((one) => !one.transport === !transport)
      const cooldown = known ?? createCooldown(LONGEST_MS)
      // A refused client will not be accepted a second later.
      const isRefused = failure.code === 'ERR_CASPIO_CREDENTIALS'
      const retryInMs = cooldown.start(isRefused, (lengthMs) =>
        Math.max(
          SHORTEST_MS,
          lengthMs - Math.floor(tookMs / 1000) * 1000,
          Math.min(failure.retryAfterMs ?? 0, LONGEST_RETRY_AFTER_MS),
        ),
      )
      const lastFailure = withNextAttempt(failure, retryInMs)
      const others = cooldowns.filter((one) => one !== known).slice(1 - MOST_COOLDOWNS)
      cooldowns = [...others, { ...cooldown, transport, failure: lastFailure }]
      return lastFailure
    },
    reset(): void {
      cooldowns = []
    },
  }
}

/** The failure that callers get if the next attempt is possible in `retryInMs`. */
export function withNextAttempt(failure: Failure, retryInMs: number) {
  const nextAttemptAt = new Date(Date.now() + retryInMs)
  return withoutPrototype({ ...failure, nextAttemptAt, retryInMs })
}
