import type { AxiosResponse, InternalAxiosRequestConfig } from 'axios'
import { axios } from '../lib/axios.js'
import { defineHidden, ownText, withoutPrototype } from '../lib/own-properties.js'
import { parseJSON } from '../lib/parse-json.js'

/**
 * - `ERR_CASPIO_CONFIG`: an argument is wrong. Thrown immediately.
 * - `ERR_CASPIO_CREDENTIALS`: the token endpoint refused the client.
 * - `ERR_CASPIO_TOKEN_ENDPOINT`: the token endpoint could not be reached, timed out, or answered 429
 *   or 5xx, after all retries; or your token broker or your function `clientSecret` failed.
 * - `ERR_CASPIO_TOKEN_RESPONSE`: the token endpoint or your token broker returned something other
 *   than a token.
 */
export type CaspioAuthErrorCode =
  | 'ERR_CASPIO_CONFIG'
  | 'ERR_CASPIO_CREDENTIALS'
  | 'ERR_CASPIO_TOKEN_ENDPOINT'
  | 'ERR_CASPIO_TOKEN_RESPONSE'

interface FailureDetails {
  /** What each error's own `cause` is made from. */
  readonly cause?: { readonly message: string; readonly code: unknown }
  /** The token endpoint's answer, without the token request that led to it. */
  readonly answer?: Pick<AxiosResponse, 'status' | 'statusText'> & {
    /** As JSON, so that each error has a copy of its own. */
    readonly headers: string | undefined
    readonly data: string | undefined
  }
  readonly requestId?: string
  readonly nextAttemptAt?: Date
  /** Whether something on the way to the token endpoint may be at fault, such as a proxy. */
  readonly isTransportFault?: boolean
  readonly retryAfterMs?: number
}

/**
 * Why a token request failed. All callers that wait for one token request share its failure; each
 * gets a {@link CaspioAuthError} of its own, made from it.
 */
export interface Failure extends FailureDetails {
  readonly code: CaspioAuthErrorCode
  readonly message: string
}

export function createFailure(
  code: CaspioAuthErrorCode,
  message: string,
  details?: FailureDetails,
): Failure {
  return withoutPrototype({ ...details, code, message })
}

/** Whether something thrown is a {@link Failure}, or an error made from one. */
export function isFailure(thrown: unknown): thrown is Failure {
  return ownText(thrown, 'code').startsWith('ERR_CASPIO_')
}

// Symbol.for, so that the ESM and the CommonJS copy of the package recognise each other's errors.
const BRAND = Symbol.for('axios-caspio-auth.error')

// With an axios that is too old, or a mock, requireSupportedAxios() must be able to say so.
const AxiosError = (
  axios.AxiosError?.prototype instanceof Error ? axios.AxiosError : Error
) as typeof import('axios').AxiosError

/**
 * Says why there is no access token. `axios.isAxiosError(error)` is true for it. It carries no
 * secret, neither in its message nor in its properties, and never the token request.
 */
export class CaspioAuthError extends AxiosError {
  /** @internal `console.log` shows the name of the class, which minifiers change. */
  static override readonly name = 'CaspioAuthError'

  /** The kind of failure. */
  declare readonly code: CaspioAuthErrorCode
  /** HTTP status of the token endpoint's answer, if there was one. */
  declare readonly status?: number
  /** `X-Caspio-Request-ID` of that answer. Caspio's support asks for it. */
  declare readonly requestId?: string
  /** Until then the plugin sends no token request, unless you call `invalidate()` or ask to `renew`. */
  declare readonly nextAttemptAt?: Date
  /** The caller's own request, if there was one. */
  declare readonly config?: InternalAxiosRequestConfig
  /** The token endpoint's answer: status, headers and error body. Its `config` is the caller's. */
  declare readonly response?: AxiosResponse
  /** The network error, without any request data. */
  declare readonly cause?: Error

  /** @internal */
  constructor(failure: Failure, config?: InternalAxiosRequestConfig) {
    const { message, code, cause, answer, requestId, nextAttemptAt } = failure
    const sentences = [
      `axios-caspio-auth: ${message}`,
      requestId && `Caspio's request ID is ${requestId}.`,
      nextAttemptAt && `The plugin does not try again before ${nextAttemptAt.toISOString()}.`,
    ]
    super(sentences.filter(Boolean).join(' '))
    Object.assign(
      this,
      { name: 'CaspioAuthError', code },
      answer && { status: answer.status },
      requestId && { requestId },
      nextAttemptAt && { nextAttemptAt: new Date(nextAttemptAt) },
    )
    const response = answer && {
      ...answer,
      headers: new axios.AxiosHeaders(parseJSON(answer.headers) as never),
      data: parseJSON(answer.data),
      config: config ?? {},
    }
    const hidden = { config, response, cause: cause && Object.assign(Error(cause.message), cause) }
    // Loggers print enumerable properties, and these are long.
    for (const [key, value] of Object.entries(hidden)) {
      if (value) defineHidden(this, key, value)
    }
  }

  /** @internal */
  get [BRAND](): true {
    return true
  }

  /** Recognises the errors of every copy of the package: each entry point has its own class. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return isCaspioAuthError(value)
  }
}

/** Whether `error` is a {@link CaspioAuthError}, of this copy of the package or of another one. */
export function isCaspioAuthError(error: unknown): error is CaspioAuthError {
  return Object(error)[BRAND] === true
}

/** The error for a wrong argument. */
export function configError(message: string): CaspioAuthError {
  return new CaspioAuthError(createFailure('ERR_CASPIO_CONFIG', message))
}
