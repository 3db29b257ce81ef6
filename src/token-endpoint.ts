import { type Instant, now } from './clock.js'
import type { Emit } from './events.js'
import type { ResolvedOptions } from './options.js'
import { createScrubber } from './secrets.js'
import { ownField, readTokenAnswer, type TokenAnswer } from './token-answer.js'
import { answerFailure, type Failure, networkFailure } from './token-failure.js'
import { basicValue, postGrant } from './token-request.js'
import type { Transport } from './transport.js'
import type { CaspioCredentials } from './types.js'

export interface IssuedToken {
  readonly token: TokenAnswer
  /** The answer as it came. */
  readonly answer: unknown
  /** When the request was sent: the token's life counts from then. */
  readonly askedAt: Instant
}

/**
 * One attempt at the token endpoint: with a refresh token (RFC 6749 §6), or with the client
 * credentials (§4.4). Never rejects.
 */
export type TokenEndpoint = (
  refreshToken: string | undefined,
  via: Transport,
) => Promise<IssuedToken | Failure>

/** Speaks to the token endpoint of one account. */
export function createTokenEndpoint(
  credentials: CaspioCredentials,
  { clientAuthentication, timeout }: ResolvedOptions,
  emit: Emit,
): TokenEndpoint {
  const endpoint = `the token endpoint ${credentials.tokenEndpointURL.replace(/[?#].*/, '')}`

  return async (refreshToken = '', via) => {
    const grant = refreshToken ? 'refresh_token' : 'client_credentials'
    const form = { grant_type: grant, ...(refreshToken && { refresh_token: refreshToken }) }
    const secrets = [credentials.clientSecret, basicValue(credentials), refreshToken]
    const scrub = createScrubber(secrets.filter(Boolean))
    const askedAt = now()
    const report = (outcome: { status?: number; errorCode?: string }) =>
      emit({
        type: 'token-request',
        grant,
        ...outcome,
        duration: performance.now() - askedAt.monotonic,
      })

    try {
      const response = await postGrant(credentials, clientAuthentication, form, timeout, via).catch(
        // Some adapters reject where others leave it to validateStatus.
        (error) => error?.response ?? Promise.reject(error),
      )
      const { status } = response
      const answer = parse(response.data)
      const token = status > 199 && status < 300 ? readTokenAnswer(answer) : undefined
      if (typeof token === 'object') {
        report({ status })
        return { token, answer, askedAt }
      }
      const oauth = ownField(answer, 'error')
      report({ status, ...(typeof oauth === 'string' && { errorCode: scrub(oauth) }) })
      return answerFailure(response, answer, token, Boolean(refreshToken), endpoint, scrub)
    } catch (error) {
      report({ errorCode: String(ownField(error, 'code') ?? 'ERR_NETWORK') })
      return networkFailure(error, endpoint, scrub)
    }
  }
}

function parse(data: unknown): unknown {
  try {
    return JSON.parse(data as string)
  } catch {
    // No JSON, or parsed by a test tool's adapter.
    return data
  }
}
