import type { IssueRequest } from '../../src/token/issuer.js'

/** What a token source asks its issuer for at a cold start. */
export function issueRequest(changes: Partial<IssueRequest> = {}): IssueRequest {
  return {
    refreshToken: undefined,
    onRefreshTokenRefused() {},
    renew: false,
    accepts: () => true,
    retry: true,
    transport: () => ({}),
    ...changes,
  }
}
