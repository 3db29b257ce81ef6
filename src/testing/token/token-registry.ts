import { randomBytes } from 'node:crypto'
import type { Profile } from './profile.js'

const DAY_MS = 86_400_000
const UNUSED_REFRESH_TOKEN_LIFE_MS = 60 * DAY_MS
const REFRESH_TOKEN_LIFE_MS = 365 * DAY_MS

export interface AccessToken {
  readonly profile: Profile
  /** Milliseconds since the epoch. */
  readonly expiresAt: number
}

interface RefreshToken extends AccessToken {
  /** When client credentials started its chain of tokens. Milliseconds since the epoch. */
  readonly chainStartedAt: number
}

/** The account's profiles, and the tokens that it issued to them. */
export class TokenRegistry {
  /** The profiles by their names. The first is the account's own. */
  readonly profiles: ReadonlyMap<string, Profile>
  readonly maxRefreshTokens: number
  /** Life of the access tokens issued from now on, in seconds. */
  tokenLife: number
  readonly #accessTokens = new Map<string, AccessToken>()
  /** In the order in which they were issued. */
  readonly #refreshTokens = new Map<string, RefreshToken>()

  constructor(settings: {
    profiles: ReadonlyMap<string, Profile>
    tokenLife: number
    maxRefreshTokens: number
  }) {
    this.profiles = settings.profiles
    this.tokenLife = settings.tokenLife
    this.maxRefreshTokens = settings.maxRefreshTokens
  }

  /** The profile that `account.credentials` belongs to. */
  get mainProfile(): Profile {
    return [...this.profiles.values()][0] as Profile
  }

  findProfile(clientID: string | undefined): Profile | undefined {
    return [...this.profiles.values()].find((profile) => profile.clientID === clientID)
  }

  issueAccessToken(profile: Profile): string {
    const token = randomBytes(255).toString('base64url')
    const expiresAt = Date.now() + this.tokenLife * 1_000
    this.#accessTokens.set(token, { profile, expiresAt })
    return token
  }

  /** Returns undefined if the token is unknown, revoked or expired. */
  findAccessToken(accessToken: string): AccessToken | undefined {
    const entry = this.#accessTokens.get(accessToken)
    return entry !== undefined && Date.now() < entry.expiresAt ? entry : undefined
  }

  get liveAccessTokens(): number {
    return countLive(this.#accessTokens)
  }

  revoke(accessToken?: string): number {
    if (accessToken === undefined) return deleteAll(this.#accessTokens)
    const isLive = this.findAccessToken(accessToken) !== undefined
    this.#accessTokens.delete(accessToken)
    return isLive ? 1 : 0
  }

  /** Past the limit, the account drops the oldest refresh token. */
  issueRefreshToken(profile: Profile): string {
    return this.#addRefreshToken(profile, Date.now())
  }

  /** Replaces a refresh token with the next one of its chain. Returns `undefined` if it is not live. */
  exchangeRefreshToken(refreshToken: string, profile: Profile): string | undefined {
    const entry = this.#refreshTokens.get(refreshToken)
    if (entry === undefined || entry.profile !== profile) return undefined
    this.#refreshTokens.delete(refreshToken)
    if (Date.now() >= entry.expiresAt) return undefined
    return this.#addRefreshToken(profile, entry.chainStartedAt)
  }

  get liveRefreshTokens(): number {
    return countLive(this.#refreshTokens)
  }

  revokeRefreshTokens(): number {
    return deleteAll(this.#refreshTokens)
  }

  #addRefreshToken(profile: Profile, chainStartedAt: number): string {
    const token = randomBytes(32).toString('hex')
    const expiresAt = Math.min(
      Date.now() + UNUSED_REFRESH_TOKEN_LIFE_MS,
      chainStartedAt + REFRESH_TOKEN_LIFE_MS,
    )
    this.#refreshTokens.set(token, { profile, chainStartedAt, expiresAt })
    if (this.#refreshTokens.size > this.maxRefreshTokens) this.#dropOldestRefreshTokens()
    return token
  }

  #dropOldestRefreshTokens(): void {
    let excess = this.liveRefreshTokens - this.maxRefreshTokens
    for (const token of this.#refreshTokens.keys()) {
      if (excess <= 0) return
      this.#refreshTokens.delete(token)
      excess -= 1
    }
  }
}

/** Counts the live tokens, and deletes the expired ones. */
function countLive(tokens: Map<string, { expiresAt: number }>): number {
  const now = Date.now()
  for (const [token, { expiresAt }] of tokens) {
    if (now >= expiresAt) tokens.delete(token)
  }
  return tokens.size
}

/** Returns how many live tokens it deleted. */
function deleteAll(tokens: Map<string, { expiresAt: number }>): number {
  const live = countLive(tokens)
  tokens.clear()
  return live
}
