/** Slows down one part of the account, or makes it fail. */
export interface CaspioEndpoint {
  /**
   * Milliseconds between a request's effect and its answer, in real time even if the clock is faked.
   * A token is issued before this delay. At most 2,147,483,647.
   *
   * @default 0
   * @throws TypeError if you set it to anything but a number in this range
   */
  latency: number
  /**
   * Makes requests fail from now on. If you call it several times, each request gets the oldest
   * fault that matches it and has some of its `times` left.
   *
   * @param fault what goes wrong. Without it, every request gets 503.
   * @throws TypeError if a property is unknown, or if `status`, `times`, `retryAfter` or a header is invalid
   */
  fail(fault?: CaspioFault): void
  /** Removes all faults. Requests that hang stay without an answer. Never throws. */
  restore(): void
}

/** What happens to a request instead of its usual answer. The request changes no data. */
export interface CaspioFault {
  /**
   * The HTTP status, from 200 to 599.
   *
   * @default 503
   */
  status?: number
  /**
   * How many requests fail. Set it to see how your code recovers.
   *
   * @default Infinity
   */
  times?: number
  /**
   * Only requests whose path begins with this string fail. The query is not part of the path.
   *
   * @default every request fails
   */
  path?: string
  /**
   * The `Retry-After` header: seconds, or an HTTP date.
   *
   * @default no such header
   */
  retryAfter?: number | string
  /**
   * More headers. They replace the usual headers of the same names.
   *
   * @default {}
   */
  headers?: Record<string, string>
  /**
   * The answer's body. Its type is `application/json` unless `headers` has another one.
   *
   * @default the usual error of that status; no body if the status is below 400
   */
  body?: string | Uint8Array
  /**
   * Resets the connection (TCP RST) instead of answering.
   *
   * @default false
   */
  reset?: boolean
  /**
   * Never answers. The connection stays open until the client or `close()` closes it.
   *
   * @default false
   */
  hang?: boolean
}
