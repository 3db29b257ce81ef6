import type { CaspioAccountCredentials } from '../types.js'

/** What a profile may do with an object. `design` changes tables and fields. */
export type CaspioRight = 'read' | 'insert' | 'update' | 'delete' | 'design'

/** Which addresses may use a profile. An address is a whole IPv4 or IPv6 address. */
export interface CaspioIPRule {
  /**
   * The only addresses that may use the profile.
   *
   * @default every address
   */
  allow?: readonly string[]
  /**
   * Addresses that may not use the profile.
   *
   * @default none
   */
  deny?: readonly string[]
}

/**
 * Why the token endpoint refuses a profile: `disabled` gets `ProfileDisabled`, `unprivileged` gets
 * `UnsufficientPrivileges`.
 */
export type CaspioProfileState = 'enabled' | 'disabled' | 'unprivileged'

/** A Web services profile that an account starts with. */
export interface CaspioProfileOptions {
  /**
   * The profile's client ID.
   *
   * @default 50 random hexadecimal digits
   */
  clientID?: string
  /**
   * The profile's client secret.
   *
   * @default 50 random hexadecimal digits
   */
  clientSecret?: string
  /**
   * What the profile is granted, by the paths of objects: `tables/Orders`, `tables` (all of them),
   * `views/Open`, `files`. Everything else gets 403.
   *
   * @default everything
   */
  permissions?: Readonly<Record<string, readonly CaspioRight[] | 'all'>>
  /**
   * Which addresses may use the profile. The others get 403 `IpForbidden`.
   *
   * @default every address
   */
  ip?: CaspioIPRule
  /**
   * Whether the profile gets tokens.
   *
   * @default 'enabled'
   */
  state?: CaspioProfileState
}

/** A Web services profile of a running account. */
export interface CaspioProfile {
  /** The profile's name. */
  readonly name: string
  /** A copy of the profile's current credentials, for `attachCaspioAuth`. */
  readonly credentials: CaspioAccountCredentials
  /** Whether the profile gets tokens. Set it to see how your code behaves when it does not. */
  state: CaspioProfileState
  /** Which addresses may use the profile. Set it to see how your code behaves at another address. */
  ip: CaspioIPRule
}
