import type { AxiosResponse, InternalAxiosRequestConfig } from 'axios'
import { AxiosError } from '../lib/axios.js'
import { own, ownField } from '../lib/own-properties.js'

/**
 * - `ERR_CASPIO_CONFIG`: bad arguments, thrown at once.
 * - `ERR_CASPIO_CREDENTIALS`: the token endpoint refused the client.
 * - `ERR_CASPIO_TOKEN_ENDPOINT`: it was unreachable, timed out, or answered 429 or 5xx after all retries.
 * - `ERR_CASPIO_TOKEN_RESPONSE`: it answered something that is no token.
 */
export type CaspioAuthErrorCode =
  | 'ERR_CASPIO_CONFIG'
  | 'ERR_CASPIO_CREDENTIALS'
  | 'ERR_CASPIO_TOKEN_ENDPOINT'
  | 'ERR_CASPIO_TOKEN_RESPONSE'

/**
 * What went wrong, before it becomes somebody's error: all who share a fetch share its failure,
 * and each gets an error of his own from it.
 */
export interface Failure {
  readonly code: CaspioAuthErrorCode
  readonly message: string
  readonly cause?: Error | undefined
  /** The token endpoint's answer, without the request that led to it. */
  readonly answer?: Pick<AxiosResponse, 'status' | 'statusText' | 'headers' | 'data'>
  readonly requestId?: string | undefined
  readonly nextAttemptAt?: Date
  /** Whether another attempt may fare better: the network, 429, 5xx. */
  readonly retryable?: boolean
  /** `Retry-After`, in ms. */
  readonly retryAfter?: number
  /** Whether it was the grant that was refused, so that another one may do. */
  readonly grantRefused?: boolean
}

/** Whether something thrown is a {@link Failure}, or an error made of one. */
export function isFailure(thrown: unknown): thrown is Failure {
  return `${ownField(thrown, 'code')}`.startsWith('ERR_CASPIO_')
}

// Under Symbol.for, so that the ESM and the CJS copy of the package know each other's errors.
const BRAND = Symbol.for('axios-caspio-auth.error')

/**
 * Why no token could be had. `axios.isAxiosError(error)` holds. It never carries the token
 * request, and no secret: neither in its message nor in anything that hangs on it.
 */
export class CaspioAuthError extends AxiosError {
  /** @internal For `console.log(error)`, which shows the class too where a minifier renamed it. */
  static override readonly name = 'CaspioAuthError'

  /** What kind of failure it is. */
  declare readonly code: CaspioAuthErrorCode
  /** HTTP status of the token endpoint's answer, if there was one. */
  declare readonly status?: number
  /** `X-Caspio-Request-ID` of that answer: Caspio's support asks for it. */
  declare readonly requestId?: string
  /** When the token endpoint will be tried again, at the earliest. */
  declare readonly nextAttemptAt?: Date
  /** The caller's own request, if there was one. */
  declare readonly config?: InternalAxiosRequestConfig
  /** The token endpoint's answer (status, headers, error body), under the caller's `config`. */
  declare readonly response?: AxiosResponse
  /** The network's error, free of request data. */
  declare readonly cause?: Error

  /** @internal */
  constructor(failure: Failure, config?: InternalAxiosRequestConfig) {
    const { message, code, cause, answer, requestId, nextAttemptAt } = own(failure)
    const parts = [
      `axios-caspio-auth: ${message}`,
      requestId && `Caspio's request ID is ${requestId}.`,
      nextAttemptAt && `No further attempt before ${nextAttemptAt.toISOString()}.`,
    ]
    super(parts.filter(Boolean).join(' '), code)
    this.name = 'CaspioAuthError'
    Object.assign(
      this,
      answer && { status: answer.status },
      requestId && { requestId },
      nextAttemptAt && { nextAttemptAt },
    )
    // Bulky things stay out of console.error and structured loggers.
    const response = answer && { ...answer, config: config ?? {} }
    for (const [key, value] of Object.entries({ config, response, cause })) {
      if (value)
        Object.defineProperty(this, key, own({ value, writable: true, configurable: true }))
    }
  }

  /** @internal */
  get [BRAND](): true {
    return true
  }

  /** By the brand: the entry points and the two module formats have a copy of this class each. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return isCaspioAuthError(value)
  }
}

/** Whether `error` is a {@link CaspioAuthError}, of this copy of the package or of another. */
export function isCaspioAuthError(error: unknown): error is CaspioAuthError {
  return Object(error)[BRAND] === true
}

/** For bad arguments. */
export function configError(message: string): CaspioAuthError {
  return new CaspioAuthError({ code: 'ERR_CASPIO_CONFIG', message })
}
