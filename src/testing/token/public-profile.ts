import type { CaspioAccountCredentials } from '../types.js'
import type { Profile } from './profile.js'
import type { CaspioIPRule, CaspioProfile, CaspioProfileState } from './profile-types.js'

/** A profile as users see it. Its state is in private fields, so that printing it shows no secret. */
export class PublicProfile implements CaspioProfile {
  readonly name: string
  readonly #profile: Profile
  readonly #credentials: () => CaspioAccountCredentials

  constructor(profile: Profile, credentials: () => CaspioAccountCredentials) {
    this.name = profile.name
    this.#profile = profile
    this.#credentials = credentials
  }

  get credentials(): CaspioAccountCredentials {
    return this.#credentials()
  }

  get state(): CaspioProfileState {
    return this.#profile.state
  }

  set state(state: CaspioProfileState) {
    this.#profile.state = state
  }

  get ip(): CaspioIPRule {
    return this.#profile.ip
  }

  set ip(rule: CaspioIPRule) {
    this.#profile.ip = rule
  }
}
