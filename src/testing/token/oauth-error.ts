import { type Answer, jsonAnswer } from '../answer.js'

export type OAuthErrorCode =
  | 'invalid_request'
  | 'invalid_client'
  | 'invalid_grant'
  | 'unsupported_grant_type'
  | 'temporarily_unavailable'
  | 'server_error'
  | 'ProfileDisabled'
  | 'UnsufficientPrivileges'
  | 'IpForbidden'

/** An error of the token endpoint (RFC 6749 §5.2). Caspio answers `invalid_client` with 400, too. */
export function oauthError(
  error: OAuthErrorCode,
  description?: string,
  { status = 400, headers = {} }: { status?: number; headers?: Record<string, string> } = {},
): Answer {
  const body = description === undefined ? { error } : { error, error_description: description }
  return { ...jsonAnswer(status, body, { 'Cache-Control': 'no-store', ...headers }), error }
}

/** The token endpoint's usual answer for an error status. */
export function standardOAuthError(status: number): Answer {
  if (status === 429 || status === 503)
    return oauthError('temporarily_unavailable', undefined, { status })
  if (status >= 500) return oauthError('server_error', undefined, { status })
  return oauthError(status === 401 ? 'invalid_client' : 'invalid_request', undefined, { status })
}
