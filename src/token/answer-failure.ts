import type { AxiosResponse } from 'axios'
import type { CaspioAuthErrorCode, Failure } from '../contract/errors.js'
import { IN_THE_ACCOUNT } from '../contract/in-the-account.js'
import { AxiosHeaders } from '../lib/axios.js'
import { ownField } from '../lib/own-properties.js'
import { printable } from '../lib/redact.js'
import { parseRetryAfter } from '../lib/retry-after.js'

type Scrub = (text: string) => string

// Of an error body, so that no answer can exhaust the stack.
const MAX_DEPTH = 20

// A token where the body is no JSON: cut off, wrapped in something, or JSON within a text.
const TOKEN_IN_TEXT = /((?:access|refresh)_token[\\"'\s]*[:=>][\\"'\s]*)[\w\-.~+/]{16,}=*/g

/**
 * Why the token endpoint's answer is no token.
 *
 * @param endpoint the words for it
 * @param malformed what is wrong with the body, if the status promised a token
 */
export function answerFailure(
  { status, statusText, headers: received }: AxiosResponse,
  body: unknown,
  malformed: string | false,
  isRefresh: boolean,
  endpoint: string,
  blot: Scrub,
): Failure {
  const scrub: Scrub = (text) => blot(text).replace(TOKEN_IN_TEXT, '$1[redacted]')
  const headers = AxiosHeaders.from(received as AxiosHeaders)
  const [oauth = '', description = ''] = ['error', 'error_description'].map((name) => {
    const text = ownField(body, name)
    return typeof text === 'string' ? text : ''
  })
  const said = `${status} ${oauth} ${description}`.trim()
  const data = scrubbed(body, scrub)
  const failure = (code: CaspioAuthErrorCode, advice: string): Failure => ({
    code,
    message: `${endpoint} answered ${printable(scrub(said))}${advice}`,
    answer: {
      status,
      statusText: scrub(statusText ?? ''),
      headers: AxiosHeaders.from(scrubbed(headers, scrub) as AxiosHeaders),
      // The body of what should have been a token may hold one.
      data: malformed ? undefined : data,
    },
    requestId: printable(scrub(String(headers.get('X-Caspio-Request-ID') ?? ''))),
  })

  if (status === 407) {
    // Who asks for this stands in between: the token endpoint has not seen the request.
    return failure(
      'ERR_CASPIO_TOKEN_ENDPOINT',
      ': a proxy on the way there refused. Check the user and the password for it.',
    )
  }
  // Caspio answers 400, too, to who calls too often.
  if (
    status === 429 ||
    status > 499 ||
    (status === 400 && /api-calls-rate/.test(JSON.stringify(data)))
  ) {
    return {
      ...failure('ERR_CASPIO_TOKEN_ENDPOINT', ': it is out of order, or called too often.'),
      retryable: true,
      retryAfter: parseRetryAfter(headers.get('Retry-After')),
    }
  }
  if (
    status === 401 ||
    status === 403 ||
    /^(invalid|unauthorized)_client$|^access_denied$/.test(oauth) ||
    // A client-credentials request has no other grant than the client.
    (oauth === 'invalid_grant' && !isRefresh)
  ) {
    return failure(
      'ERR_CASPIO_CREDENTIALS',
      `: it refused the client. Check clientID and clientSecret, which stand ${IN_THE_ACCOUNT}.`,
    )
  }
  const why =
    malformed ||
    // Browsers hide a redirect behind the status 0.
    (status < 400 ? 'redirects are not followed, since they would carry the secret' : '')
  return {
    ...failure(
      'ERR_CASPIO_TOKEN_RESPONSE',
      `, which is no token${why && `: ${why}`}. Check tokenEndpointURL, which stands ${IN_THE_ACCOUNT}.`,
    ),
    grantRefused: status > 399,
  }
}

function scrubbed(value: unknown, scrub: Scrub, depth = 0): unknown {
  if (Object(value) !== value) {
    const text = String(value)
    const safe = scrub(text)
    return safe === text ? value : safe
  }
  if (depth > MAX_DEPTH) return undefined
  if (Array.isArray(value)) return value.map((entry) => scrubbed(entry, scrub, depth + 1))
  return Object.fromEntries(
    Object.entries(value as object)
      .filter(([key]) => !/^(access|refresh)_token$/.test(key))
      .map(([key, entry]) => [scrub(key), scrubbed(entry, scrub, depth + 1)]),
  )
}
