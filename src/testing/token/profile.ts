import { optionError } from '../option-error.js'
import { requireKnown } from '../require-known.js'
import type {
  CaspioIPRule,
  CaspioProfileOptions,
  CaspioProfileState,
  CaspioRight,
} from './profile-types.js'
import { randomCredential } from './random-credential.js'

const RIGHTS = ['read', 'insert', 'update', 'delete', 'design']
const STATES = ['enabled', 'disabled', 'unprivileged']
const OPTION_NAMES = ['clientID', 'clientSecret', 'permissions', 'ip', 'state']

/** One Web services profile: a client with its own permissions and its own rule for addresses. */
export class Profile {
  readonly name: string
  readonly clientID: string
  #clientSecret: string
  #state: CaspioProfileState = 'enabled'
  #ip: CaspioIPRule = {}
  readonly #permissions: ReadonlyMap<string, readonly string[]> | undefined

  /** @throws TypeError for the first option that is wrong */
  constructor(name: string, options: CaspioProfileOptions) {
    const path = `profiles.${name}`
    if (Object(options) !== options) throw optionError(`${path} must be an object`)
    requireKnown(path, options, OPTION_NAMES)
    this.name = name
    this.clientID = options.clientID ?? randomCredential()
    this.#clientSecret = options.clientSecret ?? randomCredential()
    for (const credential of ['clientID', 'clientSecret'] as const) {
      if (typeof this[credential] !== 'string' || this[credential] === '') {
        throw optionError(`${path}.${credential} must be a string that is not empty`)
      }
    }
    this.state = options.state ?? 'enabled'
    this.ip = options.ip ?? {}
    this.#permissions = options.permissions && readPermissions(path, options.permissions)
  }

  get clientSecret(): string {
    return this.#clientSecret
  }

  get state(): CaspioProfileState {
    return this.#state
  }

  set state(state: CaspioProfileState) {
    if (!STATES.includes(state)) throw optionError(`state must be one of ${STATES.join(', ')}`)
    this.#state = state
  }

  get ip(): CaspioIPRule {
    return this.#ip
  }

  set ip({ allow, deny }: CaspioIPRule) {
    for (const list of [allow, deny]) {
      if (list !== undefined && !Array.isArray(list)) {
        throw optionError('allow and deny must be arrays of IP addresses')
      }
    }
    this.#ip = { ...(allow && { allow: [...allow] }), ...(deny && { deny: [...deny] }) }
  }

  rotateSecret(): void {
    this.#clientSecret = randomCredential()
  }

  admits(address: string): boolean {
    const { allow, deny } = this.#ip
    return (allow?.includes(address) ?? true) && !deny?.includes(address)
  }

  /** @param path such as `tables/Orders` */
  may(right: CaspioRight, path: string): boolean {
    if (this.#permissions === undefined) return true
    const key = path.toLowerCase()
    const granted = this.#permissions.get(key) ?? this.#permissions.get(key.split('/')[0] as string)
    return granted?.includes(right) ?? false
  }

  mayRead(path: string): boolean {
    return this.may('read', path)
  }
}

function readPermissions(
  path: string,
  permissions: NonNullable<CaspioProfileOptions['permissions']>,
): Map<string, readonly string[]> {
  const entries = Object.entries(permissions).map(([object, given]) => {
    const rights = given === 'all' ? RIGHTS : given
    if (!Array.isArray(rights) || !rights.every((right) => RIGHTS.includes(right))) {
      throw optionError(
        `${path}.permissions['${object}'] must be 'all', or an array of ${RIGHTS.join(', ')}`,
      )
    }
    return [object.replace(/^\/+/, '').toLowerCase(), rights] as const
  })
  return new Map(entries)
}
