import type { CaspioAuthError } from './errors.js'

/** A grant of RFC 6749, or the user's own broker. */
export type CaspioGrant = 'client_credentials' | 'refresh_token' | 'broker'

/** What {@link CaspioAuthOptions.onEvent} receives. No event holds a token or a secret. */
export type CaspioAuthEvent =
  /** One HTTP attempt at the token endpoint ended. Caspio bills each that it receives. */
  | {
      readonly type: 'token-request'
      /** What the token was asked for with. */
      readonly grant: 'client_credentials' | 'refresh_token'
      /** HTTP status, if there was an answer. */
      readonly status?: number
      /** OAuth's `error` or the network error's code, if it failed. */
      readonly errorCode?: string
      /** Milliseconds from sending to the end of the answer. */
      readonly duration: number
    }
  /** A token was taken into use. */
  | {
      readonly type: 'token-taken'
      readonly source: 'issued'
      /** What it was got with. */
      readonly grant: CaspioGrant
      /** Seconds that it will live. Absent if the answer did not say. */
      readonly expiresIn?: number
    }
  /** A token that another process got was taken from the {@link CaspioAuthOptions.tokenStore}. */
  | {
      readonly type: 'token-taken'
      readonly source: 'store'
      /** Seconds that are left of its life. Absent if the answer did not say. */
      readonly expiresIn?: number
    }
  /** A request was answered that its token is rejected (`shouldRenew`). Billed. */
  | {
      readonly type: 'token-rejected'
      /** HTTP status of the answer. */
      readonly status: number
    }
  /** A rejected request goes out again with another token. Billed. */
  | { readonly type: 'request-resent' }
  /** No token could be had. */
  | {
      readonly type: 'acquisition-failed'
      /** What callers get, without a request. */
      readonly error: CaspioAuthError
      /** `true` if it was a renewal ahead of expiry, which no caller noticed. */
      readonly background: boolean
      /** Milliseconds until the next attempt may start. */
      readonly retryIn: number
    }
  /**
   * The {@link CaspioAuthOptions.tokenStore} failed (and is left alone for 10 s), or held nothing
   * of use. The token source goes on by itself.
   */
  | {
      readonly type: 'store-failed'
      /** What was asked of the store. */
      readonly operation: 'get' | 'set' | 'delete' | 'lock'
      /** What the store said, without a token in it. */
      readonly reason: string
    }

/** Hands an event on. */
export type Emit = (event: CaspioAuthEvent) => void

/** Wraps the user's listener: nothing that it does, throwing or rejecting, comes back to us. */
export function createEmit(listener: ((event: CaspioAuthEvent) => unknown) | undefined): Emit {
  if (listener === undefined) return () => {}
  return (event) => {
    try {
      Promise.resolve(listener(event)).catch(() => {})
    } catch {
      // A listener's fault is the listener's.
    }
  }
}
