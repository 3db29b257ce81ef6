import { configError } from './contract/errors.js'
import { createEmit, type Emit } from './contract/events.js'
import { checkCredentials, resolveOptions } from './contract/options.js'
import type { CaspioAuthOptions, CaspioCredentials, CaspioTokenBroker } from './contract/types.js'
import { createSharedSource } from './store/shared-source.js'
import { createTokenBroker } from './token/broker.js'
import { createTokenEndpoint } from './token/endpoint.js'
import { createIssuer } from './token/issuer.js'
import { createTokenSource, type TokenSource } from './token/source.js'

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
  const { origins, shouldRenew, timeout, retries, tokenStore } = resolved
  const emit = createEmit(resolved.onEvent)
  const isBroker = typeof credentials === 'function'
  if (isBroker && tokenStore) {
    throw configError('a token broker has no tokenStore: set it where the client credentials are.')
  }
  const checked = isBroker ? undefined : checkCredentials(credentials)
  const issue = isBroker
    ? createIssuer(createTokenBroker(credentials, timeout), 0)
    : createIssuer(createTokenEndpoint(checked as CaspioCredentials, resolved, emit), retries)
  return {
    source: tokenStore
      ? createSharedSource(issue, checked as CaspioCredentials, resolved, tokenStore, emit)
      : createTokenSource(issue, resolved, emit),
    tokenEndpoint: checked && new URL(checked.tokenEndpointURL),
    origins,
    shouldRenew,
    emit,
  }
}
