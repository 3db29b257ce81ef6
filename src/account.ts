import { checkCredentials } from './contract/credentials.js'
import { configError } from './contract/errors.js'
import { createEmit, type Emit } from './contract/events.js'
import { type AttachmentOptions, resolveOptions } from './contract/options.js'
import type { CaspioAuthOptions, CaspioCredentials, CaspioTokenBroker } from './contract/types.js'
// Without .js: the build for browsers takes shared-tokens.browser.ts.
import { shareTokens } from './store/shared-tokens'
import { withoutSharing } from './store/without-sharing.js'
import { createTokenBroker } from './token/broker.js'
import { createTokenEndpoint } from './token/endpoint.js'
import { createIssuer, type Tokens } from './token/issuer.js'
import { TokenSource } from './token/source.js'

/**
 * The token source of one account, and what an instance needs to know to use it. No secret and no
 * token store can be reached from it: every handle leads here.
 */
export interface Account extends AttachmentOptions {
  /** That of the token endpoint, and those that the user named. */
  readonly origins: readonly string[]
  readonly source: TokenSource
  /** Undefined if a token broker gets the token. */
  readonly tokenEndpoint: URL | undefined
  readonly emit: Emit
}

/** @throws CaspioAuthError `ERR_CASPIO_CONFIG` on wrong arguments */
export function createAccount(
  credentials: CaspioCredentials | CaspioTokenBroker,
  userOptions: CaspioAuthOptions | undefined,
): Account {
  const options = resolveOptions(userOptions)
  const emit = createEmit(options.onEvent)
  const checked = typeof credentials === 'function' ? undefined : checkCredentials(credentials)
  if (!checked && options.tokenStore) {
    throw configError(
      'tokenStore cannot be used with a token broker. Set it on the server that has the client credentials.',
    )
  }
  const issue = checked
    ? createIssuer(createTokenEndpoint(checked, options, emit), options.retries)
    : createIssuer(createTokenBroker(credentials as CaspioTokenBroker, options.timeout), 0)
  const tokens: Tokens =
    checked && options.tokenStore
      ? // The token source is created below.
        shareTokens(issue, checked, options, emit, (...pair) => source.adopt(...pair))
      : withoutSharing(issue)
  const source = new TokenSource(tokens, options, emit)
  const tokenEndpoint = checked && new URL(checked.tokenEndpointURL)
  return {
    source,
    tokenEndpoint,
    origins: tokenEndpoint ? [tokenEndpoint.origin, ...options.origins] : options.origins,
    shouldRenew: options.shouldRenew,
    createdInstances: options.createdInstances,
    existingAuthorization: options.existingAuthorization,
    emit,
  }
}
