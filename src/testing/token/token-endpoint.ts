import { type Answer, jsonAnswer } from '../answer.js'
import type { ReceivedRequest } from '../received-request.js'
import { oauthError } from './oauth-error.js'
import type { Profile } from './profile.js'
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
  const profile = tokens.findProfile(tokenRequest.clientID)
  if (profile === undefined || tokenRequest.clientSecret !== profile.clientSecret) {
    return oauthError('invalid_client')
  }
  return refuseProfile(profile, request) ?? grantToken(profile, tokenRequest, tokens)
}

/** Returns undefined if the profile may have tokens. */
function refuseProfile(profile: Profile, request: ReceivedRequest): Answer | undefined {
  if (!profile.admits(request.address)) {
    return oauthError('IpForbidden', undefined, { status: 403 })
  }
  if (profile.state === 'disabled') return oauthError('ProfileDisabled')
  return profile.state === 'unprivileged' ? oauthError('UnsufficientPrivileges') : undefined
}

function grantToken(profile: Profile, request: TokenRequest, tokens: TokenRegistry): Answer {
  if (request.grant === 'client_credentials') {
    return tokenAnswer(profile, tokens.issueRefreshToken(profile), tokens)
  }
  if (request.grant !== 'refresh_token') return oauthError('unsupported_grant_type')
  if (request.refreshToken === undefined) {
    return oauthError('invalid_request', 'The parameter refresh_token is missing.')
  }
  const next = tokens.exchangeRefreshToken(request.refreshToken, profile)
  return next === undefined ? oauthError('invalid_grant') : tokenAnswer(profile, next, tokens)
}

function tokenAnswer(profile: Profile, refreshToken: string, tokens: TokenRegistry): Answer {
  const token = {
    access_token: tokens.issueAccessToken(profile),
    token_type: 'bearer',
    expires_in: Math.max(1, Math.floor(tokens.tokenLife)),
    refresh_token: refreshToken,
  }
  return jsonAnswer(200, token, { 'Cache-Control': 'no-store' })
}
