import { faultOf } from '../contract/credentials.js'
import { createFailure, type Failure } from '../contract/errors.js'
import type { CaspioCredentials } from '../contract/types.js'
import { withTimeLimit } from '../lib/time-limit.js'

/**
 * Sends a token request with the client secret. If the client is refused, and the user's function
 * returns another secret by now, sends it again with that. Rejects with a {@link Failure}, which shows
 * nothing of what the function returned or threw.
 */
export async function withClientSecret<T>(
  clientSecret: CaspioCredentials['clientSecret'],
  timeoutMs: number,
  send: (secret: string) => Promise<T>,
): Promise<T> {
  const read = async () => {
    const secret = withTimeLimit(timeoutMs, async () =>
      typeof clientSecret === 'string' ? clientSecret : clientSecret(),
    )
    const fault = await secret.then(
      faultOf,
      () => `did not come within ${timeoutMs} ms, or the function threw an error`,
    )
    if (!fault) return secret
    throw createFailure('ERR_CASPIO_TOKEN_ENDPOINT', `clientSecret() failed: the secret ${fault}.`)
  }
  const secret = await read()
  return send(secret).catch(async (failure: Failure) => {
    if (failure.code !== 'ERR_CASPIO_CREDENTIALS') throw failure
    // If the function fails now, the caller still learns that the client was refused.
    const newSecret = await read().catch(() => secret)
    if (newSecret === secret) throw failure
    return send(newSecret)
  })
}
