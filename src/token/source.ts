import { CaspioAuthError, type Failure } from '../contract/errors.js'
import type { Emit } from '../contract/events.js'
import type { ResolvedOptions } from '../contract/options.js'
import { msSince } from '../lib/clock.js'
import { createCallCounts } from '../lib/time-limit.js'
import { createFailureCooldown, withNextAttempt } from './failure-cooldown.js'
import { toFailure } from './failures.js'
import type { Tokens } from './issuer.js'
import { isDue, isUsable, msLeft, type Token } from './life.js'
import { createRenewalJudge } from './renewal-judge.js'
import { createSingleFlight, type Flight } from './single-flight.js'
import { isSameTransport, type Transport } from './transport.js'

/** Why a token is requested. If it may be revoked, its refresh token may be, too, and is not used. */
type Reason = 'needed' | 'due' | 'asked' | 'revoked'

const MOST_REJECTED = 10
const RECENT_MS = 3_600_000

/**
 * The life of one account's token. Its methods reject with a {@link Failure}. Its state is private,
 * so that no log shows a token.
 */
export class TokenSource {
  readonly renewals = createRenewalJudge()
  /** Counts the calls to Caspio. */
  readonly calls = createCallCounts()
  readonly #tokens: Tokens
  readonly #renewBefore: number | undefined
  readonly #emit: Emit
  readonly #flights: ReturnType<typeof createSingleFlight>
  readonly #failures = createFailureCooldown()
  // Differs from process to process, so that a fleet does not renew all at once.
  readonly #jitter = 1 - Math.random() / 5
  #current: Token | undefined
  /** The last token that a request was accepted with. */
  #accepted: Token | undefined
  /** The access tokens that were rejected or invalidated last. The store may still hold one of them. */
  #rejected: readonly string[] = []

  constructor(tokens: Tokens, options: ResolvedOptions, emit: Emit) {
    const { renewBefore, timeout, retries, tokenStoreTimeout } = options
    this.#tokens = tokens
    this.#renewBefore = renewBefore
    this.#emit = emit
    // More than all attempts, their delays, and the calls of the store with a wait for its lock.
    const longestMs = (retries + 6) * timeout + (retries + 2) * 10_000 + 10 * tokenStoreTimeout
    this.#flights = createSingleFlight(longestMs)
  }

