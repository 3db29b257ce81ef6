import type { AxiosResponse } from 'axios'
import { createAuthRefresh } from 'axios-auth-refresh'
import { axios } from '../lib/axios.js'
import { createClient } from '../lib/old-axios.js'

/**
 * Waits for `renewed` and then runs `resend` once, on axios-auth-refresh. If `renewed` rejects, so
 * does this.
 *
 * It works on an axios client of its own that lives for one recovery. A placeholder enters it in
 * place of the user's request, and is rejected. `resend` is what axios-auth-refresh sends instead. So
 * nothing that axios-auth-refresh does (its queue, its flags on the config, its handing back of a 401
 * that arrives during a refresh) reaches the user's requests.
 */
export function runRefresh(
  renewed: Promise<unknown>,
  resend: () => Promise<AxiosResponse>,
): Promise<AxiosResponse> {
  const client = createClient()
  createAuthRefresh(client as never, () => renewed, {
    shouldRefresh: () => true,
    retryInstance: resend as never,
    // Otherwise it would be read from Object.prototype.
    ...({ onRetry: undefined } as object),
  })
  return client.request({
    method: 'get',
    adapter: async (config) => {
      throw new axios.AxiosError('token rejected', '', config, {}, { headers: {} } as never)
    },
  })
}
