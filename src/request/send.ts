import type { AxiosAdapter, AxiosResponse, InternalAxiosRequestConfig } from 'axios'
import type { Emit } from '../contract/events.js'
import type { Token } from '../token/life.js'
import type { TokenSource } from '../token/source.js'
import type { Transport } from '../token/transport.js'
import { guardRedirects } from './redirects.js'
import type { Scope } from './scope.js'

/** What the requests of one attachment have in common. */
export interface Authoriser {
  readonly source: TokenSource
  readonly scope: Scope
  readonly shouldRenew: (response: AxiosResponse) => boolean
  /** What happens to an `Authorization` header that the request brings. */
  readonly existingAuthorization: 'replace' | 'keep'
  readonly emit: Emit
}

/** One request that goes to Caspio. */
export interface AuthorisedRequest {
  readonly authoriser: Authoriser
  /** How a token request travels. */
  readonly transport: Transport
  readonly config: InternalAxiosRequestConfig
  /** The original adapter. */
  readonly adapter: AxiosAdapter
}

/** Sends a request once, with this token. */
export function sendOnce(
  { accessToken }: Token,
  { authoriser, config, adapter }: AuthorisedRequest,
): Promise<AxiosResponse> {
  // Not headers.set(), which takes 1 µs to check the token. It was checked when it came.
  config.headers.Authorization = `Bearer ${accessToken}`
  guardRedirects(config, authoriser.scope)
  return adapter(config)
}
