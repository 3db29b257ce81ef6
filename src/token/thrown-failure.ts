import type { Failure } from '../contract/errors.js'
import { ownField } from '../lib/own-properties.js'
import { printable } from '../lib/redact.js'

/**
 * For what a token request or a broker threw. Only its words and its code are passed on: the thrown
 * error itself may carry a whole request, secrets included.
 */
export function thrownFailure(
  thrown: unknown,
  explain: (reason: string) => string,
  scrub = (text: string) => text,
): Failure {
  const [words, code] = partsOf(thrown)
  const reason = printable(scrub(words))
  // An answer that was cut off for its size came from somebody, but is no token.
  const isTooLong = reason.startsWith('maxContentLength')
  return {
    code: isTooLong ? 'ERR_CASPIO_TOKEN_RESPONSE' : 'ERR_CASPIO_TOKEN_ENDPOINT',
    message: explain(reason),
    cause: Object.assign(new Error(reason), { code }),
    retryable: !isTooLong,
  }
}

function partsOf(thrown: unknown): [words: string, code: unknown] {
  try {
    const cause = ownField(thrown, 'cause')
    // fetch says "Network Error", and a host of many addresses nothing at all: what it was is beneath.
    const words = [thrown, cause].map((it) => ownField(it, 'message') || ownField(it, 'code'))
    const said = new Set(words.filter(Boolean).map(String))
    return [
      [...said].join(': ') || String(thrown),
      ownField(cause, 'code') ?? ownField(thrown, 'code'),
    ]
  } catch {
    // Anything can be thrown, even what throws itself when it is looked at.
    return ['what it threw cannot be read', undefined]
  }
}
