import { checkCredentials } from './contract/credentials.js'
import { CaspioAuthError } from './contract/errors.js'
import { createEmit } from './contract/events.js'
import { resolveOptions } from './contract/options.js'
import { requireSupportedAxios } from './contract/supported-axios.js'
import type { CaspioAuthOptions, CaspioCredentials, CaspioTokenResponse } from './contract/types.js'
import { axios } from './lib/axios.js'
import { createCallCounts } from './lib/time-limit.js'
import { holdProcess } from './lib/timers.js'
import { createTokenEndpoint } from './token/endpoint.js'
import { toFailure } from './token/failures.js'
import { createIssuer } from './token/issuer.js'

/**
 * A replacement for the module `caspio-sdk/auth`: returns a function that requests a new access
 * token at each call, and resolves to the token endpoint's answer exactly as it came.
 *
 * A new token does not invalidate earlier ones. Caspio may bill each token request, and each creates
 * one of the 1,000 refresh tokens that an account may hold. Use `createCaspioAuth` to reuse and renew one
 * token.
 *
 * @throws CaspioAuthError `ERR_CASPIO_CONFIG` on wrong arguments. The returned function rejects with
 *   a CaspioAuthError if it gets no token
 */
export default function caspioAuth(
  credentials: CaspioCredentials,
  options?: Pick<CaspioAuthOptions, 'clientAuthentication' | 'timeout' | 'retries' | 'onEvent'>,
): () => Promise<CaspioTokenResponse> {
  requireSupportedAxios()
  const checked = checkCredentials(credentials)
  const resolved = resolveOptions(options)
  const emit = createEmit(resolved.onEvent)
  const issue = createIssuer(createTokenEndpoint(checked, resolved, emit), resolved.retries)
  const request = {
    refreshToken: undefined,
    onRefreshTokenRefused() {},
    renew: false,
    retry: true,
    transport: axios,
    calls: createCallCounts(),
  }
  return async () => {
    const release = holdProcess()
    try {
      const { answer } = await issue(request)
      return answer as CaspioTokenResponse
    } catch (thrown) {
      throw new CaspioAuthError(toFailure(thrown))
    } finally {
      release()
    }
  }
}
