import type { AxiosAdapter, AxiosResponse, InternalAxiosRequestConfig } from 'axios'
import type { Emit } from '../contract/events.js'
import type { Token } from '../token/life.js'
import type { TokenSource } from '../token/source.js'
import type { Transport } from '../token/transport.js'
import type { RedirectGuard } from './redirects.js'
import type { Scope } from './scope.js'

/** What the requests of one attached instance have in common. */
export interface Authoriser {
  readonly source: TokenSource
  readonly scope: Scope
  readonly shouldRenew: (response: AxiosResponse) => boolean
  readonly guardRedirects: RedirectGuard
  /** How the instance's token requests travel. */
  readonly transport: Transport
  readonly emit: Emit
}

/** One request that goes to Caspio. */
export interface AuthorisedRequest {
  readonly authoriser: Authoriser
  readonly config: InternalAxiosRequestConfig
  /** The original adapter. */
  readonly adapter: AxiosAdapter
}

/** Sends a request once, with this token. */
export function sendOnce(
  { accessToken }: Token,
  { config, adapter }: AuthorisedRequest,
): Promise<AxiosResponse> {
  // Not headers.set(), which takes 1 µs to check the token. It was checked when it came.
  config.headers.Authorization = `Bearer ${accessToken}`
  return adapter(config)
}
