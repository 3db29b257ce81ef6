import { createFailure } from '../contract/errors.js'
import type { CaspioTokenBroker } from '../contract/types.js'
import { withTimeLimit } from '../lib/time-limit.js'
import { readTokenAnswer } from './answer.js'
import { thrownFailure } from './failures.js'
import type { RequestToken } from './issuer.js'

/** Asks the user's token broker and checks its answer. */
export function createTokenBroker(broker: CaspioTokenBroker, timeoutMs: number): RequestToken {
  const explain = (reason: string) =>
    `the token broker failed (${reason}). It must resolve to { access_token, token_type: 'bearer', expires_in }.`

  return async ({ renew, calls }) => {
    // Reading it may throw: an answer can have getters.
    const ask = async () => readTokenAnswer(await broker({ renew }), 'broker')
    const token = await withTimeLimit(timeoutMs, ask, calls).catch((thrown) => {
      throw thrownFailure(thrown, explain)
    })
    if (typeof token === 'object') return token
    throw createFailure('ERR_CASPIO_TOKEN_RESPONSE', explain(token))
  }
}
