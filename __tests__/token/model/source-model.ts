import type { VirtualClock } from './virtual-clock.js'

export const RETRIES = 2
export const TIMEOUT_IN_MS = 5_000
export const TOKEN_LIFE_IN_S = 600

const LIFE = TOKEN_LIFE_IN_S * 1_000
const MARGIN = 5_000
// A tenth of the life, less a jitter of up to a fifth of it.
const DUE_AT_THE_EARLIEST = LIFE - LIFE / 10
const DUE_AT_THE_LATEST = LIFE - (LIFE / 10) * 0.8

/** A token, as the one who received it knows it. */
interface KnownToken {
  readonly value: string
  readonly wall: number
  readonly monotonic: number
  readonly receivedAt: number
  rejected: boolean
  /** Of one that was fetched in place of a rejected one. */
  trial: 'open' | 'helped' | 'fruitless' | undefined
}

interface Pause {
  readonly endsAt: number
  readonly delay: number
}

export type TokenAnswer =
  | { readonly token: string }
  | { readonly failure: 'refused' | 'credentials' | 'nonsense' }
  | { readonly failure: 'outage'; readonly retryAfter?: number }

export type State = 'empty' | 'fetching' | 'valid' | 'due' | 'expired' | 'rejected' | 'backing off'

/**
 * What a token source may do, told from what its wire shows, and nothing else. Written from the
 * design, not from the code: the two have to agree.
 */
export class SourceModel {
  readonly violations: string[] = []
  /** How often a fetch has failed. */
  failures = 0
  requests = 0
  newest: KnownToken | undefined
  #clock: VirtualClock
  #inFlight = 0
  #asked = { wall: 0, monotonic: 0 }
  #attempt = 0
  #startedAt = 0
  #single = false
  #replaces = false
  #grantRefused = false
  #askedAgain = false
  /** Whether a token of this fetch was dead when it came. */
  #hasDied = false
  #retry: { readonly from: number; readonly to: number } | undefined
  #failed: Pause | undefined
  #fruitless: Pause | undefined
  #forced = false
  #wanted = false
  #hasHelped = false
  readonly #known = new Map<string, KnownToken>()

  constructor(clock: VirtualClock) {
    this.#clock = clock
  }

  get state(): State {
    if (this.isFetching) return 'fetching'
    if (this.isBackingOff) return 'backing off'
    if (!this.newest) return 'empty'
    const age = this.#age(this.newest)
    if (age >= LIFE - MARGIN) return 'expired'
    if (this.newest.rejected) return 'rejected'
    return age >= DUE_AT_THE_EARLIEST ? 'due' : 'valid'
  }

  get isFetching(): boolean {
    return this.#inFlight > 0 || this.#retry !== undefined || this.#grantRefused || this.#askedAgain
  }

