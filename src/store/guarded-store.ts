import type { CaspioAuthEvent, Emit } from '../contract/events.js'
import type { CaspioTokenStore } from '../contract/types.js'
import { createRedact } from '../lib/redact.js'
import { withTimeLimit } from '../lib/time-limit.js'
import { thrownFailure } from '../token/failures.js'
import type { TimedToken } from '../token/life.js'
import { readStoredToken, writeStoredToken } from './stored-token.js'

type Operation = Extract<CaspioAuthEvent, { type: 'store-failed' }>['operation']

const SKIP_AFTER_FAILURE_MS = 10_000

/**
 * A token store that can do no harm: its calls are limited in time, failures become events, and
 * after a failure the store is skipped for a while. A call that failed or was skipped resolves to
 * undefined.
 *
 * @param key under which the token is stored
 */
export function guardStore(store: CaspioTokenStore, timeoutMs: number, key: string, emit: Emit) {
  let skippedUntil = 0
  /** The tokens that the store may repeat in its errors. */
  let secrets: (string | undefined)[] = []

  const isSkipped = () => performance.now() < skippedUntil

  const report = (operation: Operation, reason: string) =>
    emit({ type: 'store-failed', operation, reason })

  async function call<T>(operation: Operation, work: () => Promise<T>, evenIfSkipped = false) {
    if (isSkipped() && !evenIfSkipped) return undefined
    try {
      return await withTimeLimit(timeoutMs, work)
    } catch (thrown) {
      skippedUntil = performance.now() + SKIP_AFTER_FAILURE_MS
      report(operation, thrownFailure(thrown, String, createRedact(secrets)).message)
      return undefined
    }
  }

  return {
    isSkipped,
    async read(): Promise<TimedToken | undefined> {
      const stored = await call('get', async () => store.get(key))
      const found = (stored ?? undefined) && readStoredToken(stored)
      if (typeof found === 'object') {
        secrets = [found.accessToken, found.refreshToken]
        return found
      }
      if (found) report('get', found)
      return undefined
    },
    write(token: TimedToken, ttlMs: number, evenIfSkipped: boolean): Promise<true | undefined> {
      secrets = [token.accessToken, token.refreshToken]
      const write = async () => {
        // This is how Keyv reports a failure.
        if ((await store.set(key, writeStoredToken(token), ttlMs)) === false) {
          throw 'it did not keep the token'
        }
        return true as const
      }
      return call('set', write, evenIfSkipped)
    },
    delete: () => call('delete', async () => store.delete(key)),
    /** Takes the lock. Resolves to the function that releases it. */
    async lock(ttlMs: number): Promise<(() => unknown) | undefined> {
      let isTooLate = false
      const held = await call('lock', async () => {
        const release = await store.lock?.(`${key}:lock`, ttlMs)
        if (release && typeof release !== 'function') throw 'its lock did not return a function'
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
