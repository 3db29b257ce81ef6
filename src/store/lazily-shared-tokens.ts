import type { TokenIssuer } from '../token/issuer.js'
import type { SharedTokens, shareTokens } from './shared-tokens.js'

/** The tokens of an issuer, for this process alone. */
export function withoutSharing(issue: TokenIssuer): SharedTokens {
  return { issue, find: async () => undefined, forget() {} }
}

/** `shareTokens`, loaded at its first use: few applications have a token store. */
export function shareTokensLazily(...parameters: Parameters<typeof shareTokens>): SharedTokens {
  const [issue, , , emit] = parameters
  let loading: Promise<SharedTokens> | undefined
  const load = () =>
    (loading ??= import('./shared-tokens.js').then(
      (module) => module.shareTokens(...parameters),
      () => {
        emit({ type: 'store-failed', operation: 'get', reason: 'its code could not be loaded' })
        return withoutSharing(issue)
      },
    ))
  return {
    issue: async (request) => (await load()).issue(request),
    find: async (accepts) => (await load()).find(accepts),
    forget: () => void load().then(({ forget }) => forget()),
  }
}
