import { thrownFailure } from './thrown-failure.js'
import { readTokenAnswer } from './token-answer.js'
import type { AskForToken } from './token-issuer.js'
import { within } from './token-request.js'
import type { CaspioTokenBroker } from './types.js'

/**
 * Asks the user's own broker, its answer checked.
 *
 * @param timeout ms
 */
export function createTokenBroker(broker: CaspioTokenBroker, timeout: number): AskForToken {
  const explain = (reason: string) =>
    `the token broker failed (${reason}). It must resolve to { access_token, token_type: 'bearer', expires_in }.`

  return async ({ renew = false }) => {
    const answer = await within(timeout, async () => broker({ renew })).catch((thrown) => {
      throw thrownFailure(thrown, explain)
    })
    const token = readTokenAnswer(answer)
    if (typeof token === 'object') return { token, answer, grant: 'broker' }
    throw { code: 'ERR_CASPIO_TOKEN_RESPONSE', message: explain(token) }
  }
}
