import { randomBytes } from 'node:crypto'
import { randomCredential } from './random-credential.js'

const DAY_MS = 86_400_000
const UNUSED_REFRESH_TOKEN_LIFE_MS = 60 * DAY_MS
const REFRESH_TOKEN_LIFE_MS = 365 * DAY_MS

interface RefreshToken {
  /** When client credentials started its chain of tokens. Milliseconds since the epoch. */
  chainStartedAt: number
  /** Milliseconds since the epoch. */
  expiresAt: number
}

/** The account's credentials, and the tokens that it issued. */
export class TokenRegistry {
  readonly clientID: string
  readonly maxRefreshTokens: number
  /** Life of the access tokens issued from now on, in seconds. */
  tokenLife: number
  #clientSecret: string
  readonly #accessTokens = new Map<string, { expiresAt: number }>()
  readonly #refreshTokens = new Map<string, RefreshToken>()

  constructor(settings: {
    clientID: string
    clientSecret: string
    tokenLife: number
    maxRefreshTokens: number
  }) {
    this.clientID = settings.clientID
    this.#clientSecret = settings.clientSecret
    this.tokenLife = settings.tokenLife
    this.maxRefreshTokens = settings.maxRefreshTokens
  }

  get clientSecret(): string {
    return this.#clientSecret
  }

  rotateSecret(): void {
    this.#clientSecret = randomCredential()
  }

  issueAccessToken(): string {
    const token = randomBytes(255).toString('base64url')
    this.#accessTokens.set(token, { expiresAt: Date.now() + this.tokenLife * 1_000 })
    return token
  }

  isLive(accessToken: string): boolean {
    const entry = this.#accessTokens.get(accessToken)
    return entry !== undefined && Date.now() < entry.expiresAt
  }

  get liveAccessTokens(): number {
    return countLive(this.#accessTokens)
  }

  revoke(accessToken?: string): number {
    if (accessToken === undefined) return deleteAll(this.#accessTokens)
    const live = this.isLive(accessToken)
    this.#accessTokens.delete(accessToken)
    return live ? 1 : 0
  }

  /** Returns `undefined` if the account holds as many refresh tokens as it may. */
  issueRefreshToken(): string | undefined {
    if (this.liveRefreshTokens >= this.maxRefreshTokens) return undefined
    return this.#addRefreshToken(Date.now())
  }

  /** Replaces a refresh token by the next of its chain. Returns `undefined` if it is not live. */
  exchangeRefreshToken(refreshToken: string): string | undefined {
    const entry = this.#refreshTokens.get(refreshToken)
    this.#refreshTokens.delete(refreshToken)
    if (entry === undefined || Date.now() >= entry.expiresAt) return undefined
    return this.#addRefreshToken(entry.chainStartedAt)
  }

  get liveRefreshTokens(): number {
    return countLive(this.#refreshTokens)
  }

  revokeRefreshTokens(): number {
    return deleteAll(this.#refreshTokens)
  }

  #addRefreshToken(chainStartedAt: number): string {
    const token = randomBytes(32).toString('hex')
    const expiresAt = Math.min(
      Date.now() + UNUSED_REFRESH_TOKEN_LIFE_MS,
      chainStartedAt + REFRESH_TOKEN_LIFE_MS,
    )
    this.#refreshTokens.set(token, { chainStartedAt, expiresAt })
    return token
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
