/** Options of {@link startCaspioAccount}; each of them may be left out. */
export interface CaspioAccountOptions {
  /** @default a fresh random id of 50 hexadecimal digits for every account */
  clientID?: string
  /** @default a fresh random secret of 50 hexadecimal digits for every account */
  clientSecret?: string
  /**
   * The loopback address to listen on: `127.x.x.x`, `::1` or `localhost`.
   * @default '127.0.0.1'
   */
  host?: string
  /**
   * The TCP port to listen on; 0 takes any free one. Set it when a client under test cannot be
   * told the URL.
   * @default 0
   */
  port?: number
  /**
   * Life of an access token, in seconds, fractions allowed.
   * @default 86_399
   */
  tokenLife?: number
  /**
   * How many refresh tokens may be live at a time. Lower it to see what a full account does.
   * @default 1_000
   */
  maxRefreshTokens?: number
  /**
   * The tables by name. Rows are copied as JSON and get a `PK_ID` numbered from 1 (one that they
   * bring is replaced). The fields of a table are those of all its rows; a table without rows
   * accepts any field.
   * @default a small data set with the tables `Physicians` (12 rows) and `Appointments` (8 rows)
   */
  tables?: Record<string, ReadonlyArray<Record<string, unknown>>>
}

/** What a client needs to get tokens of the account; the argument of `attachCaspioAuth`. */
export interface CaspioAccountCredentials {
  /** Client ID. */
  clientID: string
  /** Client Secret. */
  clientSecret: string
  /** Token Endpoint URL, on loopback. */
  tokenEndpointURL: string
}

/** A stand-in Caspio account that answers on loopback. It keeps the process alive until closed. */
export interface CaspioAccount {
  /** The account's origin, such as `http://127.0.0.1:50123`, without a trailing slash. */
  readonly url: string
  /**
   * A fresh copy of the current credentials, to hand to `attachCaspioAuth`. A getter on the
   * prototype, so that printing the account shows no secret.
   */
  readonly credentials: CaspioAccountCredentials
  /**
   * Life of the access tokens issued from now on, in seconds, fractions allowed. `expires_in` tells
   * whole seconds: it is rounded down, but never below 1.
   * @throws TypeError when set to anything but a finite number of at least 0
   */
  tokenLife: number
  /** Latency and faults of `POST /oauth/token`. */
  readonly tokenEndpoint: CaspioEndpoint
  /** Latency and faults of everything else. */
  readonly api: CaspioEndpoint
  /**
   * Calls that are let through in any second, token calls included; `undefined` for no limit.
   * Past it the answer is 429 with `Retry-After: 1`. Calls that got a 429 do not count.
   * @throws TypeError when set to anything but `undefined` or a finite number of at least 0
   */
  rateLimit: number | undefined
  /** Every request that came in. */
  readonly log: CaspioLog
  /** How many access tokens are neither expired nor revoked. */
  readonly liveAccessTokens: number
  /** How many refresh tokens are neither spent, expired nor revoked. */
  readonly liveRefreshTokens: number
  /**
   * Revokes one access token, or every access token when called without an argument.
   * @returns how many live tokens that ended
   */
  revoke(accessToken?: string): number
  /**
   * Revokes every refresh token.
   * @returns how many live tokens that ended
   */
  revokeRefreshTokens(): number
  /**
   * Makes a new client secret, which `credentials` shows from then on. The old one gets
   * `invalid_client`; tokens that were issued with it stay valid.
   */
  rotateSecret(): void
  /**
   * Stops listening and destroys every connection, kept-alive and hung ones included. May be
   * called more than once. The log stays readable.
   */
  close(): Promise<void>
  /** {@link close}, for `await using`. */
  [Symbol.asyncDispose](): Promise<void>
}

/** The knobs of one part of the account. */
export interface CaspioEndpoint {
  /**
   * Milliseconds of real time between judging a request and answering it; a token request counts
   * as granted before the wait. At most 2,147,483,647.
   * @default 0
   * @throws TypeError when set to anything but a number in that range
   */
  latency: number
  /**
   * From now on answers with this fault. Of several faults, the one given first that applies to
   * the request is used, until its `times` are used up.
   * @param fault what goes wrong; without it, 503 for every request
   * @throws TypeError for a status, number of times or header that cannot be
   */
  fail(fault?: CaspioFault): void
  /** Ends every fault of this endpoint. Requests that hang already stay unanswered. */
  restore(): void
}

/** What an endpoint does in place of its work. The request changes nothing in the account. */
export interface CaspioFault {
  /**
   * The HTTP status, 200 to 599.
   * @default 503
   */
  status?: number
  /**
   * How many requests meet the fault.
   * @default Infinity
   */
  times?: number
  /**
   * Only requests whose path (without the query) starts with this.
   * @default every request
   */
  path?: string
  /** The `Retry-After` header: seconds, or an HTTP date. */
  retryAfter?: number | string
  /** Further headers; they replace the usual ones of the same name. */
  headers?: Record<string, string>
  /**
   * A raw body in place of the usual error body, as `application/json` unless `headers` say
   * otherwise. Without it, a status below 400 has no body.
   */
  body?: string | Uint8Array
  /** The connection is reset (TCP RST) in place of an answer. */
  reset?: boolean
  /** No answer at all: the connection stays open until the client or `close()` ends it. */
  hang?: boolean
}

/**
 * The requests that came in, in the order of their answers: an entry is added just before its
 * answer is sent. The arrays are live.
 */
export interface CaspioLog {
  /** Requests to the token endpoint. */
  readonly token: readonly CaspioTokenLogEntry[]
  /** All other requests. */
  readonly api: readonly CaspioApiLogEntry[]
  /** Empties both arrays. */
  clear(): void
}

/** One request to the token endpoint. Holds no secret, so it may be printed. */
export interface CaspioTokenLogEntry {
  /** When the request arrived, in milliseconds since the epoch. */
  at: number
  /** HTTP method, in capitals. */
  method: string
  /** `grant_type` as sent. */
  grant: string | undefined
  /** How the client authenticated, or tried to. */
  clientAuthentication: 'basic' | 'body' | undefined
  /** The request's `Content-Type` as sent. */
  contentType: string | undefined
  /** The scheme of the `Authorization` header. */
  authorization: 'basic' | 'bearer' | 'other' | undefined
  /** The answer's status; 0 when there was none: hung, reset, or the client left before it. */
  status: number
  /** The answer's OAuth error code; `undefined` for a token and for a fault's raw body. */
  error: string | undefined
}

/** One request to anything but the token endpoint. */
export interface CaspioApiLogEntry {
  /** When the request arrived, in milliseconds since the epoch. */
  at: number
  /** HTTP method, in capitals. */
  method: string
  /** The path with the query, as received. */
  path: string
  /** Names in lower case; `authorization` is included, with the bearer token. */
  headers: Record<string, string>
  /** As received: partial when the client broke off, empty when it was over 50 MB. */
  body: Uint8Array
  /** The answer's status; 0 when there was none: hung, reset, or the client left before it. */
  status: number
  /** The answer's `X-Caspio-Request-ID`. */
  requestId: string
}
