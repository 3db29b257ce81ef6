import { CaspioAuthError, type Failure } from '../contract/errors.js'
import type { Emit } from '../contract/events.js'
import type { ResolvedOptions } from '../contract/options.js'
import type { CaspioAccessToken } from '../contract/types.js'
import { type Instant, since } from '../lib/clock.js'
import { holdProcess } from '../lib/timers.js'
import type { TokenAnswer } from './answer.js'
import type { Issued, TokenIssuer } from './issuer.js'
import { msLeft, renewAfter, usableFor } from './life.js'
import type { Transport } from './transport.js'

/** A token in use. Handed around by identity: "was it this one that was rejected?" */
export interface Token extends TokenAnswer {
  /** The `Authorization` header's value. */
  readonly authorization: string
  readonly askedAt: Instant
  /** Milliseconds after `askedAt` from which it is renewed, and from which it is not used. */
  readonly renewAfter: number
  readonly usableFor: number
  refreshToken: string | undefined
  /** Whether another process got it. */
  readonly isAdopted: boolean
  /** Of one that replaced a rejected token: did that help? */
  trial: 'open' | 'helped' | 'fruitless' | undefined
}

export interface TokenSource {
  // Their promises reject with a Failure.
  /** The token at hand, at once; or else the one shared fetch. */
  acquire(via: Transport): Token | Promise<Token>
  /** Another token than the one at hand. */
  renew(via: Transport): Promise<Token>
  /** What to use in place of a rejected token; undefined if renewing is known not to help just now. */
  replace(rejected: Token, via: Transport): Token | Promise<Token> | undefined
  /** Tells whether a request that had been rejected was accepted with this token. */
  tried(token: Token, accepted: boolean): void
  invalidate(): void
  /**
   * Takes a token that another process got in place of `instead`, if that is the one at hand. Tells
   * whether it was.
   */
  adopt(found: Issued | undefined, instead: Issued): boolean
}

/** Why a token is fetched: none is at hand, it expires soon, somebody asked, it was rejected. */
type Reason = 'missing' | 'ahead' | 'forced' | 'rejected'

/** The one fetch under way. */
interface Flight {
  readonly promise: Promise<Token>
  readonly startedAt: number
  /** Whether its token is to replace a rejected one. */
  replaces: boolean
  /** Set as soon as somebody waits for it. */
  release: (() => void) | undefined
}

/** A pause that doubles from one time to the next, on the clock that cannot be set back. */
interface Pause {
  readonly delay: number
  readonly endsAt: number
}

const FIRST_PAUSE_IN_MS = 1_000
const LONGEST_FAILURE_PAUSE_IN_MS = 30_000
const LONGEST_RETRY_AFTER_IN_MS = 300_000
const LONGEST_FRUITLESS_PAUSE_IN_MS = 60_000
// How long a token counts as fresh, so that its rejection says something about renewing.
const FRESH_FOR_MS = 60_000
// For how long one look at the wall clock does. A machine takes longer to fall asleep and wake up.
const LOOK_AGAIN_AFTER_MS = 10

