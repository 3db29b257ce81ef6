import { HOUR, MINUTE } from '../../support/durations.js'
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
  accepted: boolean
  rejected: boolean
}

/** What is known of a resource that rejected a token, and has accepted none since. */
interface RejectingResource {
  token: string
  /** 2 prove that it rejects every token. */
  evidence: number
  cooldown: Cooldown | undefined
}

interface Cooldown {
  readonly startedAt: { readonly wall: number; readonly monotonic: number }
  readonly length: number
  /** Its length without what changed this one. */
  readonly delay: number
}

export type TokenAnswer =
  | { readonly token: string }
  | {
      readonly failure: 'refused' | 'credentials' | 'nonsense' | 'outage'
      readonly isRefresh?: boolean
      readonly retryAfter?: number
    }

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
  #grantRefused = false
  /** Whether the token of this acquisition was invalidated before it came. */
  #isInvalidated = false
  #requestsAgain = false
  /** Whether a token of this acquisition had expired when it arrived. */
  #hasArrivedExpired = false
  #retry: { readonly from: number; readonly to: number } | undefined
  /** After failures of the account, and of the way to it. */
  #failureCooldowns: { account?: Cooldown; transport?: Cooldown } = {}
  /** After several resources rejected every token. */
  #commonCooldown: Cooldown | undefined
  #forced = false
  /** A user wants another token than the one that is under way. */
  #forcedNext = false
  #needsReplacement = false
  readonly #known = new Map<string, KnownToken>()
  readonly #invalidated = new Set<string>()
  readonly #rejecting = new Map<string, RejectingResource>()
  /** The resources that began to reject every token since the last accepted request. */
  #newRefusals = 0
  #blamed: string | undefined

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
    return Object.values(this.#failureCooldowns).some((cooldown) => this.#isOn(cooldown))
  }

  /** Whether a request has to wait for a new token. */
  get needsToken(): boolean {
    return !this.newest || this.#age(this.newest) >= LIFE - MARGIN
  }

  /** A user calls `getAccessToken({ renew: true })`. */
  force(): void {
    this.#forced = !this.isRequesting
    this.#forcedNext ||= this.isRequesting && this.#isInvalidated
  }

  invalidate(): void {
    this.newest = this.#commonCooldown = undefined
    this.#failureCooldowns = {}
    this.#rejecting.clear()
    this.#newRefusals = 0
    this.#isInvalidated = this.isRequesting
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
      this.#single = Object.values(this.#failureCooldowns).some((cooldown) =>
        this.#isRemembered(cooldown, MINUTE),
      )
      this.#isInvalidated = false
      this.#forced = this.#forcedNext = false
      this.#needsReplacement = this.#hasArrivedExpired = false
    }
  }

  tokenAnswered(answer: TokenAnswer): void {
    this.#inFlight--
    this.#requestsAgain = false
    if ('token' in answer && this.#age(this.#requestedAt) >= LIFE && !this.#hasArrivedExpired) {
      // It expired before it arrived, because the machine slept or the clock was set.
      this.#requestsAgain = this.#hasArrivedExpired = true
    } else if ('token' in answer) {
      const received = {
        value: answer.token,
        ...this.#requestedAt,
        receivedAt: this.#clock.monotonic,
        accepted: false,
        rejected: false,
      }
      this.#known.set(answer.token, received)
      if (this.#isInvalidated) {
        this.#invalidated.add(answer.token)
      } else {
        this.newest = received
        this.#failureCooldowns = {}
      }
    } else if (answer.failure === 'refused') {
      this.#grantRefused = true
    } else {
      this.#recordFailure(answer)
    }
  }

  /** A request was sent with this token. */
  sent(token: string): void {
    // A request that waited for it before invalidate() still uses it.
    if (this.#invalidated.has(token)) return
    const known = this.newest
    if (known?.value !== token) {
      this.#violated('a token other than the newest was sent')
      return
    }
    // A token that has expired on arrival is still used by the requests that waited for it.
    const hasJustArrived = known.receivedAt === this.#clock.monotonic
    if (this.#age(known) >= LIFE && !hasJustArrived) this.#violated('an expired token was sent')
  }

  /** The resource accepted this token. */
  accepted(token: string, resource: string): void {
    if (this.newest?.value !== token) return
    this.newest.accepted = true
    this.#commonCooldown = undefined
    this.#newRefusals = 0
    this.#rejecting.delete(resource)
  }

  /** The resend of a rejected request was rejected with this token, too. */
  rejectedAgain(token: string, resource: string): void {
    this.#recordRejected(token, resource, 2)
  }

  /**
   * A request was rejected with this token.
   *
   * @returns how the request may end if it is not resent
   */
  rejected(token: string, resource: string): 'unrecovered' | 'no token' | undefined {
    const { newest } = this
    if (newest && newest.value !== token && !this.needsToken) return undefined
    if (newest?.value === token) newest.rejected = true
    const known = this.#known.get(token)
    const isRecent = known !== undefined && this.#age(known) < HOUR
    // A token that worked may have been revoked.
    this.#recordRejected(token, resource, isRecent ? (known.accepted ? 1 : 2) : 0)
    const own = this.#rejecting.get(resource)?.cooldown
    if (this.#isOn(this.#commonCooldown) || this.#isOn(own)) return 'unrecovered'
    if (this.isRequesting && !this.#isInvalidated) return undefined
    if (this.isInCooldown) return 'no token'
    this.#needsReplacement = !this.isRequesting
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

  /** A resource that rejects two tokens in a row is left alone for a while. */
  #recordRejected(token: string, resource: string, weight: number): void {
    const known = this.#rejecting.get(resource)
    const isAnother = known !== undefined && known.token !== token
    const evidence = (known?.evidence ?? 0) + (isAnother ? weight : 0)
    this.#rejecting.set(resource, { token, evidence, cooldown: known?.cooldown })
    if (!isAnother || weight === 0) return
    const isNew = !this.#isRemembered(known.cooldown, HOUR)
    if (isNew && evidence < 2) return
    const cooldown = this.#doubled(known.cooldown, HOUR, HOUR)
    this.#rejecting.set(resource, { token, evidence, cooldown })
    if (isNew && ++this.#newRefusals > 1 && this.#blamed !== token) {
      this.#blamed = token
      this.#commonCooldown = this.#doubled(this.#commonCooldown, MINUTE, MINUTE)
    }
  }

  /** The next cooldown: twice as long as the last one, unless that ended long ago. */
  #doubled(last: Cooldown | undefined, longest: number, memory: number): Cooldown {
    const isKnown = last && this.#isRemembered(last, memory)
    const delay = Math.min(isKnown ? last.delay * 2 : 1_000, longest)
    return this.#cooldown(delay, delay)
  }

  #cooldown(delay: number, length: number): Cooldown {
    const { wall, monotonic } = this.#clock
    return { delay, length, startedAt: { wall, monotonic } }
  }

  #isRemembered(cooldown: Cooldown | undefined, memory: number): boolean {
    return cooldown !== undefined && this.#age(cooldown.startedAt) < cooldown.length + memory
  }

  #isOn(cooldown: Cooldown | undefined): boolean {
    return this.#isRemembered(cooldown, 0)
  }

  #recordFailure(answer: Extract<TokenAnswer, { failure: string }>): void {
    const now = this.#clock.monotonic
    const retryAfter = answer.retryAfter ?? 0
    const mayRetry = answer.failure === 'outage' && !this.#single && this.#attempt <= RETRIES
    if (mayRetry && retryAfter <= 10_000) {
      const longest = 500 * 2 ** (this.#attempt - 1)
      this.#retry = {
        from: now + Math.max(retryAfter, longest / 2),
        to: now + Math.max(retryAfter, longest),
      }
      return
    }
    if (answer.failure === 'outage' && answer.isRefresh && !retryAfter && !this.#single) {
      // The client credentials are tried before the acquisition fails.
      this.#grantRefused = true
      return
    }
    this.failures++
    // Nobody wants the token that it did not bring.
    if (this.#isInvalidated) return
    const kind = answer.failure === 'outage' ? 'transport' : 'account'
    const doubled = this.#doubled(this.#failureCooldowns[kind], 30_000, MINUTE)
    const delay = answer.failure === 'credentials' ? 30_000 : doubled.delay
    const waited = Math.floor((now - this.#startedAt) / 1_000) * 1_000
    const cooldownMs = Math.max(1_000, delay - waited, Math.min(retryAfter, 300_000))
    this.#failureCooldowns[kind] = this.#cooldown(delay, cooldownMs)
  }

  #checkReason(): void {
    const { newest } = this
    if (this.#forced || this.#forcedNext || this.#needsReplacement) return
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
