import type { TokenIssuer, Tokens } from '../token/issuer.js'

/** The tokens of an issuer, for this process alone. */
export function withoutSharing(issue: TokenIssuer): Tokens {
  return { issue, find: async () => undefined, forget() {} }
}
