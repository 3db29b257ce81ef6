import axios, {
  AxiosError,
  type AxiosInstance,
  type AxiosResponse,
  CanceledError,
  type InternalAxiosRequestConfig,
} from 'axios'
import { attachCaspioAuth, type CaspioAuth, isCaspioAuthError } from '../../../src/index.js'
import { witness } from '../../support/hygiene.js'
import { RETRIES, SourceModel, TIMEOUT_IN_MS, TOKEN_LIFE_IN_S } from './source-model.js'
import type { VirtualClock } from './virtual-clock.js'

const ORIGIN = 'https://a1bcd234.caspio.com'
const CALL_TIMEOUT_IN_MS = 3_000

export type Fault =
  | 'network'
  | 'hang'
  | 'credentials'
  | 'nonsense'
  | { readonly retryAfter: number }
/** Which resources reject every token. */
export type Forbidden = 'nothing' | '/rows' | 'everything'
export type Manner = 'plain' | 'timed' | 'abortable' | 'unrecovered'

/** One call by a user, from start to end. */
class Call {
  readonly sends: { readonly token: string | undefined; status?: number }[] = []
  readonly controller = new AbortController()
  readonly failuresBefore: number
  mayFail: boolean
  mayBeUnrecovered: boolean
  mayBeResent = true
  settled = false

  /** @param model the model of the token source that serves it; undefined if nothing is attached */
  constructor(
    readonly manner: Manner,
    readonly model: SourceModel | undefined,
    readonly startedAt: number,
  ) {
    this.failuresBefore = model?.failures ?? 0
    this.mayFail = Boolean(model?.isInCooldown)
    this.mayBeUnrecovered = manner === 'unrecovered'
  }
}

/**
 * A Caspio account, its network and its users, in memory and in virtual time. It reports all traffic
 * to the models of the token sources, and checks how each call ends.
 */
export class World {
  tokenLatency = 50
  apiLatency = 20
  /** How the next `faults` token requests fail. */
  fault: Fault | undefined
  faults = 0
  forbidden: Forbidden = 'nothing'
  readonly models = new Map<string, SourceModel>()
  readonly violations: string[] = []
  readonly #clock: VirtualClock
  readonly #api: AxiosInstance
  readonly #lives = new Map<string, number>()
  readonly #refreshTokens = new Set<string>()
  readonly #calls: Call[] = []
  #auth!: CaspioAuth
  #attached!: CaspioAuth
  #serving: SourceModel | undefined
  #last!: SourceModel
  #sources = 0
  #tokens = 0

