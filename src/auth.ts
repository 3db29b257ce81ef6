import { CaspioAuthError, type Failure } from './contract/errors.js'
import { createEmit } from './contract/events.js'
import { checkCredentials, resolveOptions } from './contract/options.js'
import type { CaspioAuthOptions, CaspioCredentials, CaspioTokenResponse } from './contract/types.js'
import { axios } from './lib/axios.js'
import { holdProcess } from './lib/timers.js'
import { createTokenEndpoint } from './token/endpoint.js'
import { createIssuer } from './token/issuer.js'
import { transportOf } from './token/transport.js'

/**
 * The `caspio-sdk/auth` module: returns a function that issues a fresh access token, valid for 24
 * hours, on every call, and resolves to the token endpoint's answer exactly as it came. Issuing a
 * token does not invalidate earlier ones; each call is billed and mints a refresh token, of which
 * an account holds at most 1,000. To have a token cached and renewed, use `createCaspioAuth`.
 *
 * @throws CaspioAuthError `ERR_CASPIO_CONFIG` on bad arguments; the returned function rejects with
 *   a CaspioAuthError if no token can be had
 */
export default function caspioAuth(
  credentials: CaspioCredentials,
  options?: Pick<CaspioAuthOptions, 'clientAuthentication' | 'timeout' | 'retries' | 'onEvent'>,
): () => Promise<CaspioTokenResponse> {
  const checked = checkCredentials(credentials)
  const resolved = resolveOptions(options)
  const emit = createEmit(resolved.onEvent)
  const issue = createIssuer(createTokenEndpoint(checked, resolved, emit), resolved.retries)
  return async () => {
    const release = holdProcess()
    try {
      const { answer } = await issue({ via: transportOf(axios) })
      return answer as CaspioTokenResponse
    } catch (failure) {
      throw new CaspioAuthError(failure as Failure)
    } finally {
      release()
    }
  }
}
