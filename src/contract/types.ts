import type { AxiosResponse, GenericAbortSignal } from 'axios'
import type { CaspioAuthEvent } from './events.js'

/**
 * The three values of a Web services profile. In the Caspio account: Access permissions →
 * Web services profiles → (profile).
 */
export interface CaspioCredentials {
  /** Client ID of the profile. */
  readonly clientID: string
  /** Client Secret of the profile. Keep it on servers: for a browser, use a {@link CaspioTokenBroker}. */
  readonly clientSecret: string
  /** Token Endpoint URL of the account, e.g. `https://a1bcd234.caspio.com/oauth/token`. */
  readonly tokenEndpointURL: string
}

/** An access token, in the fields of the wire (RFC 6749 §5.1). */
export interface CaspioAccessToken {
  /** The opaque bearer token. */
  readonly access_token: string
  /** `bearer`, in the case in which the server wrote it. */
  readonly token_type: string
  /** Seconds that are left of its life. Absent if the server did not say. */
  readonly expires_in?: number
}

/** The token endpoint's whole answer, as the `axios-caspio-auth/auth` module hands it out. */
export interface CaspioTokenResponse extends CaspioAccessToken {
  readonly expires_in: number
  /** Renews the token (RFC 6749 §6). Lives for a year, or 60 days if it is never used. A secret. */
  readonly refresh_token: string
}

/** What a caller may ask of {@link CaspioAuth.getAccessToken}, and what a broker is asked. */
export interface CaspioTokenRequest {
  /** Ends this caller's wait, and nobody else's. */
  readonly signal?: GenericAbortSignal
  /** `true`: the token at hand will not do (it was rejected, or is about to expire); issue another. */
  readonly renew?: boolean
}

/**
 * Fetches an access token from somewhere else than Caspio's token endpoint: the application's own
 * backend (in a browser, where no client secret may be), or a secret manager. `getAccessToken` of
 * another {@link CaspioAuth} is one.
 */
export type CaspioTokenBroker = (request: { readonly renew: boolean }) => Promise<CaspioAccessToken>

/** A token source, and the plugin's place on an axios instance if it was attached to one. */
export interface CaspioAuth {
  /**
   * A valid access token: the one at hand, or the one shared fetch.
   *
   * @throws CaspioAuthError if none can be had; CanceledError if `signal` is aborted.
   */
  getAccessToken(request?: CaspioTokenRequest): Promise<CaspioAccessToken>
  /** Drops the cached token and every back-off. The next request fetches anew. */
  invalidate(): void
  /** Takes the plugin off its instance. Requests under way finish. No-op if it is on none. */
  detach(): void
}

/**
 * Where processes share a token: Keyv's three methods, synchronous or not, and a lock if there is
 * one. The one value that is stored is a JSON string of some 600 characters; a store may parse it.
 */
export interface CaspioTokenStore {
  /** The value, or undefined or null. */
  get(key: string): unknown
  /** Keeps `value` for `ttl` milliseconds. `false` (Keyv's word) means that it did not. */
  set(key: string, value: string, ttl: number): unknown
  /** Forgets it. */
  delete(key: string): unknown
  /**
   * Lets one process at a time fetch a token: resolves to a function that releases the lock, or to
   * undefined where another process holds it. After `ttl` milliseconds it is free in any case.
   * Without it, processes that start at the same moment fetch a token each, and then agree on one.
   */
  lock?(key: string, ttl: number): Promise<(() => unknown) | undefined>
}

/** What `attachCaspioAuth` and `createCaspioAuth` may be told. Every option has a default. */
export interface CaspioAuthOptions {
  /**
   * Further origins that may receive the token (`https://gateway.example.com`), beside the token
   * endpoint's own and the instance's `baseURL`. Set it when the API is called through a gateway.
   *
   * @default []
   */
  readonly origins?: readonly string[]
  /**
   * How the client authenticates to the token endpoint (RFC 6749 §2.3.1): `basic`, an
   * `Authorization: Basic` header, or `body`, `client_id` and `client_secret` in the form. Caspio
   * takes both. Change it when a gateway in between eats the header.
   *
   * @default 'basic'
   */
  readonly clientAuthentication?: 'basic' | 'body'
  /**
   * Seconds before expiry from which the next request starts a renewal in the background. Never
   * more than half of the token's life, and up to a fifth later than said, by a share that differs
   * from process to process. Change it to survive a longer outage of the token endpoint, or `0`
   * to renew only when the token has expired.
   *
   * @default a tenth of the token's life, at least 30 (2 h 24 min of Caspio's 24 h)
   */
  readonly renewBefore?: number
  /**
   * Milliseconds that one attempt at the token endpoint may take. Change it for slow networks.
   *
   * @default 10_000
   */
  readonly timeout?: number
  /**
   * Further attempts at the token endpoint after a network error, 429 or 5xx, with jittered
   * exponential backoff, `Retry-After` obeyed. A broker is called once.
   *
   * @default 2
   */
  readonly retries?: number
  /**
   * Which answers mean "this token is rejected". It sees the response as the adapter delivers it,
   * before `transformResponse`: `data` is text where JSON came in. Only `true` counts. Change it
   * for accounts that answer 400 to a stale token.
   *
   * @default response => response.status === 401
   */
  readonly shouldRenew?: (response: AxiosResponse) => boolean
  /**
   * Shares one token among processes and machines: a `new Keyv(…)` with any of its adapters, what
   * `redisTokenStore` of `axios-caspio-auth/redis` returns, or an object of your own. Set it where
   * many processes or cold starts would cost a token each. It holds tokens: who can read it can
   * call the API. Not for a broker, which knows no client ID to name the token by.
   *
   * @default none: every token source has a token of its own
   */
  readonly tokenStore?: CaspioTokenStore
  /**
   * Milliseconds that one call to the `tokenStore` may take. One that fails or takes longer is an
   * event, and the store is left alone for 10 s. Change it for a store that is far away.
   *
   * @default 500
   */
  readonly tokenStoreTimeout?: number
  /** Called on every event of the token's life. What it throws is swallowed. @default none */
  readonly onEvent?: (event: CaspioAuthEvent) => void
}

declare module 'axios' {
  interface AxiosRequestConfig {
    /** `true` keeps axios-caspio-auth out of this request: no token, no recovery. */
    skipCaspioAuth?: boolean
    /** `true`: the token is injected, but a 401 is the caller's own. The word of axios-auth-refresh. */
    skipAuthRefresh?: boolean
  }
}
