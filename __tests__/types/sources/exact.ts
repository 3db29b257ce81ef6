import axios, {
  type AxiosError,
  type AxiosInstance,
  type AxiosRequestConfig,
  type AxiosResponse,
  type GenericAbortSignal,
  type InternalAxiosRequestConfig,
} from 'axios'
import {
  attachCaspioAuth,
  type CaspioAccessToken,
  type CaspioAuth,
  type CaspioAuthError,
  type CaspioAuthErrorCode,
  type CaspioAuthEvent,
  type CaspioAuthOptions,
  type CaspioCredentials,
  type CaspioGrant,
  type CaspioTokenBroker,
  type CaspioTokenRequest,
  type CaspioTokenStore,
  createCaspioAuth,
  credentialsFromEnv,
  isCaspioAuthError,
} from 'axios-caspio-auth'
import {
  type BillingOptions,
  type CallCount,
  type CallDelta,
  type CallKind,
  type CallMeter,
  type CallMeterOptions,
  type CallPace,
  type CallRow,
  type CallSummary,
  createCallMeter,
  summariseCalls,
} from 'axios-caspio-auth/metering'
import { redisTokenStore } from 'axios-caspio-auth/redis'
import {
  type CaspioAccount,
  type CaspioAccountOptions,
  type CaspioApiLogEntry,
  type CaspioFault,
  type CaspioTokenLogEntry,
  startCaspioAccount,
} from 'axios-caspio-auth/testing'
import { expectTypeOf } from 'expect-type'

// The exact exports. If you change them, change this file and the version.
type Source = CaspioCredentials | CaspioTokenBroker | CaspioAuth
expectTypeOf(createCaspioAuth).parameter(0).toEqualTypeOf<CaspioCredentials | CaspioTokenBroker>()
expectTypeOf(createCaspioAuth).returns.toEqualTypeOf<CaspioAuth>()
expectTypeOf(createCaspioAuth).parameter(1).toEqualTypeOf<CaspioAuthOptions | undefined>()
expectTypeOf(attachCaspioAuth).parameter(0).toEqualTypeOf<AxiosInstance>()
expectTypeOf(attachCaspioAuth).parameter(1).toEqualTypeOf<Source>()
expectTypeOf(attachCaspioAuth).parameter(2).toEqualTypeOf<CaspioAuthOptions | undefined>()
expectTypeOf(attachCaspioAuth).returns.toEqualTypeOf<CaspioAuth>()
expectTypeOf(axios).toMatchTypeOf<Parameters<typeof attachCaspioAuth>[0]>()
expectTypeOf(credentialsFromEnv).returns.toMatchTypeOf<CaspioCredentials>()
expectTypeOf(credentialsFromEnv().clientSecret).toEqualTypeOf<string>()
expectTypeOf(isCaspioAuthError).guards.toEqualTypeOf<CaspioAuthError>()

expectTypeOf<CaspioCredentials>().toEqualTypeOf<{
  readonly clientID: string
  readonly clientSecret: string | (() => string | Promise<string>)
  readonly tokenEndpointURL: string
}>()
expectTypeOf<CaspioAccessToken>().toEqualTypeOf<{
  readonly access_token: string
  readonly token_type: string
  readonly expires_in?: number
}>()
expectTypeOf<CaspioTokenRequest>().toEqualTypeOf<{
  readonly signal?: GenericAbortSignal
  readonly renew?: boolean
}>()
expectTypeOf<CaspioTokenBroker>().parameter(0).toEqualTypeOf<{ readonly renew: boolean }>()
expectTypeOf<CaspioTokenBroker>().returns.resolves.toEqualTypeOf<CaspioAccessToken>()
expectTypeOf<keyof CaspioAuth>().toEqualTypeOf<'getAccessToken' | 'invalidate' | 'detach'>()
expectTypeOf<CaspioAuth['getAccessToken']>()
  .parameter(0)
  .toEqualTypeOf<CaspioTokenRequest | undefined>()
expectTypeOf<CaspioAuth['getAccessToken']>().returns.resolves.toEqualTypeOf<CaspioAccessToken>()
expectTypeOf<CaspioAuthOptions>().toEqualTypeOf<{
  readonly origins?: readonly string[]
  readonly clientAuthentication?: 'basic' | 'body'
  readonly renewBefore?: number
  readonly timeout?: number
  readonly retries?: number
  readonly shouldRenew?: (response: AxiosResponse) => boolean
  readonly tokenStore?: CaspioTokenStore
  readonly tokenStoreTimeout?: number
  readonly onEvent?: (event: CaspioAuthEvent) => void
  readonly createdInstances?: boolean
  readonly existingAuthorization?: 'replace' | 'keep'
}>()
expectTypeOf<keyof CaspioTokenStore>().toEqualTypeOf<'get' | 'set' | 'delete' | 'lock'>()
expectTypeOf(redisTokenStore).returns.toEqualTypeOf<CaspioTokenStore>()

