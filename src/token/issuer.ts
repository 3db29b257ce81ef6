import type { Failure } from '../contract/errors.js'
import type { CaspioGrant } from '../contract/events.js'
import { type Instant, now, since } from '../lib/clock.js'
import { own } from '../lib/own-properties.js'
import { startTimer } from '../lib/timers.js'
import type { TokenAnswer } from './answer.js'
import type { Transport } from './transport.js'

export interface IssueRequest {
  /** Renew with this one if possible: it spares the account's refresh tokens. */
  readonly refreshToken?: string | undefined
  /** Called when that one was refused. */
  readonly forgetRefreshToken?: (() => void) | undefined
  /** Whether a token that was handed out before is known not to do. */
  readonly renew?: boolean
  /** Whether a token that another process got will do as well. */
  readonly suits?: (other: Issued) => boolean
  /** After failures there is but one attempt. */
  readonly single?: boolean
  readonly via: Transport
}

export interface Answered {
  readonly token: TokenAnswer
  /** The answer as it came. */
  readonly answer: unknown
  /** Undefined where another process got it. */
  readonly grant: CaspioGrant | undefined
}

export type Issued = Answered & {
  /** When the token was asked for: its life counts from then. */
  readonly askedAt: Instant
}

/** One attempt to get a token. Rejects with a {@link Failure}. */
export type AskForToken = (request: IssueRequest) => Promise<Answered>

/** Gets a token from where tokens come from. Rejects with a {@link Failure}. */
export type TokenIssuer = (request: IssueRequest) => Promise<Issued>

const FIRST_DELAY_IN_MS = 500
const LONGEST_WAIT_IN_MS = 10_000

/** Asks with the refresh token and then without, and again where that may help. */
export function createIssuer(ask: AskForToken, retries: number): TokenIssuer {
  return async (asked) => {
    const request = own(asked)
    let { refreshToken } = request
    let isDead = false
    for (let attempt = 0; ; ) {
      const askedAt = now()
      try {
        const answered = await ask({ ...request, refreshToken })
        // A machine that slept over the answer wakes up to a dead token. Asked for again once, since
        // one that does not live until it is here would not do so the next time either.
        isDead = !isDead && since(askedAt) >= answered.token.life * 1000
        if (!isDead) return { ...answered, askedAt }
        if (refreshToken) refreshToken = answered.token.refreshToken ?? refreshToken
      } catch (thrown) {
        const failure = own(thrown as Failure)
        if (refreshToken && failure.grantRefused) {
          request.forgetRefreshToken?.()
          refreshToken = undefined
          continue
        }
        const backoff = FIRST_DELAY_IN_MS * 2 ** attempt * (0.5 + Math.random() / 2)
        const wait = Math.max(failure.retryAfter ?? 0, backoff)
        const isLast = request.single || attempt >= retries || wait > LONGEST_WAIT_IN_MS
        if (isLast || !failure.retryable) throw failure
        attempt++
        await new Promise<void>((resolve) => startTimer(resolve, wait))
      }
    }
  }
}
