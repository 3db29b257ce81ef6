import type { Failure } from '../contract/errors.js'
import { withoutPrototype } from '../lib/own-properties.js'
import { createCooldown } from './cooldown.js'

const SHORTEST_MS = 1_000
const LONGEST_MS = 30_000
const LONGEST_RETRY_AFTER_MS = 300_000

/** The cooldown after failed token requests: callers get the last failure, and nothing is sent. */
export function createFailureCooldown() {
  const cooldown = createCooldown(LONGEST_MS)
  let last: Failure | undefined
  return {
    /** The failure that callers get; undefined if a token request may be sent. */
    failure: () => (cooldown.isActive() ? last : undefined),
    /** Whether the last token request failed, however long ago. */
    followsFailure: () => last !== undefined,
    /** @param tookMs how long callers have waited already */
    start(failure: Failure, tookMs: number): Failure & { readonly retryInMs: number } {
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
      last = cooling
      return cooling
    },
    reset(): void {
      cooldown.reset()
      last = undefined
    },
  }
}
