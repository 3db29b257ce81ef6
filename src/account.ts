import { createEmit, type Emit } from './events.js'
import { checkCredentials, resolveOptions } from './options.js'
import { createBrokerIssuer, createCredentialsIssuer } from './token-issuer.js'
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
  const checked = typeof credentials === 'function' ? undefined : checkCredentials(credentials)
  const resolved = resolveOptions(options)
  const { origins, shouldRenew, renewBefore } = resolved
  const emit = createEmit(resolved.onEvent)
  const issue = checked
    ? createCredentialsIssuer(checked, resolved, emit)
    : createBrokerIssuer(credentials as CaspioTokenBroker, resolved.timeout)
  return {
    source: createTokenSource(issue, renewBefore, emit),
    tokenEndpoint: checked && new URL(checked.tokenEndpointURL),
    origins,
    shouldRenew,
    emit,
  }
}
