import type { VirtualClock } from './virtual-clock.js'

export const RETRIES = 2
export const TIMEOUT_IN_MS = 5_000
export const TOKEN_LIFE_IN_S = 600

const LIFE = TOKEN_LIFE_IN_S * 1_000
const MARGIN = 5_000
// The last tenth of the life, shortened by a jitter of up to a fifth.
const DUE_AT_THE_EARLIEST = LIFE - LIFE / 10
const DUE_AT_THE_LATEST = LIFE - (LIFE / 10) * 0.8

/** A token, and what its receiver knows about it. */
interface KnownToken {
  readonly value: string
  readonly wall: number
  readonly monotonic: number
  readonly receivedAt: number
  rejected: boolean
  /** Whether the renewal helped, if the token replaced a rejected one. */
  replacement: 'unproven' | 'useful' | 'useless' | undefined
}

interface Cooldown {
  readonly endsAt: number
  readonly delay: number
}

export type TokenAnswer =
  | { readonly token: string }
  | { readonly failure: 'refused' | 'credentials' | 'nonsense' }
  | { readonly failure: 'outage'; readonly retryAfter?: number }

export type State =
  | 'empty'
  | 'requesting'
  | 'valid'
  | 'due'
  | 'expired'
  | 'rejected'
  | 'in cooldown'

/**
 * The rules for a token source, checked only with what it sends and receives. Written from the
 * design, not from the code: the two must agree.
 */
export class SourceModel {
  readonly violations: string[] = []
  /** How many acquisitions have failed, after all of their attempts. */
  failures = 0
  requests = 0
  newest: KnownToken | undefined
  #clock: VirtualClock
  #inFlight = 0
  #requestedAt = { wall: 0, monotonic: 0 }
  #attempt = 0
  #startedAt = 0
  #single = false
  #replaces = false
  #grantRefused = false
  #requestsAgain = false
  /** Whether a token of this acquisition had expired when it arrived. */
  #hasArrivedExpired = false
  #retry: { readonly from: number; readonly to: number } | undefined
  #failureCooldown: Cooldown | undefined
  #renewalCooldown: Cooldown | undefined
  #forced = false
  #needsReplacement = false
  #wasLastUseful = false
  readonly #known = new Map<string, KnownToken>()

  constructor(clock: VirtualClock) {
    this.#clock = clock
  }

  get state(): State {
    if (this.isRequesting) return 'requesting'
    if (this.isInCooldown) return 'in cooldown'
    if (!this.newest) return 'empty'
    const age = this.#age(this.newest)
    if (age >= LIFE - MARGIN) return 'expired'
    if (this.newest.rejected) return 'rejected'
    return age >= DUE_AT_THE_EARLIEST ? 'due' : 'valid'
  }

  get isRequesting(): boolean {
    return (
      this.#inFlight > 0 || this.#retry !== undefined || this.#grantRefused || this.#requestsAgain
    )
  }

