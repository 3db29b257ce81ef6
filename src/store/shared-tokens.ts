import type { Emit } from '../contract/events.js'
import type { ResolvedOptions } from '../contract/options.js'
import type { CaspioCredentials } from '../contract/types.js'
import { isWithin } from '../lib/clock.js'
import { memberOf } from '../lib/own-properties.js'
import { delay, startTimer } from '../lib/timers.js'
import type { IssueRequest, TokenIssuer, Tokens } from '../token/issuer.js'
import { msLeft, type Token } from '../token/life.js'
import type { TokenSource } from '../token/source.js'
import { type GuardedStore, guardStore } from './guarded-store.js'

const DAY_MS = 86_400_000
// For a token of unknown life. Caspio's live that long.
const DEFAULT_TTL_MS = DAY_MS
// Redis refuses numbers of more than 64 bits.
const LONGEST_TTL_MS = 365 * DAY_MS
// How often a process in its cooldown looks for the token of another one.
const LOOK_EVERY_MS = 1_000
const FIRST_POLL_MS = 50
const LONGEST_POLL_MS = 1_000
// By then, a process that requested a token at the same time has written it.
const FIRST_AGREEMENT_MS = 1_000
const LONGEST_AGREEMENT_MS = 60_000
// What a process reads first, a note or none, is from before its wait. The first new note may be the fault
// of one process: its proxy, or an old secret.
const MOST_NOTES = 2
// A process holds the lock for one token request, and for the calls of the store around it.
const LOCK_MARGIN_MS = 5_000

/** Puts a token store in front of an issuer. If the store fails, the issuer is asked without it. */
export function shareTokens(
  issue: TokenIssuer,
  credentials: CaspioCredentials,
  options: ResolvedOptions,
  emit: Emit,
  adopt: TokenSource['adopt'],
): Tokens {
  const { tokenStore, tokenStoreTimeout } = options as Required<ResolvedOptions>
  const store = guardStore(tokenStore, tokenStoreTimeout, storeKey(credentials), emit)
  // A whole number, as Redis wants it.
  const lockTtlMs = memberOf(tokenStore, 'lock') ? Math.ceil(options.timeout) + LOCK_MARGIN_MS : 0
  const { publish, agreeLater } = createPublisher(store, adopt)
  let invalidations = 0

  async function issueShared(request: IssueRequest): Promise<Token> {
    const before = invalidations
    const { found, release, hasWaited } = await findOrLock(store, request, lockTtlMs)
    let published: Promise<unknown> | undefined
    try {
      if (found) return useFound(found)
      // Another process had the lock and got no token. A retry would make the next one wait longer.
      const issuing = issue(hasWaited ? { ...request, retry: false } : request)
      await issuing.catch(() => {})
      // Without the lock, another process may have been faster, or the only one that got a token.
      const other = release ? undefined : await store.read()
      if (other && request.accepts(other)) return useFound(other)
      const issued = await issuing
      if (before === invalidations) published = publish(issued, Boolean(release))
      return issued
    } catch (failure) {
      if (release) published = store.writeFailure(lockTtlMs)
      throw failure
    } finally {
      if (release) releaseAfter(published, release)
    }
  }

  function useFound(token: Token): Token {
    if (!lockTtlMs) agreeLater(token)
    return token
  }

  const look = createLook(store)
  return {
    issue: issueShared,
    async find(accepts) {
      const found = await look()
      return found && accepts(found) ? useFound(found) : undefined
    },
    forget() {
      invalidations++
      store.delete()
    },
  }
}

/** Writes tokens to the store, and lets the processes agree on one. */
function createPublisher(store: GuardedStore, adopt: TokenSource['adopt']) {
  /** @param afterMs how long after the attempt before it this one comes */
  async function publish(token: Token, isLocked: boolean, afterMs?: number): Promise<void> {
    const leftMs = msLeft(token)
    if (leftMs < 1) return
    const ttlMs =
      leftMs === Number.POSITIVE_INFINITY
        ? DEFAULT_TTL_MS
        : Math.min(Math.ceil(leftMs), LONGEST_TTL_MS)
    // Nobody waits for the first attempt, and it may replace a value that cannot be read.
    const isWritten = await store.write(token, ttlMs, afterMs === undefined)
    if (!isLocked || !isWritten) agreeLater(token, afterMs)
  }

  /** Without a lock, processes can obtain tokens at the same time: all adopt the last one written. */
  function agreeLater(token: Token, afterMs = FIRST_AGREEMENT_MS): void {
    startTimer(
      async () => {
        const found = await store.read()
        const isCurrent = adopt(found, token)
        if (isCurrent && !found) publish(token, false, Math.min(afterMs * 2, LONGEST_AGREEMENT_MS))
      },
      afterMs * (1 + Math.random()),
    )
  }

  return { publish, agreeLater }
}

/** Reads the store, once a second at most. */
function createLook(store: GuardedStore) {
  let lookedAt = Number.NEGATIVE_INFINITY
  let stored: Promise<Token | undefined> | undefined
  return () => {
    if (!stored || !isWithin(LOOK_EVERY_MS, lookedAt)) {
      lookedAt = performance.now()
      stored = store.read()
    }
    return stored
  }
}

/**
 * Waits until the store holds a token that will do, or until this process holds the lock. If two
 * holders of the lock get no token, all that wait go on without it: they would learn of an outage one
 * after the other.
 *
 * @param lockTtlMs 0 if the store has no lock
 */
async function findOrLock(store: GuardedStore, { accepts }: IssueRequest, lockTtlMs: number) {
  // The holder of the lock may have died, and the next one needs its time, too.
  const startedAt = performance.now()
  let release: (() => unknown) | undefined
  const notes = new Set<unknown>()
  const outcome = (found?: Token) => ({ found, release, hasWaited: notes.size > 0 })
  for (let pollMs = FIRST_POLL_MS; ; pollMs = Math.min(pollMs * 1.5, LONGEST_POLL_MS)) {
    const found = await store.read()
    if (found && accepts(found)) return outcome(found)
    const mayWait = lockTtlMs > 0 && !store.isSkipped() && isWithin(2 * lockTtlMs, startedAt)
    if (release || !mayWait) return outcome()
    release = await store.lock(lockTtlMs)
    if (release || store.isSkipped()) continue
    // A note that has expired is not another failure.
    notes.add((await store.readFailure()) ?? [...notes].at(-1))
    if (notes.size > MOST_NOTES) return outcome()
    await delay(pollMs * (0.5 + Math.random() / 2))
  }
}

async function releaseAfter(published: Promise<unknown> | undefined, release: () => unknown) {
  try {
    await published
    await release()
  } catch {
    // The lock ends without us.
  }
}

/** Names the account and its client, without characters that a store may refuse in a key. */
function storeKey({ clientID, tokenEndpointURL }: CaspioCredentials): string {
  const endpoint = tokenEndpointURL.replace(/^\w+:\/\/|[?#].*/g, '').toLowerCase()
  return ['axios-caspio-auth', endpoint, clientID].map(encodeURIComponent).join(':')
}
