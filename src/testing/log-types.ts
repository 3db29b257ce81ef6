/** The received requests in the order of their answers. A request is added just before its answer. */
export interface CaspioLog {
  /** The token requests: all requests to the token endpoint. The array grows with each. */
  readonly token: readonly CaspioTokenLogEntry[]
  /** All other requests. The array grows with each. */
  readonly api: readonly CaspioApiLogEntry[]
  /** Empties both arrays. Never throws. */
  clear(): void
}

/** One request to the token endpoint. It holds no secret, so you may print it. */
export interface CaspioTokenLogEntry {
  /** When the request arrived, in milliseconds since the epoch. */
  at: number
  /** The HTTP method, in upper case. */
  method: string
  /** `grant_type` as the client sent it. */
  grant: string | undefined
  /** Where the client put its credentials, right or wrong: a Basic header or the body. */
  clientAuthentication: 'basic' | 'body' | undefined
  /** The `Content-Type` as the client sent it. */
  contentType: string | undefined
  /** The scheme of the `Authorization` header. */
  authorization: 'basic' | 'bearer' | 'other' | undefined
  /** The status of the answer. `0` if the client got none: a reset, a hang, or it left earlier. */
  status: number
  /** The OAuth error code of the answer. `undefined` if there is none, or if a fault set the body. */
  error: string | undefined
}

/** One request to anything but the token endpoint. */
export interface CaspioApiLogEntry {
  /** When the request arrived, in milliseconds since the epoch. */
  at: number
  /** The HTTP method, in upper case. */
  method: string
  /** The path with the query, as the client sent it. */
  path: string
  /** The headers, by their names in lower case. `authorization` holds the access token. */
  headers: Record<string, string>
  /** The body as it arrived: a part of it if the client left early, empty if it was over 50 MB. */
  body: Uint8Array
  /** The status of the answer. `0` if the client got none: a reset, a hang, or it left earlier. */
  status: number
  /** The answer's `X-Caspio-Request-ID`. */
  requestId: string
}
