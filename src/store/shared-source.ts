import type { Emit } from '../contract/events.js'
import type { ResolvedOptions } from '../contract/options.js'
import type { CaspioCredentials, CaspioTokenStore } from '../contract/types.js'
import type { TokenIssuer } from '../token/issuer.js'
import { createTokenSource, type TokenSource } from '../token/source.js'
import type { SharedTokens } from './shared-tokens.js'

const LOCK_SLACK_IN_MS = 5_000

/** A token source whose token is shared with those of other processes. */
export function createSharedSource(
  issue: TokenIssuer,
  credentials: CaspioCredentials,
  options: ResolvedOptions,
  store: CaspioTokenStore,
  emit: Emit,
): TokenSource {
  const use = {
    store,
    timeout: options.tokenStoreTimeout,
    // One attempt at the token endpoint, and the way to the store and back.
    lockTtl: options.timeout + LOCK_SLACK_IN_MS,
  }
  let sharing: Promise<SharedTokens> | undefined
  // Who has no store need not carry the code for one.
  const share = () =>
    (sharing ??= import('./shared-tokens.js').then(
      ({ shareTokens }) =>
        shareTokens(issue, credentials, use, emit, (...tokens) => source.adopt(...tokens)),
      () => {
        emit({ type: 'store-failed', operation: 'get', reason: 'its code was not loaded' })
        return { issue, forget() {} }
      },
    ))
  const source = createTokenSource(async (request) => (await share()).issue(request), options, emit)
  return {
    ...source,
    invalidate() {
      source.invalidate()
      share().then(({ forget }) => forget())
    },
  }
}
