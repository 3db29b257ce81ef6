import {
  AxiosError,
  AxiosHeaders,
  type AxiosResponse,
  type InternalAxiosRequestConfig,
} from 'axios'
import { vi } from 'vitest'
import { now } from '../../src/lib/clock.js'
import { createCallCounts } from '../../src/lib/time-limit.js'
import type { Authoriser } from '../../src/request/send.js'
import type { Token } from '../../src/token/life.js'

export function createToken(accessToken: string, isFromStore = false): Token {
  const requestedAt = now()
  const grant = isFromStore ? undefined : 'client_credentials'
  const common = { tokenType: 'bearer', lifeSeconds: 3_600, refreshToken: undefined }
  return { ...common, accessToken, requestedAt, grant }
}

/** What the adapter and the token source answer, one after the other. */
interface Script {
  readonly answers: readonly { readonly status: number; readonly data?: unknown }[]
  readonly replacements?: readonly (Token | Promise<Token> | undefined)[]
  readonly config?: Partial<InternalAxiosRequestConfig>
}

/** A request without a network. Its token source and its adapter follow the script. */
export function scriptedRequest({ answers, replacements = [], config }: Script) {
  const remainingAnswers = [...answers]
  const remainingReplacements = [...replacements]
  const sent: unknown[] = []
  const events: string[] = []
  const source = {
    calls: createCallCounts(),
    replace: vi.fn((_rejected: Token, _resource: string, _isResend: boolean) =>
      remainingReplacements.shift(),
    ),
    recordAccepted: vi.fn((_token: Token, _resource: () => string) => {}),
    renewals: { recordRejected: vi.fn(), hasRefused: vi.fn(() => false) },
  }
  const authoriser = {
    source,
    scope: {},
    shouldRenew: ({ status }: AxiosResponse) => status === 401,
    emit: ({ type }: { type: string }) => type !== 'api-call' && events.push(type),
  }
  const request = {
    authoriser: authoriser as unknown as Authoriser,
    transport: { defaults: {} },
    destination: { origin: 'https://a', address: 'https://a/rows', hasUser: false },
    resends: 0,
    config: { method: 'get', url: '/rows', headers: new AxiosHeaders(), ...config },
    async adapter(config: InternalAxiosRequestConfig) {
      sent.push(config.headers.get('Authorization'))
      const next = remainingAnswers.shift()
      if (!next) throw new Error('no answer is left')
      const response = { statusText: '', headers: {}, data: '', ...next, config }
      if (next.status < 400) return response
      throw new AxiosError(`status ${next.status}`, 'ERR_BAD_REQUEST', config, {}, response)
    },
  }
  const accepted = () =>
    source.recordAccepted.mock.calls.map(([token, resource]) => [token, resource()])
  return { request, source, accepted, sent, events }
}
