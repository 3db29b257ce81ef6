import type { CaspioAuthError } from './errors.js'

/** How a token was obtained: by a grant of RFC 6749, or from your token broker. */
export type CaspioGrant = 'client_credentials' | 'refresh_token' | 'broker'

/** What {@link CaspioAuthOptions.onEvent} receives. No event contains a token or a secret. */
export type CaspioAuthEvent =
  /** A token request ended. Caspio may bill each one that it receives. */
  | {
      readonly type: 'token-request'
      /** The grant that was sent. */
      readonly grant: 'client_credentials' | 'refresh_token'
      /** HTTP status, if there was an answer. */
      readonly status?: number
      /** If it failed: OAuth's `error`, or the code of the network error. */
      readonly errorCode?: string
      /** Milliseconds from sending the token request to the end of the answer. */
      readonly duration: number
    }
  /** A new token is in use. */
  | {
      readonly type: 'token-taken'
      readonly source: 'issued'
      /** How it was obtained. */
      readonly grant: CaspioGrant
      /** Seconds until it expires. Absent if the answer did not say. */
      readonly expiresIn?: number
    }
  /** A token that another process obtained was taken from the {@link CaspioAuthOptions.tokenStore}. */
  | {
      readonly type: 'token-taken'
      readonly source: 'store'
      /** Seconds until it expires. Absent if the answer did not say. */
      readonly expiresIn?: number
    }
  /** Caspio rejected a token: `shouldRenew` returned `true` for an answer. The call may be billed. */
  | {
      readonly type: 'token-rejected'
      /** HTTP status of the answer. */
      readonly status: number
    }
  /** A rejected request is sent again with another token. The call may be billed. */
  | { readonly type: 'request-resent' }
  /**
   * A call to an origin in scope ended, with an answer or without. First sends, resends, and requests
   * that the plugin sends without its token all count. Token requests have an event of their own,
   * `token-request`.
   */
  | {
      readonly type: 'api-call'
      /** The HTTP method, in upper case. */
      readonly method: string
      /** Absolute, without user, password, query and fragment. */
      readonly url: string
      /** HTTP status, if there was an answer. */
      readonly status?: number
      /** The code of the adapter's error. `ERR_BAD_REQUEST` or `ERR_BAD_RESPONSE` if axios rejects the status. */
      readonly errorCode?: string
      /** `true` if the plugin sent the request again with another token. */
      readonly resent: boolean
      /** Milliseconds from sending to the end of the answer, or to its start if it is streamed. */
      readonly duration: number
      /** `X-Caspio-Request-ID` of the answer. Caspio's support asks for it. */
      readonly requestId?: string
    }
  /** No token could be obtained. */
  | {
      readonly type: 'acquisition-failed'
      /** The error that callers get. */
      readonly error: CaspioAuthError
      /** `true` for a renewal in the background: no caller waited for it. */
      readonly background: boolean
      /** Milliseconds until the next attempt is possible. */
      readonly retryIn: number
    }
  /**
   * The {@link CaspioAuthOptions.tokenStore} failed, or its value was of no use. The plugin works
   * without it. After a failure it skips the store for 10 s.
   */
  | {
      readonly type: 'store-failed'
      /** The call that failed. */
      readonly operation: 'get' | 'set' | 'delete' | 'lock'
      /** The store's message, without tokens. */
      readonly reason: string
    }

/** Sends an event to the user's listener. Undefined if there is none. */
export type Emit = ((event: CaspioAuthEvent) => void) | undefined

/** Wraps the user's listener, so that no exception or rejection of it reaches the plugin. */
export function createEmit(listener: ((event: CaspioAuthEvent) => unknown) | undefined): Emit {
  if (!listener) return undefined
  return async (event) => {
    try {
      await listener(event)
    } catch {
      // The listener's own fault.
    }
  }
}
