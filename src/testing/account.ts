import type { CaspioEndpoint } from './endpoint-types.js'
import type { CaspioLog } from './log-types.js'
import { LoopbackServer } from './loopback-server.js'
import { type AccountParts, planResponse } from './plan-response.js'
import { requireNumber } from './require-number.js'
import type { Profile } from './token/profile.js'
import type { CaspioProfile } from './token/profile-types.js'
import { PublicProfile } from './token/public-profile.js'
import type { CaspioAccount, CaspioAccountCredentials, CaspioRateLimit } from './types.js'

/** All state is in private fields, so that a printed account shows no secret. */
export class Account implements CaspioAccount {
  readonly #parts: AccountParts
  readonly #server: LoopbackServer

  /**
   * Resolves when the account listens.
   * @throws Node's own error if it cannot, such as `EADDRINUSE`
   */
  static async start(parts: AccountParts, host: string, port: number): Promise<Account> {
    const server = new LoopbackServer((request) => planResponse(request, parts))
    await server.listen(host, port)
    return new Account(parts, server)
  }

  private constructor(parts: AccountParts, server: LoopbackServer) {
    this.#parts = parts
    this.#server = server
  }

  get url(): string {
    return this.#server.origin
  }

  get credentials(): CaspioAccountCredentials {
    return this.#credentialsOf(this.#parts.tokens.mainProfile)
  }

  get profiles(): Readonly<Record<string, CaspioProfile>> {
    const profiles = [...this.#parts.tokens.profiles.values()]
    return Object.fromEntries(
      profiles.map((profile) => [
        profile.name,
        new PublicProfile(profile, () => this.#credentialsOf(profile)),
      ]),
    )
  }

  get tokenLife(): number {
    return this.#parts.tokens.tokenLife
  }

  set tokenLife(seconds: number) {
    this.#parts.tokens.tokenLife = requireNumber('tokenLife', seconds, { unit: 'seconds' })
  }

  get rateLimit(): number | CaspioRateLimit | undefined {
    return this.#parts.limiter.limit
  }

  set rateLimit(limit: number | CaspioRateLimit | undefined) {
    this.#parts.limiter.limit = limit
  }

  get tokenEndpoint(): CaspioEndpoint {
    return this.#parts.tokenEndpoint
  }

  get api(): CaspioEndpoint {
    return this.#parts.api
  }

  get log(): CaspioLog {
    return this.#parts.log
  }

  get liveAccessTokens(): number {
    return this.#parts.tokens.liveAccessTokens
  }

  get liveRefreshTokens(): number {
    return this.#parts.tokens.liveRefreshTokens
  }

  revoke(accessToken?: string): number {
    return this.#parts.tokens.revoke(accessToken)
  }

  revokeRefreshTokens(): number {
    return this.#parts.tokens.revokeRefreshTokens()
  }

  rotateSecret(): void {
    this.#parts.tokens.mainProfile.rotateSecret()
  }

  #credentialsOf({ clientID, clientSecret }: Profile): CaspioAccountCredentials {
    return { clientID, clientSecret, tokenEndpointURL: `${this.url}/oauth/token` }
  }

  close(): Promise<void> {
    return this.#server.close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  [Symbol.for('nodejs.util.inspect.custom')](): object {
    const { url, tokenLife, rateLimit, liveAccessTokens, liveRefreshTokens } = this
    return { url, tokenLife, rateLimit, liveAccessTokens, liveRefreshTokens }
  }
}
