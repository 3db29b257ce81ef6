import type { CaspioData } from './data/option-types.js'
import type { CaspioEndpoint } from './endpoint-types.js'
import type { CaspioLog } from './log-types.js'
import type { CaspioProfile, CaspioProfileOptions } from './token/profile-types.js'

/** The options of {@link startCaspioAccount}. Each has a default. */
export interface CaspioAccountOptions extends CaspioData {
  /**
   * The client ID that the account accepts. Set it if your code under test has a fixed one.
   *
   * @default 50 random hexadecimal digits
   */
  clientID?: string
  /**
   * The client secret that the account accepts. Set it if your code under test has a fixed one.
   *
   * @default 50 random hexadecimal digits
   */
  clientSecret?: string
  /**
   * The loopback address to listen on: `127.x.x.x`, `::1` or `localhost`. Change it to test IPv6, or
   * two accounts on different hosts.
   *
   * @default '127.0.0.1'
   */
  host?: string
  /**
   * The TCP port to listen on. `0` takes any free port. Set it if your code under test has a fixed
   * URL.
   *
   * @default 0
   */
  port?: number
  /**
   * Lifetime of an access token, in seconds. Fractions are allowed. Lower it to see how your code
   * behaves when a token expires.
   *
   * @default 86_399
   */
  tokenLife?: number
  /**
   * How many refresh tokens may be live at a time. Past that, the account drops the oldest one. Lower
   * it to see how your code behaves when its refresh token is gone.
   *
   * @default 1_000
   */
  maxRefreshTokens?: number
  /**
   * More Web services profiles, by their names. Each has its own client ID, permissions and rule for IP
   * addresses. The profile `Default` is the account's own, which may do everything unless you set it
   * here.
   *
   * @default only the profile `Default`
   */
  profiles?: Readonly<Record<string, CaspioProfileOptions>>
}

/** What a client needs to get tokens of the account: the second argument of `attachCaspioAuth`. */
export interface CaspioAccountCredentials {
  /** The client ID. */
  clientID: string
  /** The client secret. */
  clientSecret: string
  /** The URL of the token endpoint, on loopback. */
  tokenEndpointURL: string
}

/** A limit for all requests to an account. */
export interface CaspioRateLimit {
  /** How many requests the account accepts in any window of time. */
  requests: number
  /**
   * The length of that window, in seconds. One account at Caspio is known to have 300.
   *
   * @default 1
   */
  seconds?: number
  /**
   * The status of the answer to further requests. Caspio sends either.
   *
   * @default 429
   */
  status?: 429 | 400
  /**
   * The `Retry-After` header of these answers: seconds, or an HTTP date. No source shows that Caspio
   * sends one.
   *
   * @default no such header
   */
  retryAfter?: number | string
}

/** A stand-in Caspio account that listens on loopback. It keeps the process alive until you close it. */
export interface CaspioAccount {
  /** The account's origin, such as `http://127.0.0.1:50123`, without a slash at the end. */
  readonly url: string
  /** A copy of the current credentials, for `attachCaspioAuth`. They are hidden when you print the account. */
  readonly credentials: CaspioAccountCredentials
  /** The Web services profiles, by their names. `Default` is the one that `credentials` belongs to. */
  readonly profiles: Readonly<Record<string, CaspioProfile>>
  /**
   * Lifetime of the access tokens issued from now on, in seconds. Fractions are allowed. An answer's
   * `expires_in` is rounded down to whole seconds, but is at least 1.
   *
   * @throws TypeError if you set it to anything but a number of at least 0
   */
  tokenLife: number
  /** Latency and faults of `POST /oauth/token`. */
  readonly tokenEndpoint: CaspioEndpoint
  /** Latency and faults of all other requests. */
  readonly api: CaspioEndpoint
  /**
   * How many requests the account accepts in any second, token requests included, or a
   * {@link CaspioRateLimit}. It answers further requests with 429 and an array that names
   * `api-calls-rate`, as Caspio does, and does not count them. `undefined` means no limit.
   *
   * @default undefined
   * @throws TypeError if you set it to anything but `undefined`, a number of at least 0, or a rate limit
   */
  rateLimit: number | CaspioRateLimit | undefined
  /** All requests that the account received. */
  readonly log: CaspioLog
  /** How many access tokens are live: neither expired nor revoked. */
  readonly liveAccessTokens: number
  /** How many refresh tokens are live: neither used, expired nor revoked. */
  readonly liveRefreshTokens: number
  /**
   * Revokes one access token, or all access tokens if you pass none. Never throws.
   *
   * @returns how many of them were live
   */
  revoke(accessToken?: string): number
  /**
   * Revokes all refresh tokens. Never throws.
   *
   * @returns how many of them were live
   */
  revokeRefreshTokens(): number
  /**
   * Replaces the client secret of the profile `Default`. `credentials` has the new one. A token request
   * with the old one gets `invalid_client`. Tokens stay valid. Never throws.
   */
  rotateSecret(): void
  /**
   * Stops listening and closes all connections immediately, including idle ones and those of requests
   * without an answer. You may call it again. The log stays readable. Never rejects.
   */
  close(): Promise<void>
  /** Does the same as {@link close}, for `await using`. */
  [Symbol.asyncDispose](): Promise<void>
}