  /** Returns the current token, or waits for the shared token request. */
  acquire(transport: Transport): Token | Promise<Token> {
    const token = this.#current
    if (token && !isDue(token, this.#renewBefore, this.#jitter)) return token
    if (!token || !isUsable(token)) return this.#request(transport, 'needed')
    if (!this.#flights.current() && !this.#failures.activeFailure(transport)) {
      // If it fails, that is an event: the current token is still valid.
      this.#start(transport, 'due').promise.catch(() => {})
    }
    return token
  }

  /** Requests another token than the current one, even during a cooldown. */
  renew(transport: Transport): Promise<Token> {
    return this.#request(transport, 'asked')
  }

  /** Finds a replacement for a rejected token; undefined in a cooldown after useless renewals. */
  replace(rejected: Token, resource: string, isResend: boolean, transport: Transport) {
    const token = this.#current
    if (token && token !== rejected && isUsable(token)) return token
    const isOld = msSince(rejected.requestedAt) >= RECENT_MS
    // A token that worked may have been revoked.
    const weight = isOld || isResend ? 0 : rejected === this.#accepted ? 1 : 2
    const mayBeForbidden = this.renewals.recordRejected(rejected, resource, weight)
    if (this.renewals.isCoolingDown(resource)) return undefined
    this.#rememberRejected(rejected)
    // A resource that rejects every token must not cost a refresh token in each process of a fleet.
    const mayBeRevoked = rejected.grant && !mayBeForbidden
    return this.#request(transport, mayBeRevoked ? 'revoked' : 'needed')
  }

  /** Records that a request was accepted with this token. */
  recordAccepted(token: Token, resource: () => string): void {
    if (token !== this.#current) return
    this.#accepted = token
    this.renewals.recordAccepted(resource)
  }

  /** Forgets the token, in the token store, too, and ends all cooldowns. */
  invalidate(): void {
    if (this.#current) this.#rememberRejected(this.#current)
    this.#current = undefined
    const flight = this.#flights.current()
    if (flight) flight.isInvalidated = true
    this.#failures.reset()
    this.renewals.reset()
    this.#tokens.forget()
  }

  /** Takes another process's token if `replaced` is still the current one. Returns whether it is. */
  adopt(found: Token | undefined, replaced: Token): boolean {
    const isCurrent = this.#current?.accessToken === replaced.accessToken
    if (isCurrent && found && this.#isUnknown(found)) this.#take(found)
    return isCurrent
  }

  #request(transport: Transport, reason: Reason): Promise<Token> {
    const ignoresCooldown = reason === 'asked' || this.#flights.current()
    const failure = ignoresCooldown ? undefined : this.#failures.activeFailure(transport)
    return failure ? this.#findOrThrow(failure, reason) : this.#joinOrStart(transport, reason)
  }

  /** Takes what another process put into the store during the cooldown, or rejects. */
  async #findOrThrow(failure: Failure, reason: Reason): Promise<Token> {
    const replaced = this.#current
    const found = await this.#tokens.find((other) => this.#accepts(other, reason, replaced))
    if (found && this.#isUnknown(found)) return this.#take(found)
    // Another caller has taken it.
    if (this.#current && this.#current !== replaced) return this.#current
    throw failure
  }

  #joinOrStart(transport: Transport, reason: Reason): Promise<Token> {
    const flight = this.#flights.current() ?? this.#start(transport, reason)
    flight.isAwaited = true
    const requestAgain = () => this.#request(transport, reason)
    const { isInvalidated } = flight
    if (!isInvalidated && isSameTransport(flight.transport, transport)) return flight.promise
    return flight.promise.then(isInvalidated ? requestAgain : undefined, (failure: Failure) => {
      // The other instance's proxy may be dead. What the account answered before invalidate() does not
      // count. Without an answer there is no second request: a token broker may be waiting for itself.
      if (failure.isTransportFault || (isInvalidated && failure.answer)) return requestAgain()
      throw failure
    })
  }

  #start(transport: Transport, reason: Reason): Flight {
    const replaced = this.#current
    const issuing = this.#tokens.issue({
      refreshToken: reason === 'revoked' ? undefined : replaced?.refreshToken,
      onRefreshTokenRefused: () => Object.assign(replaced as Token, { refreshToken: undefined }),
      renew: Boolean(replaced) || reason === 'asked' || this.#rejected.length > 0,
      accepts: (other: Token) => this.#accepts(other, reason, replaced),
      retry: !this.#failures.hasFailedLately(transport),
      transport,
      calls: this.calls,
    })
    const flight = this.#flights.start(issuing, transport)
    flight.promise = issuing.then(
      (token) => (flight.isInvalidated ? this.#rememberRejected(token) : this.#take(token)),
      (thrown) => this.#fail(toFailure(thrown), flight),
    )
    return flight
  }

  /** Whether another process's token will do. */
  #accepts(other: Token, reason: Reason, replaced: Token | undefined): boolean {
    // The caller did not say which token is of no use, so it may be this one.
    if (reason === 'asked' && !replaced) return false
    if (reason === 'due' && replaced && msLeft(other) <= msLeft(replaced)) return false
    return this.#isUnknown(other)
  }

  /** Whether another process's token is neither in use nor rejected. */
  #isUnknown({ accessToken }: Token): boolean {
    return accessToken !== this.#current?.accessToken && !this.#rejected.includes(accessToken)
  }

  #rememberRejected(token: Token): Token {
    this.#rejected = [...this.#rejected.slice(1 - MOST_REJECTED), token.accessToken]
    return token
  }

  #take(token: Token): Token {
    const { grant } = token
    this.#current = token
    this.#failures.reset()
    const expiresIn = grant ? token.lifeSeconds : Math.floor(msLeft(token) / 1000)
    const source = grant ? ({ source: 'issued', grant } as const) : ({ source: 'store' } as const)
    const life = expiresIn < Number.POSITIVE_INFINITY && { expiresIn }
    this.#emit?.({ type: 'token-taken', ...source, ...life })
    // Not #current: the listener may have called invalidate().
    return token
  }

  #fail(thrown: Failure, { startedAt, transport, isAwaited, isInvalidated }: Flight): never {
    // invalidate() ends every cooldown, and this one as well.
    const failure = isInvalidated
      ? withNextAttempt(thrown, 0)
      : this.#failures.start(thrown, transport, performance.now() - startedAt)
    this.#emit?.({
      type: 'acquisition-failed',
      error: new CaspioAuthError(failure),
      background: !isAwaited,
      retryIn: failure.retryInMs,
    })
    throw failure
  }
}
