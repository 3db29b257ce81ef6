import type { SharedTokens, shareTokens } from './shared-tokens.js'

/** `shareTokens`, loaded at its first use: few applications have a token store. */
export function shareTokensLazily(...parameters: Parameters<typeof shareTokens>): SharedTokens {
  const [issue, , , emit] = parameters
  let loading: Promise<SharedTokens> | undefined
  const load = () =>
    (loading ??= import('./shared-tokens.js').then(
      (module) => module.shareTokens(...parameters),
      () => {
        emit({ type: 'store-failed', operation: 'get', reason: 'its code could not be loaded' })
        return { issue, forget() {} }
      },
    ))
  return {
    issue: async (request) => (await load()).issue(request),
    forget: () => void load().then(({ forget }) => forget()),
  }
}
