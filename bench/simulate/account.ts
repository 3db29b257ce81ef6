import type { RequestToken } from '../../src/token/issuer.js'
import { pause } from './store.js'

const DAY_IN_MS = 86_400_000
const LIFE_IN_S = 86_399
const UNUSED_REFRESH_TOKEN_LIFE_IN_MS = 60 * DAY_IN_MS

/** An account that counts its token requests and its live refresh tokens. */
export class SimulatedAccount {
  requests = 0
  readonly #accessTokens = new Map<string, number>()
  readonly #refreshTokens = new Map<string, number>()
  #count = 0

  /** @param refreshes whether renewals use the refresh token */
  ask(refreshes: boolean): RequestToken {
    return async ({ refreshToken: offered }) => {
      const refreshToken = refreshes ? offered : undefined
      this.requests++
      await pause(200, 400)
      const isRefused = refreshToken !== undefined && !this.#refreshTokens.delete(refreshToken)
      if (isRefused) throw { code: 'ERR_CASPIO_TOKEN_RESPONSE', message: '' }
      const accessToken = `access-${this.#count++}`
      const next = `refresh-${this.#count}`
      this.#accessTokens.set(accessToken, Date.now() + LIFE_IN_S * 1_000)
      this.#refreshTokens.set(next, Date.now() + UNUSED_REFRESH_TOKEN_LIFE_IN_MS)
      return {
        accessToken,
        tokenType: 'bearer',
        lifeSeconds: LIFE_IN_S,
        refreshToken: next,
        answer: undefined,
        grant: refreshToken ? 'refresh_token' : 'client_credentials',
      }
    }
  }

  isLive(accessToken: string): boolean {
    return (this.#accessTokens.get(accessToken) ?? 0) > Date.now()
  }

  get liveRefreshTokens(): number {
    for (const [token, endsAt] of this.#refreshTokens) {
      if (endsAt <= Date.now()) this.#refreshTokens.delete(token)
      // The map is in the order in which tokens were issued.
      else break
    }
    return this.#refreshTokens.size
  }
}
