import type { AxiosError, AxiosResponse } from 'axios'
import { ownProperty } from '../lib/own-properties.js'
import type { Token } from '../token/life.js'
// Without .js: the build for browsers takes bodies.browser.ts.
import { drain, isOneShot, rewinderOf } from './bodies'
import { guardRedirects, removeToken } from './redirects.js'
import { runRefresh } from './refresh-engine.js'
import { isTokenRejected } from './rejection.js'
import { resourceOf } from './resource.js'
import { type AuthorisedRequest, countCall, sendOnce } from './send.js'
import { waitFor, waitForToken } from './waiting.js'

const NOT_RESENT =
  '. axios-caspio-auth did not resend the request, because its body is a stream. Send it again with a new stream.'

/**
 * Sends a request. If its token is rejected, gets another one and resends the request: once, or twice
 * if the first replacement came from the token store.
 */
export async function sendAndRecover(
  token: Token,
  request: AuthorisedRequest,
): Promise<AxiosResponse> {
  const { authoriser, config, resends } = request
  // Before the body is read.
  const rewind = rewinderOf(config.data)
  // Not headers.set(), which takes 1 µs to check the token. It was checked when it came.
  config.headers.Authorization = `Bearer ${token.accessToken}`
  guardRedirects(config, authoriser.scope)
  const onEnd = countCall(authoriser)
  const outcome = sendOnce(request)
  let response: AxiosResponse | undefined
  let error: AxiosError | undefined
  try {
    response = await outcome
  } catch (thrown) {
    error = thrown as AxiosError
    response = ownProperty(error, 'response') as AxiosResponse | undefined
  }
  onEnd()
  // The caller gets the adapter's promise if nothing helps.
  if (!response) return outcome
  const replacement = findReplacement(token, response, request)
  if (!replacement) return error ? outcome : response
  const renewal = Promise.resolve(replacement)
  if (!rewind && isOneShot(config.data)) {
    // The caller's next request needs another token, too.
    renewal.catch(() => {})
    // A streamed answer is handed out first: the token request may need its connection.
    if (!isOneShot(response.data)) await waitFor(renewal, config).catch(() => {})
    // No effect on a frozen error.
    if (error) Reflect.set(error, 'message', error.message + NOT_RESENT)
    return outcome
  }
  // Nobody will read this answer, and the token request may need its connection.
  drain(response.data)
  const renewed = waitForToken(renewal, config)
  return runRefresh(renewed, async () => {
    const newToken = await renewed
    authoriser.emit?.({ type: 'request-resent' })
    rewind?.()
    removeToken(config)
    return sendAndRecover(newToken, { ...request, resends: resends + 1 })
  })
}

/** Undefined if the token was accepted, or if another one would not help. */
function findReplacement(
  token: Token,
  response: AxiosResponse,
  { authoriser, transport, config, resends }: AuthorisedRequest,
): Token | Promise<Token> | undefined {
  const { source, emit } = authoriser
  const { renewals } = source
  const isRejected = isTokenRejected(response, authoriser)
  // Naming the resource takes 1 µs, and recordAccepted() seldom needs the name.
  if (isRejected === false) source.recordAccepted(token, () => resourceOf(config))
  if (!isRejected) return undefined
  const resource = resourceOf(config)
  // A token from the store may have been revoked together with the first one.
  const mayBeRevoked = resends === 1 && !token.grant && !renewals.hasRefused(resource)
  if (resends > 0 && !mayBeRevoked) {
    renewals.recordRejected(token, resource, 2)
    return undefined
  }
  emit?.({ type: 'token-rejected', status: response.status })
  return config.skipAuthRefresh
    ? undefined
    : source.replace(token, resource, resends > 0, transport)
}
