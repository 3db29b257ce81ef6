import type { AxiosResponse } from 'axios'
import type { ResolvedOptions } from '../contract/options.js'
import type { KnownCredentials } from '../contract/types.js'
import { createClient } from '../lib/old-axios.js'
import { withTimeLimit } from '../lib/time-limit.js'
import { authenticateClient } from './client-authentication.js'
import type { GrantRequest } from './issuer.js'
// Without .js: the build for browsers takes platform.browser.ts.
import { noStore } from './platform'
import { transportSettings } from './transport.js'

const LONGEST_ANSWER_BYTES = 1_000_000

/**
 * Posts one grant to the token endpoint. Resolves with any HTTP answer.
 *
 * @param grant the fields of the form, without the client's
 */
export function postGrant(
  credentials: KnownCredentials,
  grant: Readonly<Record<string, string>>,
  { clientAuthentication, timeout }: Pick<ResolvedOptions, 'clientAuthentication' | 'timeout'>,
  { transport, calls }: Pick<GrantRequest, 'transport' | 'calls'>,
): Promise<AxiosResponse> {
  const authentication = authenticateClient(credentials, clientAuthentication)
  const send = async (signal: AbortSignal) => {
    const settings = transportSettings(transport)
    // Not axios.create(), which takes over what the application did to the global defaults.
    return createClient().request({
      ...settings,
      url: credentials.tokenEndpointURL,
      method: 'post',
      headers: {
        Accept: 'application/json',
        'Content-Type': 'application/x-www-form-urlencoded',
        // Before 1.20 axios looks for missing header groups on Object.prototype.
        ...({ common: undefined, post: undefined } as object),
        ...authentication.headers,
      },
      data: new URLSearchParams({ ...grant, ...authentication.fields }).toString(),
      responseType: 'text',
      signal,
      maxContentLength: LONGEST_ANSWER_BYTES,
      // A redirect would send the secret elsewhere. The fetch adapter obeys maxRedirects from axios
      // 1.20 on. Before, it obeys fetchOptions.
      maxRedirects: 0,
      fetchOptions: { ...settings.fetchOptions, redirect: 'manual', cache: noStore() },
    })
  }
  // Not axios's timeout: some adapters ignore that, and the signal, too.
  return withTimeLimit(timeout, send, calls)
}
