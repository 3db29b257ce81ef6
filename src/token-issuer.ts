import { now } from './clock.js'
import { CaspioAuthError } from './errors.js'
import type { CaspioGrant, Emit } from './events.js'
import type { ResolvedOptions } from './options.js'
import { startTimer } from './timers.js'
import { ownField, readTokenAnswer } from './token-answer.js'
import { createTokenEndpoint, type IssuedToken } from './token-endpoint.js'
import type { Failure } from './token-failure.js'
import { within } from './token-request.js'
import type { Transport } from './transport.js'
import type { CaspioCredentials, CaspioTokenBroker } from './types.js'

export interface IssueRequest {
  /** Renew with this one if possible: it spares the account's refresh tokens. */
  readonly refreshToken?: string | undefined
  /** Called when that one was refused. */
  readonly forgetRefreshToken?: () => void
  /** Whether a token that was handed out before is known not to do. */
  readonly renew?: boolean
  /** After failures there is but one attempt. */
  readonly single?: boolean
  readonly via: Transport
}

export type Issued = IssuedToken & { readonly grant: CaspioGrant }

/** Gets a token from where tokens come from. Never rejects. */
export type TokenIssuer = (request: IssueRequest) => Promise<Issued | Failure>

const FIRST_DELAY_IN_MS = 500
const LONGEST_WAIT_IN_MS = 10_000

/** Client credentials, or a refresh token and then client credentials, with retries. */
export function createCredentialsIssuer(
  credentials: CaspioCredentials,
  options: ResolvedOptions,
  emit: Emit,
): TokenIssuer {
  const ask = createTokenEndpoint(credentials, options, emit)

  return async function issue(request) {
    const { refreshToken, forgetRefreshToken, single, via } = request
    for (let attempt = 0; ; attempt++) {
      const outcome = await ask(refreshToken, via)
      if (!('error' in outcome)) {
        return { ...outcome, grant: refreshToken ? 'refresh_token' : 'client_credentials' }
      }
      if (refreshToken && outcome.grantRefused) {
        forgetRefreshToken?.()
        return issue({ ...request, refreshToken: undefined })
      }
      const backoff = FIRST_DELAY_IN_MS * 2 ** attempt * (0.5 + Math.random() / 2)
      const wait = Math.max(outcome.retryAfter ?? 0, backoff)
      if (!outcome.retryable || single || attempt >= options.retries || wait > LONGEST_WAIT_IN_MS) {
        return outcome
      }
      await new Promise<void>((resolve) => startTimer(resolve, wait))
    }
  }
}

/** The user's own broker: called once, bounded by the same timeout, its answer checked. */
export function createBrokerIssuer(broker: CaspioTokenBroker, timeout: number): TokenIssuer {
  return async ({ renew = false }) => {
    const askedAt = now()
    let reason: unknown
    let cause: Error | undefined
    try {
      const answer = await within(timeout, async () => broker({ renew }))
      const token = readTokenAnswer(answer)
      if (typeof token === 'object') return { token, answer, askedAt, grant: 'broker' }
      reason = token
    } catch (error) {
      // It may be an AxiosError with a whole request on it: only the words are passed on.
      reason = ownField(error, 'message') ?? error
      cause = Object.assign(new Error(String(reason)), { code: ownField(error, 'code') })
    }
    return {
      error: new CaspioAuthError(
        `the token broker failed (${reason}). It must resolve to { access_token, token_type: 'bearer', expires_in }.`,
        cause ? 'ERR_CASPIO_TOKEN_ENDPOINT' : 'ERR_CASPIO_TOKEN_RESPONSE',
        cause && { cause },
      ),
    }
  }
}
