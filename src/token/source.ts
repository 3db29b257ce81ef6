import { CaspioAuthError, type Failure, isFailure } from '../contract/errors.js'
import type { Emit } from '../contract/events.js'
import type { ResolvedOptions } from '../contract/options.js'
import { msSince } from '../lib/clock.js'
import { createFailureCooldown } from './failure-cooldown.js'
import { thrownFailure } from './failures.js'
import type { Issued, TokenIssuer } from './issuer.js'
import { msLeft, renewAfterMs, type TimedToken, type Token, usableForMs } from './life.js'
import { createRenewalJudge } from './renewal-judge.js'
import { createSingleFlight, type Flight } from './single-flight.js'
import type { Transport } from './transport.js'

/** Why a token is requested: there is none, it expires soon, a caller asked, it was rejected. */
type Reason = 'missing' | 'due' | 'asked' | 'rejected'

// A token that is rejected so soon after its issue counts as a useless renewal.
const FRESH_FOR_MS = 60_000

/**
 * The life of one account's token. The promises of its methods reject with a {@link Failure}. Its
 * state is private, so that no log shows a token.
 */
export class TokenSource {
  readonly #issue: TokenIssuer
  readonly #renewBefore: number | undefined
  readonly #emit: Emit
  readonly #flights: ReturnType<typeof createSingleFlight>
  readonly #failures = createFailureCooldown()
  readonly #renewals = createRenewalJudge()
  // Differs from process to process, so that a fleet does not renew all at once.
  readonly #jitter = 1 - Math.random() / 5
  #current: Token | undefined
  #refreshToken: string | undefined
  /** The access token that was rejected last. Another process may not know that it was. */
  #rejectedToken: string | undefined

  constructor(issue: TokenIssuer, { renewBefore, timeout, retries }: ResolvedOptions, emit: Emit) {
    this.#issue = issue
    this.#renewBefore = renewBefore
    this.#emit = emit
    // More than all attempts, their delays and a wait for the store's lock can take.
    this.#flights = createSingleFlight((retries + 4) * timeout + (retries * 10 + 15) * 1_000)
  }

  /** Returns the current token, or waits for the shared token request. */
  acquire(transport: Transport): Token | Promise<Token> {
    const token = this.#current
    if (!token) return this.#request(transport, 'missing')
    const ageMs = msSince(token.requestedAt)
    if (ageMs >= usableForMs(token.lifeSeconds)) return this.#request(transport, 'missing')
    const isDue = ageMs >= renewAfterMs(token.lifeSeconds, this.#renewBefore, this.#jitter)
    if (isDue && !this.#flights.current() && !this.#failures.failure()) {
      // If it fails, that is an event: the current token is still valid.
      this.#start(transport, 'due').promise.catch(() => {})
    }
    return token
  }

  /** Requests another token than the current one, even during a cooldown. */
  renew(transport: Transport): Promise<Token> {
    return this.#join(transport, 'asked')
  }

  /** Finds a replacement for a rejected token; undefined during a cooldown after useless renewals. */
  replace(rejected: Token, transport: Transport): Token | Promise<Token> | undefined {
    const token = this.#current
    if (token === rejected) {
      if (msSince(token.requestedAt) < FRESH_FOR_MS) this.#renewals.recordOutcome(token, false)
    } else if (token && !this.#renewals.isUseless(token)) {
      if (msSince(token.requestedAt) < usableForMs(token.lifeSeconds)) return token
    }
    if (this.#renewals.isCoolingDown()) return undefined
    this.#rejectedToken = rejected.accessToken
    return this.#request(transport, 'rejected')
  }

  /** Records whether a request that had been rejected was accepted with this token. */
  recordOutcome(token: Token, isAccepted: boolean): void {
    this.#renewals.recordOutcome(token, isAccepted)
  }

  /** Forgets the token, and ends both cooldowns. */
  invalidate(): void {
    this.#rejectedToken = this.#current?.accessToken
    this.#current = this.#refreshToken = undefined
    this.#failures.reset()
    this.#renewals.reset()
  }

  /**
   * Takes a token that another process obtained, if `replaced` is still the current one. Returns
   * whether it is.
   */
  adopt(found: Issued | undefined, replaced: TimedToken): boolean {
    const isCurrent = this.#current?.accessToken === replaced.accessToken
    if (isCurrent && found && this.#isNews(found.token)) this.#take(found)
    return isCurrent
  }

  #request(transport: Transport, reason: Reason): Promise<Token> {
    const failure = this.#flights.current() ? undefined : this.#failures.failure()
    return failure ? Promise.reject(failure) : this.#join(transport, reason)
  }

  #join(transport: Transport, reason: Reason): Promise<Token> {
    const flight = this.#flights.current() ?? this.#start(transport, reason)
    flight.replacesRejected ||= reason === 'rejected'
    return this.#flights.join(flight)
  }

  #start(transport: Transport, reason: Reason): Flight {
    const replaced = this.#current
    const request = {
      refreshToken: reason === 'rejected' ? undefined : this.#refreshToken,
      onRefreshTokenRefused: () => {
        if (this.#current === replaced) this.#refreshToken = undefined
      },
      renew: Boolean(replaced) || reason !== 'missing',
      accepts: (other: TimedToken) => this.#accepts(other, reason, replaced),
      retry: !this.#failures.followsFailure(),
      transport,
    }
    const issuing = this.#issue(request)
    const flight = this.#flights.start(issuing)
    flight.promise = issuing.then(
      (issued) => this.#take(issued, flight.replacesRejected),
      (thrown) => this.#fail(isFailure(thrown) ? thrown : thrownFailure(thrown, String), flight),
    )
    return flight
  }

  /** Whether another process's token will do in place of a new one. */
  #accepts(other: TimedToken, reason: Reason, replaced: Token | undefined): boolean {
    // The caller did not say which token is of no use, so it may be this one.
    if (reason === 'asked' && !replaced) return false
    const current = this.#current
    const expiresSooner = current && msLeft(other) <= msLeft(current)
    return this.#isNews(other) && !(reason === 'due' && expiresSooner)
  }

  /** Whether another process's token differs from the current and from the rejected one. */
  #isNews({ accessToken }: TimedToken): boolean {
    return accessToken !== this.#current?.accessToken && accessToken !== this.#rejectedToken
  }

  #take({ token: issued, grant }: Issued, replacesRejected = false): Token {
    const token: Token = { ...issued, isFromStore: !grant }
    this.#current = token
    this.#refreshToken = token.refreshToken
    this.#failures.reset()
    if (replacesRejected && grant) this.#renewals.watch(token)
    const expiresIn = grant ? token.lifeSeconds : Math.floor(msLeft(token) / 1000)
    this.#emit({
      type: 'token-taken',
      ...(grant ? { source: 'issued', grant } : { source: 'store' }),
      ...(expiresIn < Number.POSITIVE_INFINITY && { expiresIn }),
    })
    // Not #current: the listener may have called invalidate().
    return token
  }

  #fail(thrown: Failure, { startedAt, release }: Flight): never {
    const failure = this.#failures.start(thrown, performance.now() - startedAt)
    this.#emit({
      type: 'acquisition-failed',
      error: new CaspioAuthError(failure),
      background: !release,
      retryIn: failure.retryInMs,
    })
    throw failure
  }
}
