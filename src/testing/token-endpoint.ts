import { type Answer, jsonAnswer } from './answer.js'
import { oauthError } from './oauth-error.js'
import type { ReceivedRequest } from './received-request.js'
import type { TokenRegistry } from './token-registry.js'
import type { TokenRequest } from './token-request.js'

/** Caspio runs on IIS, which ignores the case of a path. */
export const isTokenPath = (path: string): boolean => /^\/oauth\/token\/?$/i.test(path)

export function answerTokenRequest(
  request: ReceivedRequest,
  tokenRequest: TokenRequest,
  tokens: TokenRegistry,
): Answer {
  if (request.bodyState === 'too large') {
    return oauthError('invalid_request', 'The request body is too large.', { status: 413 })
  }
  if (request.method !== 'POST') {
    return oauthError('invalid_request', 'The token endpoint answers POST only.', {
      status: 405,
      headers: { Allow: 'POST' },
    })
  }
  if (!tokenRequest.isForm) {
    return oauthError('invalid_request', 'The body must be application/x-www-form-urlencoded.')
  }
  const { clientID, clientSecret } = tokenRequest
  if (clientID !== tokens.clientID || clientSecret !== tokens.clientSecret) {
    return oauthError('invalid_client')
  }
  if (tokenRequest.grant === 'client_credentials') return grantClientCredentials(tokens)
  if (tokenRequest.grant === 'refresh_token')
    return grantRefreshToken(tokenRequest.refreshToken, tokens)
  return oauthError('unsupported_grant_type')
}

function grantClientCredentials(tokens: TokenRegistry): Answer {
  const refreshToken = tokens.issueRefreshToken()
  if (refreshToken === undefined) {
    return oauthError(
      'invalid_request',
      `The account has reached its limit of ${tokens.maxRefreshTokens} refresh tokens.`,
    )
  }
  return tokenAnswer(refreshToken, tokens)
}

function grantRefreshToken(refreshToken: string | undefined, tokens: TokenRegistry): Answer {
  if (refreshToken === undefined) {
    return oauthError('invalid_request', 'The parameter refresh_token is missing.')
  }
  const next = tokens.exchangeRefreshToken(refreshToken)
  return next === undefined ? oauthError('invalid_grant') : tokenAnswer(next, tokens)
}

function tokenAnswer(refreshToken: string, tokens: TokenRegistry): Answer {
  const token = {
    access_token: tokens.issueAccessToken(),
    token_type: 'bearer',
    expires_in: Math.max(1, Math.floor(tokens.tokenLife)),
    refresh_token: refreshToken,
  }
  return jsonAnswer(200, token, { 'Cache-Control': 'no-store' })
}
