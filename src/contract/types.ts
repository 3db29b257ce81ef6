import type { AxiosResponse, GenericAbortSignal } from 'axios'
import type { CaspioAuthEvent } from './events.js'

/**
 * The three values of a Web services profile. Find them in your Caspio account, under
 * Access permissions → Web services profiles → (profile).
 */
export interface CaspioCredentials {
  /** Client ID of the profile. */
  readonly clientID: string
  /**
   * Client Secret of the profile, or a function that gets it from a secret manager. Keep it on a
   * server: in a browser, use a {@link CaspioTokenBroker}.
   *
   * The plugin calls the function for each token request, and does not keep the secret. If the token
   * endpoint refuses the client, it calls the function again, and retries the request if the secret
   * has changed. The function may take as long as the option `timeout` says.
   */
  readonly clientSecret: string | (() => string | Promise<string>)
  /** Token Endpoint URL of the account, like `https://a1bcd234.caspio.com/oauth/token`. */
  readonly tokenEndpointURL: string
}

/** Credentials whose secret is known. */
export interface KnownCredentials extends CaspioCredentials {
  readonly clientSecret: string
}

/** An access token, with the field names of OAuth 2.0 (RFC 6749 §5.1). */
export interface CaspioAccessToken {
  /** The bearer token. */
  readonly access_token: string
  /** `bearer`, in upper or lower case as the server wrote it. */
  readonly token_type: string
  /** Seconds until it expires. Absent if the server did not say. */
  readonly expires_in?: number
}

/** The whole answer of the token endpoint, as the function of `axios-caspio-auth/auth` returns it. */
export interface CaspioTokenResponse extends CaspioAccessToken {
  readonly expires_in: number
  /** Renews the token (RFC 6749 §6). It is valid for a year, or for 60 days without use. Keep it secret. */
  readonly refresh_token: string
}

/** The argument of {@link CaspioAuth.getAccessToken}. */
export interface CaspioTokenRequest {
  /** Ends this caller's wait. Other callers continue to wait. */
  readonly signal?: GenericAbortSignal
  /** `true` gets another token. Set it if the current one was rejected or expires soon. */
  readonly renew?: boolean
}

/**
 * Gets an access token from somewhere other than Caspio's token endpoint: from your own server (in a
 * browser, which must not know the client secret), or from a secret manager. `getAccessToken` of
 * another {@link CaspioAuth} is a token broker, too.
 */
export type CaspioTokenBroker = (request: { readonly renew: boolean }) => Promise<CaspioAccessToken>

/** A token source. `attachCaspioAuth` returns the one that its instance uses. */
export interface CaspioAuth {
  /**
   * Returns the current access token. Without a valid one it sends a token request; all callers
   * that wait share it.
   *
   * @throws CaspioAuthError if no token can be obtained; CanceledError if `signal` is aborted
   */
  getAccessToken(request?: CaspioTokenRequest): Promise<CaspioAccessToken>
  /** Forgets the token and ends every cooldown. The next request gets a new token. */
  invalidate(): void
  /** Removes the plugin from its instance, if it has one. Requests under way finish as usual. */
  detach(): void
}

/**
 * Where processes share a token: the three methods of a Keyv instance, synchronous or not, and
 * optionally a lock. The plugin stores a token as a JSON string of about 500 characters. `get` may
 * return the parsed object. With a lock, a failed token request leaves a short note under another key.
 */
export interface CaspioTokenStore {
  /** Returns the value, or undefined or null if there is none. */
  get(key: string): unknown
  /** Keeps `value` for `ttl` milliseconds. Returning `false` (as Keyv does) means failure. */
  set(key: string, value: string, ttl: number): unknown
  /** Deletes the value. */
  delete(key: string): unknown
  /**
   * Lets one process at a time request a token. Resolves to a function that releases the lock, or
   * to undefined while another process holds it. The lock must expire after `ttl` milliseconds.
   * Without a lock, processes that start at the same moment each request a token,
   * and agree on one of them afterwards.
   */
  lock?(key: string, ttl: number): Promise<(() => unknown) | undefined>
}

