import { IncomingMessage, ServerResponse } from 'node:http'

export interface Report {
  /** A client secret, in clear or as HTTP Basic, or a refresh token. */
  secret(text: string): void
  /** An access token. */
  accessToken(text: string): void
}

/**
 * Reports every secret and token that this process sends or receives from now on, so that no test
 * has to name them.
 */
export function findSecretsInTraffic(report: Report): void {
  const readBody = (chunk: unknown) => {
    if (typeof chunk !== 'string' && !(chunk instanceof Uint8Array)) return
    const text = Buffer.from(chunk as string).toString()
    for (const found of matches(text, /(?:^|&)(?:client_secret|refresh_token)=([^&]*)/g)) {
      report.secret(formDecoded(found))
    }
    for (const found of matches(text, /"refresh_token"\s*:\s*"([^"]+)"/g)) report.secret(found)
    for (const found of matches(text, /"access_token"\s*:\s*"([^"]+)"/g)) report.accessToken(found)
  }
  const readHeaders = ({ headers }: IncomingMessage) => {
    const [, basic] = /^basic (.+)$/i.exec(headers.authorization ?? '') ?? []
    // Other requests use HTTP Basic, too. A token request is a form.
    if (!basic || !/form-urlencoded/.test(headers['content-type'] ?? '')) return
    report.secret(basic)
    const [, clientSecret] = /^[^:]*:(.*)$/s.exec(Buffer.from(basic, 'base64').toString()) ?? []
    if (clientSecret) report.secret(formDecoded(clientSecret))
  }

  // The bodies that servers and clients receive.
  before(IncomingMessage.prototype, 'push', (_, chunk) => readBody(chunk))
  for (const method of ['write', 'end'] as const) {
    before(ServerResponse.prototype, method, (response, chunk) => {
      readBody(chunk)
      readHeaders(response.req)
    })
  }
}

function before<T extends object, K extends keyof T>(
  prototype: T,
  method: K,
  look: (self: T, ...args: unknown[]) => void,
): void {
  const original = prototype[method] as (...args: unknown[]) => unknown
  prototype[method] = function (this: T, ...args: unknown[]) {
    look(this, ...args)
    return Reflect.apply(original, this, args)
  } as T[K]
}

function matches(text: string, pattern: RegExp): string[] {
  return [...text.matchAll(pattern)].map(([, found]) => found ?? '')
}

// RFC 6749 §2.3.1.
function formDecoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    return text
  }
}
