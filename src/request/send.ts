import type { AxiosAdapter, AxiosResponse, InternalAxiosRequestConfig } from 'axios'
import type { Emit } from '../contract/events.js'
import { ownProperty } from '../lib/own-properties.js'
import type { TokenSource } from '../token/source.js'
import type { Transport } from '../token/transport.js'
import type { Destination, Scope } from './scope.js'

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
  /** Whose token the request carries. */
  readonly authoriser: Authoriser
  readonly destination: Destination
  /** How a token request travels. */
  readonly transport: Transport
  readonly config: InternalAxiosRequestConfig
  /** The original adapter. */
  readonly adapter: AxiosAdapter
  /** How often the plugin has resent it. */
  readonly resends: number
}

/** Counts a call. Returns the function to call when it has ended. */
export function countCall({ source }: Authoriser): () => void {
  const { calls } = source
  const callNumber = ++calls.sent
  return () => {
    if (callNumber <= calls.ahead) calls.answered++
  }
}

/** Sends a request once, and reports how that ends. */
export function sendOnce({
  authoriser: { emit },
  config,
  adapter,
  destination,
  resends,
}: AuthorisedRequest): Promise<AxiosResponse> {
  const startedAt = emit ? performance.now() : 0
  // What the adapter returns may be only thenable, and may send the request again at each then().
  const outcome = Promise.resolve(adapter(config))
  if (!emit) return outcome
  const report = (response?: AxiosResponse, errorCode?: unknown) => {
    const requestId = response?.headers?.['x-caspio-request-id']
    // A server may send back what it received, but no token and no secret is this short.
    const isID = /^[\w-]{1,40}$/.test(requestId ?? '')
    emit({
      type: 'api-call',
      method: String(config.method).toUpperCase(),
      url: destination.address,
      ...(response && { status: response.status }),
      ...(errorCode !== undefined && { errorCode: String(errorCode) }),
      resent: resends > 0,
      duration: performance.now() - startedAt,
      ...(isID && { requestId }),
    })
  }
  outcome
    .then(report, (error) =>
      report(ownProperty(error, 'response') as AxiosResponse, ownProperty(error, 'code')),
    )
    // A getter of the answer that throws.
    .catch(() => {})
  return outcome
}