/** The life of one account's token. All state is in this closure, out of reach of any inspection. */
export function createTokenSource(
  issue: TokenIssuer,
  { renewBefore, timeout, retries }: ResolvedOptions,
  emit: Emit,
): TokenSource {
  // More than every attempt, pause and wait for a lock can take. In a worker (Cloudflare's), a fetch
  // and its timers die with the request that began it, and it never ends.
  const longestFlight = (retries + 4) * timeout + (retries * 10 + 15) * 1_000
  // Chosen once, so that a fleet's windows open apart.
  const jitter = 1 - Math.random() / 5
  let current: Token | undefined
  /** By the monotonic clock: until then the current token is not due. */
  let sureUntil = 0
  let flight: Flight | undefined
  let failed: (Pause & { readonly failure: Failure }) | undefined
  let fruitless: Pause | undefined
  let hasHelped = false
  /** The access token last known not to do. Another process may not know. */
  let spent: string | undefined

  function acquire(via: Transport): Token | Promise<Token> {
    const token = current
    if (!token) return fetch(via, 'missing')
    const monotonic = performance.now()
    if (monotonic < sureUntil) return token
    const age = since(token.askedAt)
    sureUntil = monotonic + Math.min(LOOK_AGAIN_AFTER_MS, token.renewAfter - age)
    if (age >= token.renewAfter) {
      if (age >= token.usableFor) return fetch(via, 'missing')
      // Its failure is an event, and the token at hand still serves.
      if (!underWay() && !isOn(failed)) start(via, 'ahead').promise.catch(() => {})
    }
    return token
  }

  function replace(rejected: Token, via: Transport): Token | Promise<Token> | undefined {
    const token = current
    const isAnother = token && token !== rejected && token.trial !== 'fruitless'
    if (isAnother && since(token.askedAt) < token.usableFor) return token
    // A fresh one, rejected before any resend could tell.
    if (token === rejected && since(token.askedAt) < FRESH_FOR_MS) tried(token, false)
    if (isOn(fruitless)) return undefined
    spent = rejected.accessToken
    return fetch(via, 'rejected')
  }

  /** Whether another process's token is neither the one at hand nor known not to do. */
  function isNews({ token: { accessToken } }: Issued): boolean {
    return accessToken !== current?.accessToken && accessToken !== spent
  }

  /** Whether it expires no later than the one at hand. */
  function isSooner({ token, askedAt }: Issued): boolean {
    return !!current && msLeft(token.life, askedAt) <= msLeft(current.life, current.askedAt)
  }

  function fetch(via: Transport, reason: Reason): Promise<Token> {
    return !underWay() && isOn(failed) ? Promise.reject(failed.failure) : join(via, reason)
  }

  function underWay(): Flight | undefined {
    return flight && performance.now() - flight.startedAt < longestFlight ? flight : undefined
  }

  /** The fetch under way, or a new one. Whoever joins waits for it. */
  function join(via: Transport, reason: Reason): Promise<Token> {
    const joined = underWay() ?? start(via, reason)
    joined.replaces ||= reason === 'rejected'
    joined.release ??= holdProcess()
    return joined.promise
  }

  function start(via: Transport, reason: Reason): Flight {
    const old = current
    const startedAt = performance.now()
    const issued = issue({
      refreshToken: reason === 'rejected' ? undefined : old?.refreshToken,
      forgetRefreshToken:
        old &&
        (() => {
          old.refreshToken = undefined
        }),
      renew: Boolean(old) || reason !== 'missing',
      suits(other) {
        // Who asks for another token without saying than which gets a new one.
        if (reason === 'forced' && !old) return false
        return isNews(other) && !(reason === 'ahead' && isSooner(other))
      },
      single: Boolean(failed),
      via,
    }).finally(() => {
      if (flight === started) flight = undefined
      started.release?.()
    })
    const started: Flight = {
      startedAt,
      replaces: false,
      release: undefined,
      promise: issued.then(
        (answered) => take(answered, started.replaces),
        (failure) => {
          throw fail(failure, !started.release, performance.now() - startedAt)
        },
      ),
    }
    flight = started
    return started
  }

  function take({ token, askedAt, grant }: Issued, replaces: boolean): Token {
    const taken: Token = {
      ...token,
      // RFC 6749 §6: without a new one, the old one stays good.
      refreshToken:
        token.refreshToken || (grant === 'refresh_token' ? current?.refreshToken : undefined),
      authorization: `Bearer ${token.accessToken}`,
      askedAt,
      usableFor: usableFor(token.life),
      renewAfter: renewAfter(token.life, renewBefore, jitter),
      isAdopted: !grant,
      trial: replaces && grant ? 'open' : undefined,
    }
    current = taken
    sureUntil = 0
    failed = undefined
    // As long as the answer said, or as is left of it.
    const expiresIn = grant ? token.life : Math.floor(msLeft(token.life, askedAt) / 1000)
    emit({
      type: 'token-taken',
      ...(grant ? { source: 'issued', grant } : { source: 'store' }),
      ...(expiresIn < Number.POSITIVE_INFINITY && { expiresIn }),
    })
    // Not what is current, which the listener may have dropped.
    return taken
  }

  function fail(failure: Failure, background: boolean, duration: number): Failure {
    const delay =
      failure.code === 'ERR_CASPIO_CREDENTIALS'
        ? LONGEST_FAILURE_PAUSE_IN_MS
        : doubled(failed, LONGEST_FAILURE_PAUSE_IN_MS)
    const retryIn = Math.max(
      FIRST_PAUSE_IN_MS,
      // What went by in waiting for an answer was a pause as well.
      delay - Math.floor(duration / 1000) * 1000,
      Math.min(failure.retryAfter ?? 0, LONGEST_RETRY_AFTER_IN_MS),
    )
    const told = { ...failure, nextAttemptAt: new Date(Date.now() + retryIn) }
    failed = { failure: told, delay, endsAt: performance.now() + retryIn }
    emit({ type: 'acquisition-failed', error: new CaspioAuthError(told), background, retryIn })
    return told
  }

  function tried(token: Token, accepted: boolean): void {
    if (accepted) {
      token.trial &&= 'helped'
      fruitless = undefined
      hasHelped = true
    } else if (token.trial === 'open') {
      // One pause for one token, however many requests it failed.
      token.trial = 'fruitless'
      // Where renewing helped the last time, this one may have been revoked in its turn.
      if (hasHelped) {
        hasHelped = false
        return
      }
      const delay = doubled(fruitless, LONGEST_FRUITLESS_PAUSE_IN_MS)
      fruitless = { delay, endsAt: performance.now() + delay }
    }
  }

  return {
    acquire,
    renew: (via) => join(via, 'forced'),
    replace,
    tried,
    invalidate() {
      spent = current?.accessToken
      current = failed = fruitless = undefined
    },
    adopt(found, { token }) {
      const isInUse = current?.accessToken === token.accessToken
      if (isInUse && found && isNews(found)) take(found, false)
      return isInUse
    },
  }
}

/** The token as its user sees it, with what is left of its life, and without the refresh token. */
export function readToken({ accessToken, tokenType, life, askedAt }: Token): CaspioAccessToken {
  const left = Math.floor(msLeft(life, askedAt) / 1000)
  return {
    access_token: accessToken,
    token_type: tokenType,
    // Never 0, which would read as "unknown" at the other end.
    ...(left < Number.POSITIVE_INFINITY && { expires_in: Math.max(1, left) }),
  }
}

function isOn<P extends Pause>(pause: P | undefined): pause is P {
  return pause !== undefined && performance.now() < pause.endsAt
}

function doubled(pause: Pause | undefined, longest: number): number {
  return Math.min(pause ? pause.delay * 2 : FIRST_PAUSE_IN_MS, longest)
}
