// Caspio bills every call that it receives, whatever it answers.
import { getAdapter } from 'axios'

// With these codes, no connection was made, so Caspio received nothing.
const NOT_SENT = /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH)$/

/**
 * Calls `count(kind, isAnswered)` when a call ends. The kind is `token` for a token request, `resent`
 * for a call that was sent again with another token, and `resource` for any other call. If a call got
 * no answer, only Caspio knows whether it received it.
 *
 * @param origins the origins of Caspio, and of a gateway in front of it
 */
export function createMeter(origins, count) {
  let isResend = false

  function end(kind, isAnswered, code) {
    if (isAnswered || !NOT_SENT.test(code)) count(kind, isAnswered)
  }

  return {
    /** Pass it to `attachCaspioAuth` or `createCaspioAuth`. */
    onEvent({ type, status, errorCode }) {
      if (type === 'token-request') end('token', status !== undefined, errorCode)
      // The next call of the adapter is the resend.
      if (type === 'request-resent') isResend = true
    },
    /** Counts in the adapter: a 401 that the plugin recovers is visible nowhere else. */
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
