import axios, {
  type AxiosAdapter,
  type AxiosError,
  type AxiosResponse,
  getAdapter,
  type InternalAxiosRequestConfig,
} from 'axios'
import { drain, isOneShot } from './body.js'
import { isCaspioAuthError } from './errors.js'
import type { Emit } from './events.js'
import { runRecovery } from './recovery.js'
import type { RedirectGuard } from './redirect-guard.js'
import type { Token, TokenSource } from './token-source.js'
import type { Transport } from './transport.js'
import { wait } from './wait.js'

type Config = InternalAxiosRequestConfig

/** What the authorised adapter of one instance works with. */
export interface Authoriser {
  readonly source: TokenSource
  readonly covers: (config: Config) => boolean
  readonly shouldRenew: (response: AxiosResponse) => boolean
  readonly guard: RedirectGuard
  readonly via: Transport
  readonly emit: Emit
}

// AxiosError.toJSON() blots these out of the config that it shows.
const REDACTED = Object.freeze(['authorization']) as string[]

const NOT_RESENT =
  '. axios-caspio-auth renews the token but did not resend the request: its body, a stream, can be read but once. Send it again with a new one.'

/**
 * Sends one request: authorised if it goes to Caspio, untouched if not.
 *
 * @param adapters the config's own
 */
export function sendAuthorised(
  config: Config,
  adapters: Config['adapter'],
  authoriser: Authoriser,
): Promise<AxiosResponse> {
  // A plugin that re-sends error.config comes by the interceptor again, and then through us once.
  config.adapter = adapters as AxiosAdapter
  const adapter = getAdapter(adapters || axios.defaults.adapter, config)
  const { headers, skipCaspioAuth, auth } = config
  if (skipCaspioAuth || auth || headers.get('Authorization') === false) return adapter(config)
  const { source, covers, shouldRenew, guard, via, emit } = authoriser
  if (!covers(config)) return adapter(config)

  config.redact = config.redact ? [...config.redact, ...REDACTED] : REDACTED
  config.beforeRedirect = guard(config.beforeRedirect)
  const token = source.acquire(via)
  return token instanceof Promise ? waitForToken(token).then(send) : send(token)

  function send(token: Token): Promise<AxiosResponse> {
    const answer = sendWith(token)
    if (config.skipAuthRefresh) return answer
    return answer.then(
      (response) => (isRejection(response) ? recover(token, response, answer) : response),
      (error) =>
        isRejection(error?.response) ? recover(token, error.response, answer, error) : answer,
    )
  }

  function sendWith(token: Token): Promise<AxiosResponse> {
    // set() cleans the value, which costs more than all the rest here; the token was checked.
    if (headers.has('Authorization')) headers.set('Authorization', token.authorization)
    else headers.Authorization = token.authorization
    return adapter(config)
  }

  function isRejection(response: AxiosResponse | undefined): boolean {
    try {
      return response !== undefined && shouldRenew(response) === true
    } catch {
      return false
    }
  }

  /** What to do about a rejected token: once, if it can help. */
  async function recover(
    rejected: Token,
    { status, data }: AxiosResponse,
    answer: Promise<AxiosResponse>,
    error?: AxiosError,
  ): Promise<AxiosResponse> {
    emit({ type: 'token-rejected', status })
    const replacement = source.replace(rejected, via)
    if (!replacement) return answer
    const renewal = Promise.resolve(replacement)
    if (isOneShot(config.data)) {
      // The next request will have the new token, or hear why there is none.
      renewal.catch(() => {})
      if (error) error.message += NOT_RESENT
      return answer
    }
    const renewed = waitForToken(renewal)
    return runRecovery(
      () => renewed.then(noop, noop),
      async () => {
        drain(data)
        return resend(await renewed)
      },
    )
  }

  async function resend(token: Token): Promise<AxiosResponse> {
    emit({ type: 'request-resent' })
    const answer = sendWith(token)
    const judge = (response: AxiosResponse | undefined) =>
      response && source.tried(token, !isRejection(response))
    await answer.then(judge, (error) => judge(error?.response))
    return answer
  }

  async function waitForToken(shared: Promise<Token>): Promise<Token> {
    try {
      return await wait(shared, config)
    } catch (error) {
      if (!isCaspioAuthError(error)) throw error
      const callers = { ...config }
      // The caller's transforms are for the resource's answer, not for the token endpoint's.
      config.transformResponse = []
      throw error.with({ config: callers })
    }
  }
}

function noop(): void {}