// The config of a request, before and after axios merged it.
expectTypeOf<AxiosRequestConfig['skipCaspioAuth']>().toEqualTypeOf<boolean | undefined>()
expectTypeOf<AxiosRequestConfig['skipAuthRefresh']>().toEqualTypeOf<boolean | undefined>()
expectTypeOf<InternalAxiosRequestConfig['skipCaspioAuth']>().toEqualTypeOf<boolean | undefined>()

expectTypeOf<CaspioAuthErrorCode>().toEqualTypeOf<
  | 'ERR_CASPIO_CONFIG'
  | 'ERR_CASPIO_CREDENTIALS'
  | 'ERR_CASPIO_TOKEN_ENDPOINT'
  | 'ERR_CASPIO_TOKEN_RESPONSE'
>()
expectTypeOf<CaspioAuthError>().toMatchTypeOf<AxiosError>()
expectTypeOf<CaspioAuthError['code']>().toEqualTypeOf<CaspioAuthErrorCode>()

expectTypeOf<CaspioGrant>().toEqualTypeOf<'client_credentials' | 'refresh_token' | 'broker'>()
expectTypeOf<CaspioAuthEvent['type']>().toEqualTypeOf<
  | 'token-request'
  | 'token-taken'
  | 'token-rejected'
  | 'request-resent'
  | 'api-call'
  | 'acquisition-failed'
  | 'store-failed'
>()

/** Handles every type of event, so that a new event breaks the compilation. */
export function line(event: CaspioAuthEvent): string {
  switch (event.type) {
    case 'token-request':
      return `${event.grant} ${event.status ?? event.errorCode} ${event.duration}`
    case 'token-taken':
      return `${event.source === 'issued' ? event.grant : event.source} ${event.expiresIn}`
    case 'token-rejected':
      return `${event.status}`
    case 'request-resent':
      return event.type
    case 'api-call':
      return `${event.method} ${event.url} ${event.status ?? event.errorCode} ${event.resent} ${event.duration} ${event.requestId}`
    case 'acquisition-failed':
      return `${event.error.code} ${event.background} ${event.retryIn}`
    case 'store-failed':
      return `${event.operation} ${event.reason}`
    default: {
      const never: never = event
      return never
    }
  }
}

expectTypeOf(createCallMeter).parameter(0).toEqualTypeOf<CallMeterOptions | undefined>()
expectTypeOf(createCallMeter).returns.toEqualTypeOf<CallMeter>()
expectTypeOf(summariseCalls).parameters.toEqualTypeOf<
  [rows: Iterable<CallRow>, options?: BillingOptions, now?: number]
>()
expectTypeOf(summariseCalls).returns.toEqualTypeOf<CallSummary>()
expectTypeOf<CallMeter['onEvent']>().toEqualTypeOf<(event: CaspioAuthEvent) => void>()
expectTypeOf<CallMeter['snapshot']>().toEqualTypeOf<() => CallSummary>()
expectTypeOf<CallMeter['flush' | 'close']>().toEqualTypeOf<() => Promise<void>>()
expectTypeOf<BillingOptions>().toEqualTypeOf<{
  readonly timeZone?: string
  readonly billingDay?: number
}>()
expectTypeOf<CallMeterOptions>().toEqualTypeOf<{
  readonly timeZone?: string
  readonly billingDay?: number
  readonly plan?: number
  readonly write?: (delta: CallDelta) => unknown
  readonly read?: () => Iterable<CallRow> | Promise<Iterable<CallRow>>
  readonly writeEvery?: number
  readonly onPace?: (pace: CallPace) => unknown
}>()
expectTypeOf<CallCount>().toEqualTypeOf<{ readonly lower: number; readonly upper: number }>()
expectTypeOf<CallKind>().toEqualTypeOf<'call' | 'resend' | 'token'>()
expectTypeOf<CallRow>().toEqualTypeOf<{
  readonly day: string
  readonly kind: CallKind
  readonly resource: string
  readonly lower: number
  readonly upper: number
}>()
expectTypeOf<CallDelta>().toEqualTypeOf<{
  readonly id: string
  readonly counts: readonly CallRow[]
}>()
expectTypeOf<CallSummary>().toEqualTypeOf<{
  readonly period: { readonly from: string; readonly to: string }
  readonly calls: CallCount
  readonly byDay: Readonly<Record<string, CallCount>>
  readonly byKind: Readonly<Record<CallKind, CallCount>>
  readonly byResource: Readonly<Record<string, CallCount>>
  readonly projected: CallCount
}>()
expectTypeOf<keyof CallPace>().toEqualTypeOf<'used' | 'projected' | 'plan' | 'top'>()

expectTypeOf(startCaspioAccount).parameter(0).toEqualTypeOf<CaspioAccountOptions | undefined>()
expectTypeOf(startCaspioAccount).returns.resolves.toEqualTypeOf<CaspioAccount>()
expectTypeOf<CaspioAccount['credentials']>().toMatchTypeOf<CaspioCredentials>()
expectTypeOf<CaspioAccount['log']['token']>().toEqualTypeOf<readonly CaspioTokenLogEntry[]>()
expectTypeOf<CaspioAccount['log']['api']>().toEqualTypeOf<readonly CaspioApiLogEntry[]>()
expectTypeOf<CaspioFault['status']>().toEqualTypeOf<number | undefined>()