/** The options of `attachCaspioAuth` and `createCaspioAuth`. Each has a default. */
export interface CaspioAuthOptions {
  /**
   * More origins that may receive the token, like `https://gateway.example.com`. The origins of the
   * token endpoint and of the instance's `baseURL` may receive it anyway. Set it if you call the
   * API through a gateway.
   *
   * @default []
   */
  readonly origins?: readonly string[]
  /**
   * How the plugin authenticates to the token endpoint (RFC 6749 §2.3.1): `basic` sends an
   * `Authorization: Basic` header, `body` sends `client_id` and `client_secret` in the form. Caspio
   * accepts both. Change it if a gateway drops the header.
   *
   * @default 'basic'
   */
  readonly clientAuthentication?: 'basic' | 'body'
  /**
   * How many seconds before its expiry a token is due for renewal, at most half of its lifetime. The
   * next request then starts the renewal in the background. The plugin shortens this time by a random
   * share of up to a fifth, so that processes renew at different times. Increase it to survive a longer
   * outage of the token endpoint. With `0` a token is renewed only after it has expired.
   *
   * @default a tenth of the token's lifetime, at least 30 (2 h 24 min of Caspio's 24 h)
   */
  readonly renewBefore?: number
  /**
   * Milliseconds that one token request, or one call of a token broker, may take. If a call that was
   * sent earlier is answered in this time, the time starts again: a small connection pool serves earlier
   * calls first. Increase it for slow networks.
   *
   * @default 10_000
   */
  readonly timeout?: number
  /**
   * How many times a token request is retried after a network error, 429 or 5xx. In the minute after a
   * cooldown it is not retried. The delays grow exponentially, with jitter, and `Retry-After` is obeyed.
   * A token broker is called once. Set it to `0` if something else retries token requests.
   *
   * @default 2
   */
  readonly retries?: number
  /**
   * Decides which responses mean that the token was rejected. It sees a response before
   * `transformResponse`, so the `data` of a JSON response is text. Anything but `true` means no. Change
   * it if your account answers 400 to a stale token.
   *
   * @default response => response.status === 401
   */
  readonly shouldRenew?: (response: AxiosResponse) => boolean
  /**
   * Shares one token among processes and machines: a Keyv instance, the result of `redisTokenStore`
   * from `axios-caspio-auth/redis`, or an object of your own. Set it if you run many processes or have
   * many cold starts. Anybody who can read the store can call the API. This option cannot be used with
   * a token broker, or in a browser.
   *
   * @default undefined: each process has its own token
   */
  readonly tokenStore?: CaspioTokenStore
  /**
   * Milliseconds that one call of the `tokenStore` may take. After a failure or a timeout the plugin
   * skips the store for 10 s. Increase it if the store is far away.
   *
   * @default 500
   */
  readonly tokenStoreTimeout?: number
  /**
   * Called with every event. Exceptions that it throws are ignored. Set it to log or count.
   *
   * @default undefined
   */
  readonly onEvent?: (event: CaspioAuthEvent) => void
  /**
   * `true` also attaches the plugin to the instances that the attached instance's `create()` returns
   * later, and to those that they create. They use the token, the options and the scope of the
   * attached instance: their own `baseURL` adds no origin. If you attach again or detach, that
   * applies to them, too. Set it if your code, or a package, calls `axios.create()` where you cannot attach. It
   * has no effect on the named export `create` of axios, on a `create` that was copied before, and
   * on other copies of axios.
   *
   * @default false
   */
  readonly createdInstances?: boolean
  /**
   * What happens to a request in scope that already has an `Authorization` header, from the
   * request or from the instance's defaults. `replace` replaces the header. `keep` sends the request
   * as it is, and does not resend it after a 401. Change it if some requests carry a token of their own.
   * With `keep`, a request without this header, or with an empty one, still gets the plugin's
   * token. If you forward the tokens of visitors, set `skipCaspioAuth: true` for a visitor without one.
   *
   * @default 'replace'
   */
  readonly existingAuthorization?: 'replace' | 'keep'
}

declare module 'axios' {
  interface AxiosRequestConfig {
    /** `true` sends this request without the plugin: no token, no resend. */
    skipCaspioAuth?: boolean
    /** `true` sends the token, but leaves a 401 to your code. The name is that of axios-auth-refresh. */
    skipAuthRefresh?: boolean
  }
}
