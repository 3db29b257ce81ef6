import { createCallCounts } from '../../src/lib/time-limit.js'
import type { IssueRequest } from '../../src/token/issuer.js'

/** The request of a token source to its issuer at a cold start. */
export function issueRequest(changes: Partial<IssueRequest> = {}): IssueRequest {
  return {
    refreshToken: undefined,
    onRefreshTokenRefused() {},
    renew: false,
    accepts: () => true,
    retry: true,
    transport: { defaults: {} },
    calls: createCallCounts(),
    ...changes,
  }
}
