import type { AxiosResponse } from 'axios'
import { createAuthRefresh } from 'axios-auth-refresh'
import { Axios, AxiosError } from '../lib/axios.js'

// Where these are missing, the engine takes Object.prototype's.
const NO_FURTHER: object = { onRetry: undefined, retryInstance: undefined }

/**
 * Runs one recovery on axios-auth-refresh: `renew`, then `resend`, once.
 *
 * Its engine is an axios instance that lives for this one recovery. What enters it is not the
 * request but a stand-in that is rejected, and whose second sending is `resend`. So the engine's
 * queue, its flags on the config, its transforms, and its habit to hand a 401 that comes in during
 * a refresh back to its caller touch nobody.
 *
 * @param renew must not reject: what happened is for `resend` to tell
 */
export function runRecovery(
  renew: () => Promise<void>,
  resend: () => Promise<AxiosResponse>,
): Promise<AxiosResponse> {
  const client = new Axios({})
  const engine = Object.assign(client.request.bind(client), { interceptors: client.interceptors })
  let rejection: AxiosError | undefined
  createAuthRefresh(engine as never, renew, {
    shouldRefresh: (error) => error === rejection,
    deduplicateRefresh: false,
    ...NO_FURTHER,
  })
  return engine({
    method: 'get',
    adapter: async (config) => {
      if (rejection) return resend()
      rejection = new AxiosError('token rejected', '', config, {}, { headers: {} } as never)
      throw rejection
    },
  })
}