  constructor(clock: VirtualClock) {
    this.#clock = clock
    this.#api = axios.create({
      baseURL: `${ORIGIN}/rest/v2`,
      adapter: (config) =>
        config.url?.endsWith('/token') ? this.#issue(config) : this.#serve(config),
    })
    this.attach(true)
  }

  /** The model of the token source that was attached last. */
  get model(): SourceModel {
    return this.#last
  }

  get isAttached(): boolean {
    return this.#serving !== undefined
  }

  /** The status of the call that started last. */
  get lastStatus(): number | undefined {
    return this.#calls.at(-1)?.sends.at(-1)?.status
  }

  /** Makes everything work again. */
  heal(): void {
    this.faults = 0
    this.forbidden = 'nothing'
    this.apiLatency = 20
    if (!this.isAttached) this.attach(false)
  }

  /** How many calls have not settled. */
  get open(): number {
    return this.#calls.filter(({ settled }) => !settled).length
  }

  /** When nothing is running: is anything left that should have ended? */
  rested(): void {
    const now = this.#clock.monotonic
    for (const { manner, sends, settled, controller, startedAt } of this.#calls) {
      if (settled) continue
      if (controller.signal.aborted) this.violations.push('a call has not settled after its abort')
      // The timeout applies to each wait for a token and to each send.
      const phases = 2 * sends.length + 1
      if (manner === 'timed' && now - startedAt > phases * CALL_TIMEOUT_IN_MS) {
        this.violations.push('a call has not settled after its timeout')
      }
    }
    const isRequesting = [...this.models.values()].some((model) => model.isRequesting)
    if (!isRequesting && this.open === 0 && this.#clock.timers > 0) {
      this.violations.push(`${this.#clock.timers} timers are still running`)
    }
  }

  /** Attaches to the same account again, with a new token source or the current one. */
  attach(newSource: boolean): void {
    if (newSource) {
      const clientID = `client${this.#sources++}`
      const tokenEndpointURL = `${ORIGIN}/oauth/token`
      const credentials = { clientID, clientSecret: 'a-secret-of-the-model', tokenEndpointURL }
      const options = { retries: RETRIES, timeout: TIMEOUT_IN_MS, onEvent: witness }
      this.#last = new SourceModel(this.#clock)
      this.models.set(clientID, this.#last)
      this.#auth = this.#attached = attachCaspioAuth(this.#api, credentials, options)
    } else {
      this.#attached = attachCaspioAuth(this.#api, this.#auth)
    }
    this.#serving = this.#last
  }

  detach(): void {
    this.#attached.detach()
    this.#serving = undefined
  }

  invalidate(): void {
    this.#auth.invalidate()
    this.#last.invalidate()
  }

  revoke(): void {
    this.#lives.clear()
  }

  revokeRefreshTokens(): void {
    this.#refreshTokens.clear()
  }

  abort(): void {
    const call = this.#calls.find(({ settled, manner }) => !settled && manner === 'abortable')
    call?.controller.abort()
  }

  request(manner: Manner, resource = '/rows'): void {
    const call = this.#begin(manner, this.#serving)
    const config = {
      call,
      ...(manner === 'timed' && { timeout: CALL_TIMEOUT_IN_MS }),
      ...(manner === 'abortable' && { signal: call.controller.signal }),
      ...(manner === 'unrecovered' && { skipAuthRefresh: true }),
    }
    this.#end(call, this.#api.post(resource, { a: 1 }, config))
  }

  getAccessToken(renew: boolean): void {
    const call = this.#begin('abortable', this.#last)
    if (renew) {
      this.#last.force()
      call.mayFail = true
    }
    this.#end(call, this.#auth.getAccessToken({ renew, signal: call.controller.signal }))
  }

  #begin(manner: Manner, model: SourceModel | undefined): Call {
    const call = new Call(manner, model, this.#clock.monotonic)
    this.#calls.push(call)
    return call
  }

  #end(call: Call, promise: Promise<unknown>): void {
    promise.then(
      () => this.#checkOutcome(call, 'done'),
      (error) => {
        witness(error)
        this.#checkOutcome(call, this.#nameOf(error))
      },
    )
  }

  #nameOf(error: unknown): string {
    if (isCaspioAuthError(error)) return 'no token'
    if (axios.isCancel(error)) return 'aborted'
    if (axios.isAxiosError(error))
      return error.response ? `${error.response.status}` : `${error.code}`
    return `${error}`
  }

  /** The promise of one call has settled: is the outcome correct? */
  #checkOutcome(call: Call, outcome: string): void {
    const { sends, manner, model, controller } = call
    const waited = this.#clock.monotonic - call.startedAt
    const hasFailed = call.mayFail || (model?.failures ?? 0) > call.failuresBefore
    const statuses = sends.map(({ status }) => status)
    const isAllowed: Record<string, boolean> = {
      done: sends.length === 0 || statuses.at(-1) === 200,
      401: statuses.at(-1) === 401 && (!model || sends.length === 2 || call.mayBeUnrecovered),
      'no token': Boolean(model) && hasFailed,
      aborted: controller.signal.aborted,
      ECONNABORTED: manner === 'timed' && waited >= CALL_TIMEOUT_IN_MS,
    }
    if (call.settled) this.violations.push('a call settled twice')
    call.settled = true
    if (!isAllowed[outcome]) {
      this.violations.push(
        `a ${manner} call ended in ${outcome} after ${waited} ms and ${statuses}`,
      )
    }
    if (sends.length > 2) this.violations.push('a request was sent more than twice')
  }

  /** The token endpoint. */
  async #issue(config: InternalAxiosRequestConfig): Promise<AxiosResponse> {
    const [clientID = ''] = atob(`${config.headers.get('Authorization')}`.slice(6)).split(':')
    const model = this.models.get(clientID) as SourceModel
    const form = new URLSearchParams(config.data)
    const refreshToken = form.get('refresh_token')
    const fault = this.faults > 0 ? this.fault : undefined
    this.faults--
    model.tokenRequested()
    const isRefused = refreshToken !== null && !this.#refreshTokens.delete(refreshToken)
    const token = `${clientID}.${this.#tokens++}`
    if (!fault && !isRefused) this.#lives.set(token, this.#clock.truth + TOKEN_LIFE_IN_S * 1_000)

    const isRefresh = refreshToken !== null
    const outage = { failure: 'outage', isRefresh } as const
    // The plugin aborts a token request that takes too long, and may send the next one at once.
    const reportAbort = () => model.tokenAnswered(outage)
    config.signal?.addEventListener?.('abort', reportAbort)
    await this.#pass(fault === 'hang' ? Number.POSITIVE_INFINITY : this.tokenLatency, config)
    config.signal?.removeEventListener?.('abort', reportAbort)
    if (fault === 'network') {
      model.tokenAnswered(outage)
      throw new AxiosError('reset', 'ECONNRESET', config)
    }
    // The client credentials may be accepted, whatever the reason for refusing the refresh token.
    if (fault === 'nonsense') {
      model.tokenAnswered({ failure: isRefresh ? 'refused' : 'nonsense' })
      return answer(config, 200, { access_token: '' })
    }
    if (fault === 'credentials') {
      model.tokenAnswered({ failure: isRefresh ? 'refused' : 'credentials' })
      return answer(config, 401, { error: 'invalid_client' })
    }
    if (typeof fault === 'object') {
      const { retryAfter } = fault
      model.tokenAnswered({ failure: 'outage', isRefresh, retryAfter: retryAfter * 1_000 })
      return answer(config, 503, {}, { 'retry-after': `${retryAfter}` })
    }
    if (isRefused) {
      model.tokenAnswered({ failure: 'refused' })
      return answer(config, 400, { error: 'invalid_grant' })
    }
    const next = `refresh-token-${token}`
    this.#refreshTokens.add(next)
    model.tokenAnswered({ token })
    return answer(config, 200, {
      access_token: token,
      token_type: 'bearer',
      expires_in: TOKEN_LIFE_IN_S,
      refresh_token: next,
    })
  }

  /** The API. */
  async #serve(config: InternalAxiosRequestConfig): Promise<AxiosResponse> {
    const { call } = config as unknown as { call: Call }
    const [, token] = /^Bearer (.*)$/.exec(`${config.headers.get('Authorization')}`) ?? []
    const send: Call['sends'][number] = { token }
    call.sends.push(send)
    const isResent = call.sends.length > 1
    if (isResent && !call.mayBeResent)
      this.violations.push('a request was resent though that cannot help')
    if (token) call.model?.sent(token)
    else if (call.model) this.violations.push('a request went out without a token')

    const isLive = (this.#lives.get(token ?? '') ?? 0) > this.#clock.truth
    await this.#pass(this.apiLatency, config)
    const resource = `${config.url}`
    const isForbidden = this.forbidden === 'everything' || this.forbidden === resource
    send.status = isLive && !isForbidden ? 200 : 401
    if (token) this.#report(call, token, resource, send.status)
    return answer(config, send.status, {})
  }

  #report(call: Call, token: string, resource: string, status: number) {
    const { model, manner, sends } = call
    if (status === 200) {
      model?.accepted(token, resource)
    } else if (sends.length > 1) {
      model?.rejectedAgain(token, resource)
    } else if (manner !== 'unrecovered') {
      const allowedEnd = model?.rejected(token, resource)
      if (allowedEnd === 'no token') call.mayFail = true
      if (allowedEnd) call.mayBeResent = false
      if (allowedEnd === 'unrecovered') call.mayBeUnrecovered = true
    }
  }

  /** Waits for the network, until the signal or the timeout of the request ends it. */
  #pass(latency: number, config: InternalAxiosRequestConfig): Promise<void> {
    let end = () => {}
    return new Promise<void>((resolve, reject) => {
      const expire = () => reject(new AxiosError('timeout', 'ECONNABORTED', config))
      const timers = [
        latency < Number.POSITIVE_INFINITY && setTimeout(resolve, latency),
        config.timeout && setTimeout(expire, config.timeout),
      ]
      config.signal?.addEventListener?.('abort', () => reject(new CanceledError()))
      end = () => {
        for (const timer of timers) if (timer) clearTimeout(timer)
      }
    }).finally(end)
  }
}

function answer(
  config: InternalAxiosRequestConfig,
  status: number,
  data: object,
  headers = {},
): AxiosResponse {
  const response = { status, statusText: '', headers, config, data: JSON.stringify(data) }
  if (!config.validateStatus || config.validateStatus(status)) return response
  throw new AxiosError(
    `status ${status}`,
    'ERR_BAD_RESPONSE',
    config,
    {},
    response as AxiosResponse,
  )
}
