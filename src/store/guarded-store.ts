import type { CaspioAuthEvent, Emit } from '../contract/events.js'
import type { CaspioTokenStore } from '../contract/types.js'
import { isWithin } from '../lib/clock.js'
import { createRedact } from '../lib/redact.js'
import { withTimeLimit } from '../lib/time-limit.js'
import { thrownFailure } from '../token/failures.js'
import type { Token } from '../token/life.js'
import { readStoredToken, writeStoredToken } from './stored-token.js'

type Operation = Extract<CaspioAuthEvent, { type: 'store-failed' }>['operation']

const SKIP_AFTER_FAILURE_MS = 10_000
// The errors of a slow store may repeat the tokens of earlier calls.
const MOST_SECRETS = 20

/**
 * A token store that can do no harm: its calls are limited in time, failures become events, and
 * after a failure the store is skipped for a while. A call that failed or was skipped resolves to
 * undefined.
 *
 * @param key under which the token is stored
 */
export function guardStore(store: CaspioTokenStore, timeoutMs: number, key: string, emit: Emit) {
  const { call, isSkipped, remember } = guardCalls(timeoutMs, emit)
  // Writes and deletes run one after the other, and a read waits for them. Otherwise a slow write could
  // bring back a token that was deleted after it began.
  let changes: Promise<unknown> = Promise.resolve()
  const change: typeof call = (...operation) => {
    const changed = changes.then(() => call(...operation))
    changes = changed
    return changed
  }
  return {
    isSkipped,
    async read(): Promise<Token | undefined> {
      await changes
      const stored = await call('get', async () => store.get(key))
      const found = stored ? readStoredToken(stored) : undefined
      if (typeof found === 'object') {
        remember(found)
        return found
      }
      if (found) emit?.({ type: 'store-failed', operation: 'get', reason: found })
      return undefined
    },
    write(token: Token, ttlMs: number, evenIfSkipped: boolean): Promise<true | undefined> {
      remember(token)
      const write = async () => {
        // This is how Keyv reports a failure.
        if ((await store.set(key, writeStoredToken(token), ttlMs)) === false) {
          throw 'the store did not keep the token (set returned false)'
        }
        return true as const
      }
      return change('set', write, evenIfSkipped)
    },
    delete: () => change('delete', async () => store.delete(key)),
    /** Leaves a note for the processes that wait for the lock: its holder got no token. */
    writeFailure: (ttlMs: number) =>
      call('set', async () => store.set(`${key}:failure`, `${Math.random()}`, ttlMs)),
    /** Reads the last such note. Each is different. */
    readFailure: () => call('get', async () => store.get(`${key}:failure`)),
    /** Takes the lock. Resolves to the function that releases it. */
    async lock(ttlMs: number): Promise<(() => unknown) | undefined> {
      let isTooLate = false
      const held = await call('lock', async () => {
        const release = await store.lock?.(`${key}:lock`, ttlMs)
        if (release && typeof release !== 'function') throw 'lock did not resolve to a function'
        // A client that queues its commands can take the lock after the time limit.
        if (isTooLate) await release?.()
        return release
      })
      isTooLate = true
      return held || undefined
    },
  }
}

export type GuardedStore = ReturnType<typeof guardStore>

function guardCalls(timeoutMs: number, emit: Emit) {
  let failedAt = Number.NEGATIVE_INFINITY
  let secrets: readonly (string | undefined)[] = []

  const isSkipped = () => isWithin(SKIP_AFTER_FAILURE_MS, failedAt)
  return {
    isSkipped,
    /** No event shows these tokens. */
    remember({ accessToken, refreshToken }: Token) {
      secrets = [...secrets.slice(-MOST_SECRETS), accessToken, refreshToken]
    },
    async call<T>(operation: Operation, work: () => Promise<T>, evenIfSkipped = false) {
      if (isSkipped() && !evenIfSkipped) return undefined
      try {
        return await withTimeLimit(timeoutMs, work)
      } catch (thrown) {
        failedAt = performance.now()
        const reason = thrownFailure(thrown, String, createRedact(secrets)).message
        emit?.({ type: 'store-failed', operation, reason })
        return undefined
      }
    },
  }
}
