// What Caspio bills: every call that it receives, whatever it answers.
import { getAdapter } from 'axios'

// The connection was never made.
const NOT_SENT = /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH)$/

/**
 * Calls `count(kind, isAnswered)` when a call ends: a `token` request, a `resource`, or one that was
 * `resent` with another token. Of a call without an answer only Caspio knows whether it came in.
 *
 * @param origins of Caspio, and of a gateway to it
 */
export function createMeter(origins, count) {
  let isResend = false

  function end(kind, isAnswered, code) {
    if (isAnswered || !NOT_SENT.test(code)) count(kind, isAnswered)
  }

  return {
    /** For `attachCaspioAuth` or `createCaspioAuth`. */
    onEvent({ type, status, errorCode }) {
      if (type === 'token-request') end('token', status !== undefined, errorCode)
      // The very next call of the adapter is the one.
      if (type === 'request-resent') isResend = true
    },
    /** At the adapter: a 401 that is recovered, or ends without a token, shows nowhere else. */
    watch(instance) {
      const { adapter } = instance.defaults
      instance.defaults.adapter = async (config) => {
        const kind = isResend ? 'resent' : 'resource'
        isResend = false
        const send = getAdapter(adapter, config)
        const { origin, pathname } = new URL(instance.getUri(config))
        if (!origins.includes(origin) || /\/oauth\/token\/?$/i.test(pathname)) return send(config)
        try {
          const response = await send(config)
          end(kind, true)
          return response
        } catch (error) {
          end(kind, Boolean(error?.response), error?.code)
          throw error
        }
      }
    },
  }
}
