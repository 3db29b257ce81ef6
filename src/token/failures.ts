import type { AxiosResponse } from 'axios'
import {
  type CaspioAuthErrorCode,
  createFailure,
  type Failure,
  isFailure,
} from '../contract/errors.js'
import { IN_YOUR_ACCOUNT } from '../contract/in-your-account.js'
import { axios } from '../lib/axios.js'
import { ownProperty, ownText } from '../lib/own-properties.js'
import { createRedact, printable, type Redact } from '../lib/redact.js'
import { parseRetryAfter } from '../lib/retry-after.js'
import { isUnavailable } from './unavailable.js'

interface AnswerDetails {
  /** Parsed, if it is JSON. */
  readonly body: unknown
  /** What is wrong with a body that should hold a token. */
  readonly fault: string | undefined
  /** The name of the token endpoint in messages. */
  readonly endpoint: string
  readonly redact: Redact
  /** What else to try if the client was refused. */
  readonly hint: string
}

/** The failure for an answer of the token endpoint without a token. */
export function answerFailure(
  { status, statusText, headers: received }: AxiosResponse,
  { body, fault, endpoint, redact, hint }: AnswerDetails,
): Failure {
  const headers = axios.AxiosHeaders.from(received as never)
  const data = redactedJSON(body, redact)
  const error = ownText(body, 'error')
  const [code, advice] = explain(status, `${data}`, error, fault, hint)
  const words = [`${status}`, error, ownText(body, 'error_description')]
  return createFailure(
    code,
    `${endpoint} answered ${printable(redact(words.filter(Boolean).join(' ')))}${advice}`,
    {
      // A proxy may have sent these. Caspio sends 403 to an address that the profile does not allow.
      isTransportFault: status === 403 || status === 407 || status > 499,
      retryAfterMs: parseRetryAfter(headers.get('Retry-After')),
      answer: {
        status,
        statusText: redact(String(statusText ?? '')),
        headers: redactedJSON(headers, redact),
        // A successful answer may contain a token.
        data: fault ? undefined : data,
      },
      requestId: printable(redact(String(headers.get('X-Caspio-Request-ID') ?? ''))),
    },
  )
}

/** The code, and what follows "the token endpoint … answered 400 invalid_client" in the message. */
function explain(
  status: number,
  text: string,
  error: string,
  fault: string | undefined,
  hint: string,
): [CaspioAuthErrorCode, string] {
  if (status === 407) {
    // The token endpoint has not seen this request.
    const advice = ": a proxy refused the request. Check the proxy's user name and password."
    return ['ERR_CASPIO_TOKEN_ENDPOINT', advice]
  }
  if (isUnavailable(status, text)) {
    const reason = status > 499 ? 'it has a problem' : 'it received too many calls'
    return ['ERR_CASPIO_TOKEN_ENDPOINT', `: ${reason}.`]
  }
  // Caspio answers 403 to an address that the profile does not allow.
  const profilePart =
    status === 403
      ? 'IP list'
      : /ProfileDisabled|sufficientPrivileges/.test(text) && 'state and permissions'
  const isRefused =
    status === 401 ||
    // invalid_grant is about the client, too: a refused refresh grant is followed by client credentials.
    /^((invalid|unauthorized)_client|access_denied|invalid_grant)$/.test(error)
  if (profilePart || isRefused) {
    const refusal = profilePart
      ? `profile. Check the ${profilePart} of the profile, ${IN_YOUR_ACCOUNT}.`
      : `client. Check clientID and clientSecret. Find them ${IN_YOUR_ACCOUNT}.${hint}`
    return ['ERR_CASPIO_CREDENTIALS', `: it refused the ${refusal}`]
  }
  // Browsers show a redirect as the status 0.
  const redirect =
    ', a redirect. The plugin does not follow it, because the secret would go to another server'
  const other = status < 400 ? redirect : ' instead of a token'
  const problem = fault ? `, but the body is not a token: ${fault}` : other
  const advice = `${problem}. Check tokenEndpointURL. Find it ${IN_YOUR_ACCOUNT}.`
  return ['ERR_CASPIO_TOKEN_RESPONSE', advice]
}

/** JSON without tokens and secrets; undefined if the value is nested too deeply. */
function redactedJSON(value: unknown, redact: Redact): string | undefined {
  const redactItem = (key: string, item: unknown) => {
    if (/^(access|refresh)_token$/.test(key)) return undefined
    if (Object(item) === item) return item
    const text = redact(String(item))
    return text === String(item) ? item : text
  }
  try {
    // Once more as a whole, for the names.
    return redact(JSON.stringify(value, redactItem))
  } catch {
    return undefined
  }
}

/** The failure that an issuer rejected with, or one made from anything else that it threw. */
export function toFailure(thrown: unknown): Failure {
  return isFailure(thrown) ? thrown : thrownFailure(thrown)
}

/**
 * A failure made from something thrown. It keeps only the words and the code: the thrown error may
 * carry the whole request, secrets included.
 */
export function thrownFailure(
  thrown: unknown,
  explainReason: (reason: string) => string = String,
  redact: Redact = createRedact([]),
): Failure {
  const [words, code] = readThrown(thrown)
  const reason = printable(redact(words))
  // Something answered, but more than a token needs.
  const isTooLong = reason.startsWith('maxContentLength')
  return createFailure(
    isTooLong ? 'ERR_CASPIO_TOKEN_RESPONSE' : 'ERR_CASPIO_TOKEN_ENDPOINT',
    explainReason(reason),
    { cause: { message: reason, code } },
  )
}

function readThrown(thrown: unknown): [words: string, code: unknown] {
  try {
    // fetch says no more than "Network Error", and a host with several addresses says nothing: the
    // reason is in the cause.
    const errors = [thrown, ownProperty(thrown, 'cause')]
    const codes = errors.map((error) => ownProperty(error, 'code'))
    const words = errors.map((error, index) => ownProperty(error, 'message') || codes[index])
    const distinct = new Set(words.filter(Boolean).map(String))
    const code = codes[1] ?? codes[0]
    return [[...distinct].join(': ') || String(thrown), Object(code) === code ? undefined : code]
  } catch {
    // Anything can be thrown, even an object whose properties throw.
    return ['the thrown value cannot be read', undefined]
  }
}