  get isInCooldown(): boolean {
    return isOn(this.#failureCooldown, this.#clock)
  }

  /** Whether a request has to wait for a new token. */
  get needsToken(): boolean {
    return !this.newest || this.#age(this.newest) >= LIFE - MARGIN
  }

  /** A user calls `getAccessToken({ renew: true })`. */
  force(): void {
    this.#forced = !this.isRequesting
  }

  invalidate(): void {
    this.newest = this.#failureCooldown = this.#renewalCooldown = undefined
  }

  tokenRequested(): void {
    const { wall, monotonic } = this.#clock
    this.requests++
    this.#requestedAt = { wall, monotonic }
    if (++this.#inFlight > 1) this.#violated('two token requests at a time')
    if (this.#requestsAgain) {
      // The request is repeated at once, but only once in an acquisition.
    } else if (this.#grantRefused) {
      // The client credentials are used at once, in the same attempt.
      this.#grantRefused = false
    } else if (this.#retry) {
      const { from, to } = this.#retry
      if (monotonic < from || monotonic > to) this.#violated('another attempt at the wrong time')
      this.#attempt++
      this.#retry = undefined
    } else {
      this.#checkReason()
      this.#attempt = 1
      this.#startedAt = monotonic
      this.#single = this.#failureCooldown !== undefined
      this.#replaces = this.#needsReplacement
      this.#forced = this.#needsReplacement = this.#hasArrivedExpired = false
    }
  }

  tokenAnswered(answer: TokenAnswer): void {
    this.#inFlight--
    this.#requestsAgain = false
    if ('token' in answer && this.#age(this.#requestedAt) >= LIFE && !this.#hasArrivedExpired) {
      // It expired before it arrived, because the machine slept or the clock was set.
      this.#requestsAgain = this.#hasArrivedExpired = true
    } else if ('token' in answer) {
      this.newest = {
        value: answer.token,
        ...this.#requestedAt,
        receivedAt: this.#clock.monotonic,
        rejected: false,
        replacement: this.#replaces ? 'unproven' : undefined,
      }
      this.#known.set(answer.token, this.newest)
      this.#failureCooldown = undefined
    } else if (answer.failure === 'refused') {
      this.#grantRefused = true
    } else {
      this.#recordFailure(answer)
    }
  }

  /** A request was sent with this token. */
  sent(token: string): void {
    const known = this.newest
    if (known?.value !== token) {
      this.#violated('a token other than the newest was sent')
      return
    }
    // A token that has expired on arrival is still used by the requests that waited for it.
    const hasJustArrived = known.receivedAt === this.#clock.monotonic
    if (this.#age(known) >= LIFE && !hasJustArrived) this.#violated('an expired token was sent')
  }

  /** The resend of a rejected request was accepted with this token. */
  accepted(token: string): void {
    const known = this.#known.get(token)
    if (known?.replacement) known.replacement = 'useful'
    this.#renewalCooldown = undefined
    this.#wasLastUseful = true
  }

  /** The resend of a rejected request was rejected with this token, too. */
  rejectedAgain(token: string): void {
    this.#recordUseless(this.#known.get(token))
  }

  /**
   * A request was rejected with this token.
   *
   * @returns how the request may end if it is not resent
   */
  rejected(token: string): 'unrecovered' | 'no token' | undefined {
    const { newest } = this
    const isNewer = newest && newest.value !== token && newest.replacement !== 'useless'
    if (isNewer && !this.needsToken) return undefined
    if (newest?.value === token) {
      newest.rejected = true
      if (this.#age(newest) < 60_000) this.#recordUseless(newest)
    }
    if (isOn(this.#renewalCooldown, this.#clock)) return 'unrecovered'
    if (this.isRequesting) this.#replaces = true
    else if (this.isInCooldown) return 'no token'
    else this.#needsReplacement = true
    return undefined
  }

  /** After a step, when nothing is running: has every necessary token request been sent? */
  rested(wasUsed: boolean): void {
    if (this.#needsReplacement) this.#violated('no token request to replace a rejected token')
    this.#needsReplacement = this.#forced = false
    if (!wasUsed || this.isRequesting || this.isInCooldown) return
    if (this.needsToken) this.#violated('no token request though there is no usable token')
    const isDue = this.newest && this.#age(this.newest) >= DUE_AT_THE_LATEST
    if (isDue) this.#violated('no token request though the renewal is due')
  }

  #recordUseless(token: KnownToken | undefined): void {
    if (token?.replacement !== 'unproven') return
    token.replacement = 'useless'
    if (this.#wasLastUseful) {
      this.#wasLastUseful = false
      return
    }
    const delay = Math.min(this.#renewalCooldown ? this.#renewalCooldown.delay * 2 : 1_000, 60_000)
    this.#renewalCooldown = { delay, endsAt: this.#clock.monotonic + delay }
  }

  #recordFailure(answer: TokenAnswer & { failure: string }): void {
    const now = this.#clock.monotonic
    const retryAfter = ('retryAfter' in answer && answer.retryAfter) || 0
    const mayRetry = answer.failure === 'outage' && !this.#single && this.#attempt <= RETRIES
    if (mayRetry && retryAfter <= 10_000) {
      const longest = 500 * 2 ** (this.#attempt - 1)
      this.#retry = {
        from: now + Math.max(retryAfter, longest / 2),
        to: now + Math.max(retryAfter, longest),
      }
      return
    }
    this.failures++
    const doubled = Math.min(
      this.#failureCooldown ? this.#failureCooldown.delay * 2 : 1_000,
      30_000,
    )
    const delay = answer.failure === 'credentials' ? 30_000 : doubled
    const waited = Math.floor((now - this.#startedAt) / 1_000) * 1_000
    const cooldownMs = Math.max(1_000, delay - waited, Math.min(retryAfter, 300_000))
    this.#failureCooldown = { delay, endsAt: now + cooldownMs }
  }

  #checkReason(): void {
    const { newest } = this
    if (this.#forced || this.#needsReplacement) return
    if (this.isInCooldown) this.#violated('a token request during the cooldown')
    if (newest && this.#age(newest) < DUE_AT_THE_EARLIEST) {
      this.#violated('a token request without a reason')
    }
  }

  // The larger of the two ages, because either clock may stand still or be set back.
  #age({ wall, monotonic }: { wall: number; monotonic: number }): number {
    return Math.max(this.#clock.wall - wall, this.#clock.monotonic - monotonic)
  }

  #violated(what: string): void {
    this.violations.push(`${what}, at ${this.#clock.monotonic} ms`)
  }
}

function isOn(cooldown: Cooldown | undefined, clock: VirtualClock): boolean {
  return cooldown !== undefined && clock.monotonic < cooldown.endsAt
}
