import type { Failure } from './errors.js'
import { ownField } from './token-answer.js'

/**
 * For what a token request or a broker threw. Only its words and its code are passed on: the thrown
 * error itself may carry a whole request, secrets included.
 */
export function thrownFailure(
  thrown: unknown,
  explain: (reason: string) => string,
  scrub = (text: string) => text,
): Failure {
  const cause = ownField(thrown, 'cause')
  // fetch says "Network Error", and a host of many addresses nothing at all: what it was is beneath.
  const words = [thrown, cause].map((it) => ownField(it, 'message') || ownField(it, 'code'))
  const said = new Set(words.filter(Boolean).map(String))
  const reason = scrub([...said].join(': ') || String(thrown))
  // An answer that was cut off for its size came from somebody, but is no token.
  const isTooLong = reason.startsWith('maxContentLength')
  return {
    code: isTooLong ? 'ERR_CASPIO_TOKEN_RESPONSE' : 'ERR_CASPIO_TOKEN_ENDPOINT',
    message: explain(reason),
    cause: Object.assign(new Error(reason), {
      code: ownField(cause, 'code') ?? ownField(thrown, 'code'),
    }),
    retryable: !isTooLong,
  }
}
