import { IncomingMessage, ServerResponse } from 'node:http'

export interface Learn {
  /** A client secret, in clear or as HTTP Basic, or a refresh token. */
  secret(text: string): void
  /** An access token. */
  bearer(text: string): void
}

/**
 * Tells of every secret and token that goes over this process's wire from now on, so that no test
 * has to remember to name them.
 */
export function learnFromTheWire(learn: Learn): void {
  const readBody = (chunk: unknown) => {
    if (typeof chunk !== 'string' && !(chunk instanceof Uint8Array)) return
    const text = Buffer.from(chunk as string).toString()
    for (const found of matches(text, /(?:^|&)(?:client_secret|refresh_token)=([^&]*)/g)) {
      learn.secret(formDecoded(found))
    }
    for (const found of matches(text, /"refresh_token"\s*:\s*"([^"]+)"/g)) learn.secret(found)
    for (const found of matches(text, /"access_token"\s*:\s*"([^"]+)"/g)) learn.bearer(found)
  }
  const readHeaders = ({ headers }: IncomingMessage) => {
    const [, basic] = /^basic (.+)$/i.exec(headers.authorization ?? '') ?? []
    // Others use HTTP Basic for what is theirs; a token request is a form.
    if (!basic || !/form-urlencoded/.test(headers['content-type'] ?? '')) return
    learn.secret(basic)
    const [, clientSecret] = /^[^:]*:(.*)$/s.exec(Buffer.from(basic, 'base64').toString()) ?? []
    if (clientSecret) learn.secret(formDecoded(clientSecret))
  }

  // What a server hears in a body, and what a client does.
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
