import type { AxiosResponse } from 'axios'
import type { Emit } from '../contract/events.js'
import type { ResolvedOptions } from '../contract/options.js'
import type { CaspioCredentials } from '../contract/types.js'
import { ownField } from '../lib/own-properties.js'
import { parseJSON } from '../lib/parse-json.js'
import { createScrubber, printable } from '../lib/redact.js'
import { readTokenAnswer } from './answer.js'
import { answerFailure } from './answer-failure.js'
import type { AskForToken } from './issuer.js'
import { basicValue, postGrant } from './request.js'
import { thrownFailure } from './thrown-failure.js'

/**
 * Speaks to the token endpoint of one account: with a refresh token (RFC 6749 §6), or with the
 * client credentials (§4.4).
 */
export function createTokenEndpoint(
  credentials: CaspioCredentials,
  { clientAuthentication, timeout }: ResolvedOptions,
  emit: Emit,
): AskForToken {
  const endpoint = `the token endpoint ${credentials.tokenEndpointURL.replace(/[?#].*/, '')}`

  const unreachable = (reason: string) =>
    `${endpoint} gave no answer (${reason}). Check the network, and tokenEndpointURL.`

  return async ({ refreshToken = '', via }) => {
    const grant = refreshToken ? 'refresh_token' : 'client_credentials'
    const form = { grant_type: grant, ...(refreshToken && { refresh_token: refreshToken }) }
    const secrets = [credentials.clientSecret, basicValue(credentials), refreshToken]
    const scrub = createScrubber(secrets.filter(Boolean))
    const started = performance.now()
    const report = (outcome: { status?: number; errorCode?: string }) =>
      emit({ type: 'token-request', grant, ...outcome, duration: performance.now() - started })

    const response = await postGrant(credentials, clientAuthentication, form, timeout, via).catch(
      (error) => {
        // Some adapters reject where others leave it to validateStatus. The http adapter's error of
        // an answer that broke off has a response too, but one without data.
        const answered = ownField(error, 'response')
        if (ownField(answered, 'data') !== undefined) return answered as AxiosResponse
        report({ errorCode: String(ownField(error, 'code') ?? 'ERR_NETWORK') })
        throw thrownFailure(error, unreachable, scrub)
      },
    )
    const { status } = response
    const answer = parseJSON(response.data)
    const token = status > 199 && status < 300 && readTokenAnswer(answer)
    if (typeof token === 'object') {
      report({ status })
      return { token, answer, grant }
    }
    const oauth = ownField(answer, 'error')
    report({ status, ...(typeof oauth === 'string' && { errorCode: printable(scrub(oauth)) }) })
    throw answerFailure(response, answer, token, Boolean(refreshToken), endpoint, scrub)
  }
}
