import type { CaspioApiLogEntry, CaspioLog, CaspioTokenLogEntry } from './log-types.js'
import type { ReceivedRequest } from './received-request.js'
import type { TokenRequest } from './token/token-request.js'

/** The account's log. Users see it as a read-only {@link CaspioLog}. */
export class RequestLog implements CaspioLog {
  readonly token: CaspioTokenLogEntry[] = []
  readonly api: CaspioApiLogEntry[] = []

  clear(): void {
    this.token.length = 0
    this.api.length = 0
  }

  addTokenRequest(
    request: ReceivedRequest,
    tokenRequest: TokenRequest,
    status: number,
    error: string | undefined,
  ): void {
    const { at, method, headers } = request
    const { grant, clientAuthentication, authorization } = tokenRequest
    const contentType = headers['content-type']
    this.token.push({
      at,
      method,
      grant,
      clientAuthentication,
      contentType,
      authorization,
      status,
      error,
    })
  }

  addApiRequest(request: ReceivedRequest, status: number): void {
    const { at, method, target, headers, requestId } = request
    // A copy that is not a Buffer: test frameworks do not count a Buffer equal to a Uint8Array.
    const body = Uint8Array.from(request.body)
    this.api.push({ at, method, path: target, headers, body, status, requestId })
  }
}
