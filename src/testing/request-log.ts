import type { Call } from './call.js'
import type { TokenRequest } from './token-request.js'
import type { CaspioApiLogEntry, CaspioLog, CaspioTokenLogEntry } from './types.js'

/** The account's log, and the side of it that is written to. */
export class RequestLog implements CaspioLog {
  readonly token: CaspioTokenLogEntry[] = []
  readonly api: CaspioApiLogEntry[] = []

  clear(): void {
    this.token.length = 0
    this.api.length = 0
  }

  addToken(call: Call, request: TokenRequest, status: number, error: string | undefined): void {
    const { at, method, headers } = call
    const { grant, clientAuthentication, authorization } = request
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

  addApi(call: Call, status: number): void {
    const { at, method, target, headers, requestId } = call
    // A Uint8Array of its own, since a Buffer is not equal to one in the eyes of test frameworks.
    const body = Uint8Array.from(call.body)
    this.api.push({ at, method, path: target, headers, body, status, requestId })
  }
}
