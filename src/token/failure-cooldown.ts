import type { Failure } from '../contract/errors.js'
import { withoutPrototype } from '../lib/own-properties.js'
import { type Cooldown, createCooldown } from './cooldown.js'
import type { Transport } from './transport.js'

const SHORTEST_MS = 1_000
const LONGEST_MS = 30_000
const LONGEST_RETRY_AFTER_MS = 300_000

interface FailureCooldown extends Cooldown {
  readonly failure: CoolingFailure
}

/** What callers get during a cooldown. */
export type CoolingFailure = Failure & { readonly retryInMs: number }

/**
 * The cooldown after failed token requests: callers get the last failure, and nothing is sent. A
 * network fault concerns only the instances with that transport.
 */
export function createFailureCooldown() {
  let cooldowns = new WeakMap<object, FailureCooldown>()
  const account = {}
  const cooldownsFor = (transport: Transport) =>
    [account, transport].map((key) => cooldowns.get(key))
  return {
    /** The failure that callers get; undefined if a token request may be sent. */
    failure: (transport: Transport) =>
      cooldownsFor(transport).find((cooldown) => cooldown?.isActive())?.failure,
    /** Whether the last token request failed, a short time ago. */
    followsFailure: (transport: Transport) =>
      cooldownsFor(transport).some((cooldown) => cooldown?.isRemembered()),
    /** @param tookMs how long callers have waited already */
    start(failure: Failure, transport: Transport, tookMs: number): CoolingFailure {
      const key = failure.isNetworkFault ? transport : account
      const cooldown = cooldowns.get(key) ?? createCooldown(LONGEST_MS)
      // A refused client will not be accepted a second later.
      const isRefused = failure.code === 'ERR_CASPIO_CREDENTIALS'
      const retryInMs = cooldown.start(isRefused, (lengthMs) =>
        Math.max(
          SHORTEST_MS,
          lengthMs - Math.floor(tookMs / 1000) * 1000,
          Math.min(failure.retryAfterMs ?? 0, LONGEST_RETRY_AFTER_MS),
        ),
      )
      const nextAttemptAt = new Date(Date.now() + retryInMs)
      const cooling = withoutPrototype({ ...failure, nextAttemptAt, retryInMs })
      cooldowns.set(key, { ...cooldown, failure: cooling })
      return cooling
    },
    reset(): void {
      cooldowns = new WeakMap()
    },
  }
}
