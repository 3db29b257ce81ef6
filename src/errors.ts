import { AxiosError, type AxiosResponse, type InternalAxiosRequestConfig } from 'axios'

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

/** What an error may carry beside its message and code. */
interface Facts {
  readonly cause?: Error
  /** The token endpoint's answer, without the request that led to it. */
  readonly answer?: Pick<AxiosResponse, 'status' | 'statusText' | 'headers' | 'data'>
  readonly requestId?: string | undefined
  readonly nextAttemptAt?: Date
  readonly config?: InternalAxiosRequestConfig | undefined
}

// Under Symbol.for, so that the ESM and the CJS copy of the package know each other's errors.
const BRAND = Symbol.for('axios-caspio-auth.error')

/** Where the three values stand. Ends many a message. */
export const IN_THE_ACCOUNT =
  'in the Caspio account under Access permissions > Web services profiles > (profile)'

/**
 * Why no token could be had. `axios.isAxiosError(error)` holds. It never carries the token
 * request, and no secret: neither in its message nor in anything that hangs on it.
 */
export class CaspioAuthError extends AxiosError {
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

  readonly #message: string
  readonly #facts: Facts

  /** @internal */
  constructor(message: string, code: CaspioAuthErrorCode, facts: Facts = {}) {
    const { answer, cause, config, ...plain } = facts
    const next = facts.nextAttemptAt
    super(
      `axios-caspio-auth: ${message}${next ? ` No further attempt before ${next.toISOString()}.` : ''}`,
      code,
    )
    this.#message = message
    this.#facts = facts
    this.name = 'CaspioAuthError'
    Object.assign(this, plain, answer && { status: answer.status })
    const hidden = {
      // Bulky things stay out of console.error and structured loggers.
      config,
      cause,
      response: answer && { ...answer, config: config ?? {} },
      toJSON: () => ({ ...AxiosError.prototype.toJSON.call(this), ...plain }),
      [BRAND]: true,
    }
    for (const key of Reflect.ownKeys(hidden) as (keyof typeof hidden)[]) {
      Object.defineProperty(this, key, { value: hidden[key], writable: true, configurable: true })
    }
  }

  /**
   * The same failure with more facts: all who share a fetch share its outcome, not the object.
   *
   * @internal
   */
  with(facts: Facts): CaspioAuthError {
    return new CaspioAuthError(this.#message, this.code, { ...this.#facts, ...facts })
  }
}

/** Whether `error` is a {@link CaspioAuthError}, of this copy of the package or of another. */
export function isCaspioAuthError(error: unknown): error is CaspioAuthError {
  return Object(error)[BRAND] === true
}

/** For bad arguments. */
export function configError(message: string): CaspioAuthError {
  return new CaspioAuthError(message, 'ERR_CASPIO_CONFIG')
}
