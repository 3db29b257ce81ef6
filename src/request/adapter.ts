import type { AxiosAdapter, AxiosError, AxiosResponse, InternalAxiosRequestConfig } from 'axios'
import { CaspioAuthError, isFailure } from '../contract/errors.js'
import type { Emit } from '../contract/events.js'
import { ownField } from '../lib/own-properties.js'
import type { Token, TokenSource } from '../token/source.js'
import type { Transport } from '../token/transport.js'
import { drain, isOneShot } from './bodies.js'
import { findAdapter } from './find-adapter.js'
import { runRecovery } from './recovery.js'
import type { RedirectGuard } from './redirects.js'
import { wait } from './waiting.js'

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

// AxiosError.toJSON() blots these out of the config that it shows. An agent leads to all that is
// under way on its sockets, the token request too, and holds its own keys and passwords.
const AGENTS = Object.freeze(['httpAgent', 'httpsAgent']) as string[]
const REDACTED = Object.freeze(['authorization', ...AGENTS]) as string[]
// A stream leads to the request that it is piped into, whose header was written out.
const REDACTED_WITH_STREAM = Object.freeze([...REDACTED, 'data']) as string[]

const NOT_RESENT =
  '. axios-caspio-auth did not resend it with a new token: its body, a stream, can be read but once. Send it again with a new stream.'

/** One request on its way. */
interface Dispatch {
  readonly config: Config
  readonly adapter: AxiosAdapter
  readonly authoriser: Authoriser
  /** The `Authorization` header that the caller brought along. */
  readonly callers: unknown
}

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
  // An interceptor's { ...config } inherits what somebody put on Object.prototype, and axios before
  // 1.20 would take its proxy from there.
  if (Object.getPrototypeOf(config) === Object.prototype) Object.setPrototypeOf(config, null)
  // A plugin that re-sends error.config comes by the interceptor again, and then through us once.
  config.adapter = adapters as AxiosAdapter
  const adapter = findAdapter(adapters, config)
  const isOurs = !config.skipCaspioAuth && !config.auth && authoriser.covers(config)
  const callers = isOurs && authorizationOf(config.headers)
  // A stranger's request shares the agent with the token request.
  const redacted = callers === false ? AGENTS : redactedBeside(config.data)
  config.redact = config.redact ? [...config.redact, ...redacted] : redacted
  if (callers === false) return adapter(config)

  config.beforeRedirect = authoriser.guard(config.beforeRedirect)
  const dispatch = { config, adapter, authoriser, callers }
  const token = authoriser.source.acquire(authoriser.via)
  return token instanceof Promise
    ? waitForToken(token, config).then((ready) => send(ready, dispatch))
    : send(token, dispatch)
}

function redactedBeside(data: unknown): string[] {
  return typeof data === 'object' && isOneShot(data) ? REDACTED_WITH_STREAM : REDACTED
}

function send(token: Token, dispatch: Dispatch): Promise<AxiosResponse> {
  const answer = sendOnce(token, dispatch)
  return answer.then(
    (response) =>
      isRejection(response, dispatch) ? recover(token, response, answer, dispatch) : response,
    (error) =>
      isRejection(responseOf(error), dispatch)
        ? recover(token, responseOf(error) as AxiosResponse, answer, dispatch, error)
        : answer,
  )
}

function sendOnce(token: Token, { config, adapter, callers }: Dispatch): Promise<AxiosResponse> {
  // set() finds the header in any case, and cleans the value, which costs more than all the rest
  // here; the token was checked when it came.
  if (callers === undefined) config.headers.Authorization = token.authorization
  else config.headers.set('Authorization', token.authorization)
  return adapter(config)
}

function isRejection(response: AxiosResponse | undefined, { authoriser }: Dispatch): boolean {
  try {
    const verdict: unknown = response && authoriser.shouldRenew(response)
    if (typeof verdict === 'boolean') return verdict
    // One that is asynchronous by mistake may reject.
    if (verdict) Promise.resolve(verdict).catch(noop)
    return false
  } catch {
    return false
  }
}

/** What to do about a rejected token: once, if it can help; twice where the store's did not. */
async function recover(
  rejected: Token,
  { status, data }: AxiosResponse,
  answer: Promise<AxiosResponse>,
  dispatch: Dispatch,
  error?: AxiosError,
  isSecond = false,
): Promise<AxiosResponse> {
  const { config, authoriser } = dispatch
  const { source, via, emit } = authoriser
  emit({ type: 'token-rejected', status })
  if (config.skipAuthRefresh) return answer
  const replacement = source.replace(rejected, via)
  if (!replacement) return answer
  const renewal = Promise.resolve(replacement)
  if (isOneShot(config.data)) {
    // Who sends it again at once shall do so with the new token. An answer that is a stream is
    // handed out before, since the token request may need its connection.
    const renewed = wait(renewal, config).then(noop, noop)
    if (!isOneShot(data)) await renewed
    if (error) error.message += NOT_RESENT
    return answer
  }
  // Nobody will read this answer, and the token request may need its connection.
  drain(data)
  const renewed = waitForToken(renewal, config)
  const settled = renewed.then(noop, noop)
  return runRecovery(
    () => settled,
    async () => {
      const token = await renewed
      emit({ type: 'request-resent' })
      const second = sendOnce(token, dispatch)
      const judge = (response: AxiosResponse | undefined, failed?: AxiosError) => {
        const isRejected = isRejection(response, dispatch)
        if (response) source.tried(token, !isRejected)
        // What another process got may have been revoked together with the first one.
        return response && isRejected && token.isAdopted && !isSecond
          ? recover(token, response, second, dispatch, failed, true)
          : second
      }
      return second.then(judge, (failed) => judge(responseOf(failed), failed))
    },
  )
}

async function waitForToken(shared: Promise<Token>, config: Config): Promise<Token> {
  try {
    return await wait(shared, config)
  } catch (error) {
    if (!isFailure(error)) throw error
    const callers = { ...config }
    // The caller's transforms are for the resource's answer, not for the token endpoint's.
    config.transformResponse = []
    throw new CaspioAuthError(error, callers)
  }
}

// What headers.get() finds, in half of its time: the name in any case.
function authorizationOf(headers: Config['headers']): unknown {
  for (const name of Object.keys(headers)) {
    if (name.length === 13 && name.toLowerCase() === 'authorization') return headers[name]
  }
  return undefined
}

function responseOf(error: unknown): AxiosResponse | undefined {
  return ownField(error, 'response') as AxiosResponse | undefined
}

function noop(): void {}
