import type { AxiosError, AxiosResponse } from 'axios'
import { createAuthRefresh } from 'axios-auth-refresh'
import { axios } from '../lib/axios.js'
import { createClient } from '../lib/old-axios.js'

// Unset options would be read from Object.prototype.
const UNUSED_OPTIONS: object = { onRetry: undefined, retryInstance: undefined }

/**
 * Runs `renew` and then `resend`, each once, on axios-auth-refresh.
 *
 * It works on an axios instance of its own that lives for one recovery. A placeholder enters it in
 * place of the user's request: its first sending is rejected, its second one is `resend`. So nothing
 * that axios-auth-refresh does (its queue, its flags on the config, its handing back of a 401 that
 * arrives during a refresh) reaches the user's requests.
 *
 * @param renew must not reject: `resend` reports what happened
 */
export function runRefresh(
  renew: () => Promise<void>,
  resend: () => Promise<AxiosResponse>,
): Promise<AxiosResponse> {
  const client = createClient()
  const instance = Object.assign(client.request.bind(client), { interceptors: client.interceptors })
  let rejection: AxiosError | undefined
  createAuthRefresh(instance as never, renew, {
    shouldRefresh: (error) => error === rejection,
    deduplicateRefresh: false,
    ...UNUSED_OPTIONS,
  })
  return instance({
    method: 'get',
    adapter: async (config) => {
      if (rejection) return resend()
      rejection = new axios.AxiosError('token rejected', '', config, {}, { headers: {} } as never)
      throw rejection
    },
  })
}
