import type { CaspioAuthEvent, Emit } from '../contract/events.js'
import type { CaspioCredentials, CaspioTokenStore } from '../contract/types.js'
import { createScrubber } from '../lib/redact.js'
import { within } from '../lib/time-limit.js'
import { startTimer } from '../lib/timers.js'
import type { Issued, TokenIssuer } from '../token/issuer.js'
import { msLeft } from '../token/life.js'
import { thrownFailure } from '../token/thrown-failure.js'
import { readStoredToken, writeStoredToken } from './stored-token.js'

/** How processes that share a store share a token. */
export interface SharedTokens {
  /** Takes what stands in the store, or issues a token and puts it there. */
  readonly issue: TokenIssuer
  /** Takes what stands there away. */
  forget(): void
}

export interface StoreUse {
  readonly store: CaspioTokenStore
  /** Milliseconds for one call to the store. */
  readonly timeout: number
  /** Milliseconds after which a holder of the lock counts as dead. */
  readonly lockTtl: number
}

type Operation = Extract<CaspioAuthEvent, { type: 'store-failed' }>['operation']

// For a token of unknown life: Caspio's.
const DAY_IN_MS = 86_400_000
const REST_IN_MS = 10_000
const FIRST_POLL_IN_MS = 50
const LONGEST_POLL_IN_MS = 1_000
// Longer than it takes another process to write the token that it has got meanwhile.
const SETTLES_AFTER_MS = 1_000
const LONGEST_SETTLE_IN_MS = 60_000

/**
 * Puts a store in front of an issuer. A store that fails is left alone for a while, and the issuer
 * asked as if there were none.
 *
 * @param adopt takes `found`, if it is another, in place of `instead`; tells whether that was in use
 */
export function shareTokens(
  issue: TokenIssuer,
  credentials: CaspioCredentials,
  { store, timeout, lockTtl }: StoreUse,
  emit: Emit,
  adopt: (found: Issued | undefined, instead: Issued) => boolean,
): SharedTokens {
  const key = storeKey(credentials)
  let restsUntil = 0
  let secrets: (string | undefined)[] = []

  const isResting = () => performance.now() < restsUntil

  /** Undefined where it failed, or is left alone. */
  async function use<T>(
    operation: Operation,
    work: () => Promise<T>,
    evenAtRest = false,
  ): Promise<T | undefined> {
    if (isResting() && !evenAtRest) return undefined
    try {
      return await within(timeout, work)
    } catch (thrown) {
      restsUntil = performance.now() + REST_IN_MS
      const scrub = createScrubber(secrets.filter((secret) => secret !== undefined))
      report(operation, thrownFailure(thrown, (reason) => reason, scrub).message)
      return undefined
    }
  }

  function report(operation: Operation, reason: string): void {
    emit({ type: 'store-failed', operation, reason })
  }

  async function look(): Promise<Issued | undefined> {
    const stored = await use('get', async () => store.get(key))
    const found = (stored ?? undefined) && readStoredToken(stored)
    if (typeof found !== 'object') {
      if (found) report('get', found)
      return undefined
    }
    secrets = [found.token.accessToken, found.token.refreshToken]
    return found
  }

  async function lock(): Promise<(() => unknown) | undefined> {
    let isLate = false
    const held = await use('lock', async () => {
      const release = await store.lock?.(`${key}:lock`, lockTtl)
      if (release && typeof release !== 'function') throw 'its lock gave no function'
      // A client that queues its commands may get it when we have gone.
      if (isLate) await release?.()
      return release
    })
    isLate = true
    return held || undefined
  }

  async function publish(issued: Issued, isAlone: boolean, pause?: number): Promise<void> {
    const { life } = issued.token
    const left = msLeft(life, issued.askedAt)
    if (left < 1) return
    secrets = [issued.token.accessToken, issued.token.refreshToken]
    const ttl = life === Number.POSITIVE_INFINITY ? DAY_IN_MS : Math.ceil(left)
    const write = async () => {
      // What Keyv says of an adapter that failed.
      if ((await store.set(key, writeStoredToken(issued), ttl)) === false) throw 'it took nothing'
      return true
    }
    // Nobody waits for it, and where it was but the value that could not be read, it helps.
    const isThere = await use('set', write, !pause)
    if (!isAlone || !isThere) settle(issued, pause)
  }

  function adopted(found: Issued): Issued {
    if (!store.lock) settle(found)
    return found
  }

  /** Without a lock others may have got a token at the same time: the last one written stays. */
  function settle(issued: Issued, pause = SETTLES_AFTER_MS): void {
    startTimer(
      async () => {
        const found = await look()
        // A store that keeps nothing is tried less and less.
        const next = Math.min(pause * 2, LONGEST_SETTLE_IN_MS)
        if (adopt(found, issued) && !found) publish(issued, false, next)
      },
      pause * (1 + Math.random()),
    )
  }

  return {
    async issue(request) {
      const { suits = () => true } = request
      // One holder may have died, and the next one needs its time.
      const deadline = performance.now() + 2 * lockTtl
      let release: (() => unknown) | undefined
      let published: Promise<void> | undefined
      try {
        for (let poll = FIRST_POLL_IN_MS; ; poll = Math.min(poll * 1.5, LONGEST_POLL_IN_MS)) {
          const found = await look()
          if (found && suits(found)) return adopted(found)
          if (release || !store.lock || isResting() || performance.now() > deadline) break
          release = await lock()
          if (!release && !isResting()) {
            const pause = poll * (0.5 + Math.random() / 2)
            await new Promise<void>((resolve) => startTimer(resolve, pause))
          }
        }
        const issued = await issue(request)
        // Another process was faster, and its token is in use.
        const found = release ? undefined : await look()
        if (found && suits(found)) return adopted(found)
        published = publish(issued, Boolean(release))
        return issued
      } finally {
        if (release)
          Promise.resolve(published)
            .then(release)
            .catch(() => {})
      }
    },
    forget() {
      use('delete', async () => store.delete(key))
    },
  }
}

// The account and its client, without what a store might not take in a key.
function storeKey({ clientID, tokenEndpointURL }: CaspioCredentials): string {
  const endpoint = tokenEndpointURL.replace(/^\w+:\/\/|[?#].*/g, '')
  return ['axios-caspio-auth', endpoint, clientID].map(encodeURIComponent).join(':')
}
