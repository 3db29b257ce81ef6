import type { AxiosError, AxiosResponse } from 'axios'
import { ownProperty } from '../lib/own-properties.js'
import type { Token } from '../token/life.js'
import { drain, isOneShot, rewinderOf } from './bodies.js'
import { guardRedirects } from './redirects.js'
import { runRefresh } from './refresh-engine.js'
import { isTokenRejected } from './rejection.js'
import { resourceOf } from './resource.js'
import { type AuthorisedRequest, sendOnce } from './send.js'
import { waitFor, waitForToken } from './waiting.js'

const NOT_RESENT =
  '. axios-caspio-auth did not resend the request, because its body is a stream. Send it again with a new stream.'

/** Sends a request. If its token is rejected, gets another one and resends the request, once. */
export function sendAndRecover(token: Token, request: AuthorisedRequest): Promise<AxiosResponse> {
  const { authoriser, config, resends } = request
  const { source } = authoriser
  const { pool } = source
  const turn = ++pool.sent
  // Before the body is read.
  const rewind = rewinderOf(config.data)
  // Not headers.set(), which takes 1 µs to check the token. It was checked when it came.
  config.headers.Authorization = `Bearer ${token.accessToken}`
  guardRedirects(config, authoriser.scope)
  const outcome = sendOnce(request)
  const mayRecover = (response: AxiosResponse) => {
    if (turn <= pool.ahead) pool.answered++
    if (!isTokenRejected(response, authoriser)) {
      source.recordAccepted(token, () => resourceOf(config))
      return false
    }
    if (resends === 0) return true
    const resource = resourceOf(config)
    // A token from the store may have been revoked together with the first one.
    if (resends === 1 && !token.grant && !source.renewals.hasRefused(resource)) return true
    source.renewals.recordRejected(token, resource, true)
    return false
  }
  const recoverFrom = (response?: AxiosResponse, error?: AxiosError) =>
    response &&
    mayRecover(response) &&
    recover({ token, outcome, rewind, response, error }, request)
  return outcome.then(
    (response) => recoverFrom(response) || response,
    (error) => recoverFrom(ownProperty(error, 'response') as AxiosResponse, error) || outcome,
  )
}

interface Rejection {
  readonly token: Token
  readonly response: AxiosResponse
  /** The adapter's promise, which the caller gets if nothing helps. */
  readonly outcome: Promise<AxiosResponse>
  /** Undefined if the adapter resolved with the response. */
  readonly error: AxiosError | undefined
  /** Set if the body was read, but can be read again. */
  readonly rewind: (() => void) | undefined
}

async function recover(rejection: Rejection, request: AuthorisedRequest): Promise<AxiosResponse> {
  const { token, response, outcome, rewind } = rejection
  const { source, emit } = request.authoriser
  const { config, transport, resends } = request
  emit?.({ type: 'token-rejected', status: response.status })
  if (config.skipAuthRefresh) return outcome
  const replacement = source.replace(token, resourceOf(config), resends > 0, transport)
  if (!replacement) return outcome
  const renewal = Promise.resolve(replacement)
  if (!rewind && isOneShot(config.data)) return leaveToCaller(rejection, request, renewal)
  // Nobody will read this answer, and the token request may need its connection.
  drain(response.data)
  const renewed = waitForToken(renewal, config)
  return runRefresh(
    () => renewed,
    async () => {
      const newToken = await renewed
      emit?.({ type: 'request-resent' })
      rewind?.()
      return sendAndRecover(newToken, { ...request, resends: resends + 1 })
    },
  )
}

/** For a body that can be sent only once: the caller may send another one, with the new token. */
async function leaveToCaller(
  { response, outcome, error }: Rejection,
  { config }: AuthorisedRequest,
  renewal: Promise<Token>,
): Promise<AxiosResponse> {
  const renewed = waitFor(renewal, config).then(ignore, ignore)
  // A streamed answer is handed out first: the token request may need its connection.
  if (!isOneShot(response.data)) await renewed
  // No effect on a frozen error.
  if (error) Reflect.set(error, 'message', error.message + NOT_RESENT)
  return outcome
}

function ignore(): void {}
