import type { TokenIssuer } from '../token/issuer.js'
import type { SharedTokens } from './shared-tokens.js'

/** The tokens of an issuer, for this process alone. */
export function withoutSharing(issue: TokenIssuer): SharedTokens {
  return { issue, find: async () => undefined, forget() {} }
}
