import { type Answer, jsonAnswer } from './answer.js'
import type { Call } from './call.js'
import { oauthError } from './oauth-error.js'
import type { TokenRegistry } from './token-registry.js'
import type { TokenRequest } from './token-request.js'

/** IIS does not mind the case of a path. */
export const isTokenPath = (path: string): boolean => /^\/oauth\/token\/?$/i.test(path)

export function answerTokenRequest(
  call: Call,
  request: TokenRequest,
  tokens: TokenRegistry,
): Answer {
  if (call.bodyState === 'too large') {
    return oauthError('invalid_request', 'The request body is too large.', { status: 413 })
  }
  if (call.method !== 'POST') {
    return oauthError('invalid_request', 'The token endpoint answers POST only.', {
      status: 405,
      headers: { Allow: 'POST' },
    })
  }
  if (!request.isForm) {
    return oauthError('invalid_request', 'The body must be application/x-www-form-urlencoded.')
  }
  const { clientID, clientSecret } = request
  if (clientID !== tokens.clientID || clientSecret !== tokens.clientSecret) {
    return oauthError('invalid_client')
  }
  if (request.grant === 'client_credentials') return grantClientCredentials(tokens)
  if (request.grant === 'refresh_token') return grantRefreshToken(request.refreshToken, tokens)
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
