import type { CaspioTokenBroker } from '../contract/types.js'
import { within } from '../lib/time-limit.js'
import { readTokenAnswer } from './answer.js'
import type { AskForToken } from './issuer.js'
import { thrownFailure } from './thrown-failure.js'

/**
 * Asks the user's own broker, its answer checked.
 *
 * @param timeout ms
 */
export function createTokenBroker(broker: CaspioTokenBroker, timeout: number): AskForToken {
  const explain = (reason: string) =>
    `the token broker failed (${reason}). It must resolve to { access_token, token_type: 'bearer', expires_in }.`

  return async ({ renew = false }) => {
    const ask = async () => {
      // So that a broker that asks its own source finds this fetch under way.
      await undefined
      const answer = await broker({ renew })
      // In here, since an answer's getters may throw.
      return { answer, token: readTokenAnswer(answer) }
    }
    const { answer, token } = await within(timeout, ask).catch((thrown) => {
      throw thrownFailure(thrown, explain)
    })
    if (typeof token === 'object') return { token, answer, grant: 'broker' }
    throw { code: 'ERR_CASPIO_TOKEN_RESPONSE', message: explain(token) }
  }
}
