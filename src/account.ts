import { configError } from './errors.js'
import { createEmit, type Emit } from './events.js'
import { checkCredentials, resolveOptions } from './options.js'
import { createSharedSource } from './shared-source.js'
import { createTokenBroker } from './token-broker.js'
import { createTokenEndpoint } from './token-endpoint.js'
import { createIssuer } from './token-issuer.js'
import { createTokenSource, type TokenSource } from './token-source.js'
import type { CaspioAuthOptions, CaspioCredentials, CaspioTokenBroker } from './types.js'

/** One account's token source, with what an instance must know to use it. */
export interface Account {
  readonly source: TokenSource
  /** Undefined where a broker fetches the token. */
  readonly tokenEndpoint: URL | undefined
  readonly origins: readonly string[]
  readonly shouldRenew: CaspioAuthOptions['shouldRenew']
  readonly emit: Emit
}

/** Checks the arguments and builds the token source. */
export function createAccount(
  credentials: CaspioCredentials | CaspioTokenBroker,
  options: CaspioAuthOptions | undefined,
): Account {
  const resolved = resolveOptions(options)
  const { origins, shouldRenew } = resolved
  const emit = createEmit(resolved.onEvent)
  const common = { origins, shouldRenew, emit }
  if (typeof credentials === 'function') {
    if (resolved.tokenStore) {
      throw configError(
        'a token broker has no tokenStore: set it where the client credentials are.',
      )
    }
    const issue = createIssuer(createTokenBroker(credentials, resolved.timeout), 0)
    const source = createTokenSource(issue, resolved.renewBefore, emit)
    return { ...common, source, tokenEndpoint: undefined }
  }
  const checked = checkCredentials(credentials)
  const issue = createIssuer(createTokenEndpoint(checked, resolved, emit), resolved.retries)
  return {
    ...common,
    source: resolved.tokenStore
      ? createSharedSource(issue, checked, resolved, resolved.tokenStore, emit)
      : createTokenSource(issue, resolved.renewBefore, emit),
    tokenEndpoint: new URL(checked.tokenEndpointURL),
  }
}