  get isBackingOff(): boolean {
    return isOn(this.#failed, this.#clock)
  }

  /** Whether a request cannot go out before a token was fetched. */
  get needsToken(): boolean {
    return !this.newest || this.#age(this.newest) >= LIFE - MARGIN
  }

  /** Somebody calls `getAccessToken({ renew: true })`. */
  force(): void {
    this.#forced = !this.isFetching
  }

  invalidate(): void {
    this.newest = this.#failed = this.#fruitless = undefined
  }

  tokenRequested(): void {
    const { wall, monotonic } = this.#clock
    this.requests++
    this.#asked = { wall, monotonic }
    if (++this.#inFlight > 1) this.#violated('two token requests at a time')
    if (this.#askedAgain) {
      // At once, and that once in a fetch.
    } else if (this.#grantRefused) {
      // With the client credentials, at once, in the same attempt.
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
      this.#single = this.#failed !== undefined
      this.#replaces = this.#wanted
      this.#forced = this.#wanted = this.#hasDied = false
    }
  }

  tokenAnswered(answer: TokenAnswer): void {
    this.#inFlight--
    this.#askedAgain = false
    if ('token' in answer && this.#age(this.#asked) >= LIFE && !this.#hasDied) {
      // It died on the way, since the machine slept or the clock was set.
      this.#askedAgain = this.#hasDied = true
    } else if ('token' in answer) {
      this.newest = {
        value: answer.token,
        ...this.#asked,
        receivedAt: this.#clock.monotonic,
        rejected: false,
        trial: this.#replaces ? 'open' : undefined,
      }
      this.#known.set(answer.token, this.newest)
      this.#failed = undefined
    } else if (answer.failure === 'refused') {
      this.#grantRefused = true
    } else {
      this.#failedWith(answer)
    }
  }

  /** A resource was asked for with this token. */
  sent(token: string): void {
    const known = this.newest
    if (known?.value !== token) {
      this.#violated('not the newest token was sent')
      return
    }
    // One that took longer to come than it lives is tried once, by those who waited for it.
    const isJustHere = known.receivedAt === this.#clock.monotonic
    if (this.#age(known) >= LIFE && !isJustHere) this.#violated('an expired token was sent')
  }

  /** A resource that had rejected another token accepted this one. */
  accepted(token: string): void {
    const known = this.#known.get(token)
    if (known?.trial) known.trial = 'helped'
    this.#fruitless = undefined
    this.#hasHelped = true
  }

  /** A resource that had rejected another token rejected this one as well. */
  rejectedAgain(token: string): void {
    this.#fruitlessWith(this.#known.get(token))
  }

  /**
   * A resource rejected this token.
   *
   * @returns what may become of the request, beside being resent
   */
  rejected(token: string): 'unrecovered' | 'no token' | undefined {
    const { newest } = this
    const isAnother = newest && newest.value !== token && newest.trial !== 'fruitless'
    if (isAnother && !this.needsToken) return undefined
    if (newest?.value === token) {
      newest.rejected = true
      if (this.#age(newest) < 60_000) this.#fruitlessWith(newest)
    }
    if (isOn(this.#fruitless, this.#clock)) return 'unrecovered'
    if (this.isFetching) this.#replaces = true
    else if (this.isBackingOff) return 'no token'
    else this.#wanted = true
    return undefined
  }

  /** After a step, when everything has come to rest: does what must go on go on? */
  rested(wasUsed: boolean): void {
    if (this.#wanted) this.#violated('nothing was fetched in place of a rejected token')
    this.#wanted = this.#forced = false
    if (!wasUsed || this.isFetching || this.isBackingOff) return
    if (this.needsToken) this.#violated('nothing was fetched though no token is at hand')
    const isDue = this.newest && this.#age(this.newest) >= DUE_AT_THE_LATEST
    if (isDue) this.#violated('nothing was fetched though the token is due')
  }

  #fruitlessWith(token: KnownToken | undefined): void {
    if (token?.trial !== 'open') return
    token.trial = 'fruitless'
    if (this.#hasHelped) {
      this.#hasHelped = false
      return
    }
    const delay = Math.min(this.#fruitless ? this.#fruitless.delay * 2 : 1_000, 60_000)
    this.#fruitless = { delay, endsAt: this.#clock.monotonic + delay }
  }

  #failedWith(answer: TokenAnswer & { failure: string }): void {
    const now = this.#clock.monotonic
    const retryAfter = ('retryAfter' in answer && answer.retryAfter) || 0
    const again = answer.failure === 'outage' && !this.#single && this.#attempt <= RETRIES
    if (again && retryAfter <= 10_000) {
      const longest = 500 * 2 ** (this.#attempt - 1)
      this.#retry = {
        from: now + Math.max(retryAfter, longest / 2),
        to: now + Math.max(retryAfter, longest),
      }
      return
    }
    this.failures++
    const doubled = Math.min(this.#failed ? this.#failed.delay * 2 : 1_000, 30_000)
    const delay = answer.failure === 'credentials' ? 30_000 : doubled
    const waited = Math.floor((now - this.#startedAt) / 1_000) * 1_000
    const pause = Math.max(1_000, delay - waited, Math.min(retryAfter, 300_000))
    this.#failed = { delay, endsAt: now + pause }
  }

  #checkReason(): void {
    const { newest } = this
    if (this.#forced || this.#wanted) return
    if (this.isBackingOff) this.#violated('a token request while backing off')
    if (newest && this.#age(newest) < DUE_AT_THE_EARLIEST) {
      this.#violated('a token request without a reason')
    }
  }

  // As long as either clock says.
  #age({ wall, monotonic }: { wall: number; monotonic: number }): number {
    return Math.max(this.#clock.wall - wall, this.#clock.monotonic - monotonic)
  }

  #violated(what: string): void {
    this.violations.push(`${what}, at ${this.#clock.monotonic} ms`)
  }
}

function isOn(pause: Pause | undefined, clock: VirtualClock): boolean {
  return pause !== undefined && clock.monotonic < pause.endsAt
}
