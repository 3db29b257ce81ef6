import type { AxiosResponse } from 'axios'
import type { Emit } from '../contract/events.js'
import type { ResolvedOptions } from '../contract/options.js'
import type { CaspioCredentials, KnownCredentials } from '../contract/types.js'
import { ownProperty, ownText } from '../lib/own-properties.js'
import { parseJSON } from '../lib/parse-json.js'
import { createRedact, formEncode, printable } from '../lib/redact.js'
import { readTokenAnswer, type TokenAnswer } from './answer.js'
import { basicValue } from './client-authentication.js'
import { withClientSecret } from './client-secret.js'
import { answerFailure, thrownFailure } from './failures.js'
import type { GrantRequest, RequestToken } from './issuer.js'
import { postGrant } from './request.js'

/**
 * Sends the token requests of one account: with the refresh grant (RFC 6749 §6) if there is a
 * refresh token, or else with client credentials (§4.4).
 */
export function createTokenEndpoint(
  credentials: CaspioCredentials,
  options: ResolvedOptions,
  emit: Emit,
): RequestToken {
  const endpoint = `the token endpoint ${credentials.tokenEndpointURL.replace(/[?#].*/, '')}`

  async function send(client: KnownCredentials, request: GrantRequest): Promise<TokenAnswer> {
    const { refreshToken } = request
    const grant = refreshToken ? 'refresh_token' : 'client_credentials'
    const form = { grant_type: grant, ...(refreshToken && { refresh_token: refreshToken }) }
    const redact = createRedact([client.clientSecret, basicValue(client), refreshToken])
    const readable = (text: unknown) => printable(redact(String(text)))
    const startedAt = performance.now()
    const report = (outcome: { status?: number; errorCode?: string }) =>
      emit?.({ type: 'token-request', grant, ...outcome, duration: performance.now() - startedAt })

    const response = await postGrant(client, form, options, request)
      .catch(answerOf)
      .catch((error) => {
        report({ errorCode: readable(ownProperty(error, 'code') ?? 'ERR_NETWORK') })
        const explain = (reason: string) =>
          `${endpoint} did not answer (${reason}). Check the network and tokenEndpointURL. Set any proxy or agent on the instance, not on a single request.`
        throw Object.assign(thrownFailure(error, explain, redact), { isTransportFault: true })
      })
    const { status } = response
    const body = parseJSON(response.data)
    const tokenOrFault = status > 199 && status < 300 ? readTokenAnswer(body, grant) : undefined
    if (typeof tokenOrFault === 'object') {
      report({ status })
      return tokenOrFault
    }
    const error = ownText(body, 'error')
    report({ status, ...(error && { errorCode: readable(error) }) })
    const hint = options.clientAuthentication === 'basic' ? hintFor(client) : ''
    throw answerFailure(response, { body, fault: tokenOrFault, endpoint, redact, hint })
  }

  return (request) =>
    withClientSecret(credentials.clientSecret, options.timeout, (clientSecret) =>
      send({ ...credentials, clientSecret }, request),
    )
}

// Not every endpoint decodes what RFC 6749 §2.3.1 has the client encode.
function hintFor({ clientID, clientSecret }: KnownCredentials): string {
  const plain = clientID + clientSecret
  return formEncode(plain) === plain
    ? ''
    : " If they are right, their special characters may be the problem: try clientAuthentication: 'body'."
}

/**
 * The answer in an adapter's error: some adapters reject what others leave to `validateStatus`. An
 * answer that broke off has no data, and is a network error.
 */
function answerOf(error: unknown): AxiosResponse {
  const response = ownProperty(error, 'response')
  if (ownProperty(response, 'data') === undefined) throw error
  return response as AxiosResponse
}
