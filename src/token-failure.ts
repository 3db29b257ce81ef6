import { AxiosHeaders, type AxiosResponse } from 'axios'
import { CaspioAuthError, type CaspioAuthErrorCode, IN_THE_ACCOUNT } from './errors.js'
import { parseRetryAfter } from './retry-after.js'
import { ownField } from './token-answer.js'

export interface Failure {
  readonly error: CaspioAuthError
  /** Whether another attempt may fare better: the network, 429, 5xx. */
  readonly retryable?: boolean
  /** `Retry-After`, in ms. */
  readonly retryAfter?: number
  /** Whether it was the grant that was refused, so that another one may do. */
  readonly grantRefused?: boolean
}

type Scrub = (text: string) => string

/** Why there was no answer, or no end of it. */
export function networkFailure(thrown: unknown, endpoint: string, scrub: Scrub): Failure {
  const reason = scrub(String(ownField(thrown, 'message') ?? thrown))
  // The thrown error itself may carry the whole token request.
  const cause = Object.assign(new Error(reason), { code: ownField(thrown, 'code') })
  return reason.startsWith('maxContentLength')
    ? {
        error: new CaspioAuthError(
          `${endpoint} answered too much for a token (${reason}). Check tokenEndpointURL.`,
          'ERR_CASPIO_TOKEN_RESPONSE',
          { cause },
        ),
      }
    : {
        retryable: true,
        error: new CaspioAuthError(
          `${endpoint} could not be reached (${reason}). Check the network, and tokenEndpointURL.`,
          'ERR_CASPIO_TOKEN_ENDPOINT',
          { cause },
        ),
      }
}

/**
 * Why an answer is no token.
 *
 * @param malformed what is wrong with it, if its status promised a token
 */
export function answerFailure(
  { status, statusText, headers: received }: AxiosResponse,
  body: unknown,
  malformed: string | undefined,
  isRefresh: boolean,
  endpoint: string,
  scrub: Scrub,
): Failure {
  const headers = AxiosHeaders.from(received as AxiosHeaders)
  const oauth = ownField(body, 'error')
  const said = [status, oauth, ownField(body, 'error_description')].filter(Boolean).join(' ')
  const fail = (code: CaspioAuthErrorCode, advice: string): CaspioAuthError =>
    new CaspioAuthError(`${endpoint} answered ${scrub(said).slice(0, 300)}${advice}`, code, {
      answer: {
        status,
        statusText,
        headers: AxiosHeaders.from(scrubbed(headers, scrub)),
        // The body of what should have been a token may hold one.
        data: malformed ? undefined : scrubbed(body, scrub),
      },
      requestId: headers.get('X-Caspio-Request-ID')?.toString(),
    })

  if (status === 429 || status > 499 || isRateLimit(status, body)) {
    return {
      retryable: true,
      retryAfter: parseRetryAfter(headers.get('Retry-After')),
      error: fail(
        'ERR_CASPIO_TOKEN_ENDPOINT',
        ': it is out of order, or called too often. Try again later.',
      ),
    }
  }
  if (status === 401 || status === 403 || refusesClient(oauth, isRefresh)) {
    return {
      error: fail(
        'ERR_CASPIO_CREDENTIALS',
        `: it refused the client. Check clientID and clientSecret, which stand ${IN_THE_ACCOUNT}.`,
      ),
    }
  }
  // Browsers hide a redirect behind the status 0.
  const redirect = status < 400 ? ' Redirects are not followed: they would carry the secret.' : ''
  return {
    grantRefused: status > 399,
    error: fail(
      'ERR_CASPIO_TOKEN_RESPONSE',
      `, which is no token${malformed ? `: ${malformed}` : ''}.${malformed ? '' : redirect} Check tokenEndpointURL, which stands ${IN_THE_ACCOUNT}.`,
    ),
  }
}

// RFC 6749 §5.2. A client-credentials request has no other grant than the client.
function refusesClient(oauth: unknown, isRefresh: boolean): boolean {
  return (
    /^(invalid|unauthorized)_client$|^access_denied$/.test(String(oauth)) ||
    (oauth === 'invalid_grant' && !isRefresh)
  )
}

// Caspio answers 400, too, to who calls too often.
function isRateLimit(status: number, body: unknown): boolean {
  return status === 400 && `${JSON.stringify(body)}`.includes('api-calls-rate')
}

function scrubbed<T>(value: T, scrub: Scrub): T {
  const text = JSON.stringify(value, (key, entry) =>
    /^(access|refresh)_token$/.test(key) ? '' : entry,
  )
  return JSON.parse(scrub(text ?? 'null'))
}
