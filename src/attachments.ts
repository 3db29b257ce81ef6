import type { AxiosInstance, InternalAxiosRequestConfig } from 'axios'
import { defineHidden } from './lib/own-properties.js'
import { authorise } from './request/adapter.js'
import type { Authoriser } from './request/send.js'

/** What identifies an account on an instance: no secret and no token. */
export interface AccountIdentity {
  /** Undefined if a token broker gets the token. */
  readonly endpoint: string | undefined
  /**
   * Its origins, or the instance if it has none. If there is a token broker, attachments are for the
   * same account if they share one.
   */
  readonly places: ReadonlySet<unknown>
}

/** The plugin on one instance, for one account. */
export interface Attachment extends Authoriser, AccountIdentity {
  /** Another account's `baseURL` must not bring these into its scope. */
  readonly origins: ReadonlySet<string>
  readonly createdInstances: boolean
}

/** What the plugin keeps on an instance. */
export interface Attachments {
  /** The newest first. The first one whose scope includes a request authorises it. */
  active: readonly Attachment[]
  /** The accounts that it does not take over from its parents: its own, and those detached from it. */
  notInherited: readonly AccountIdentity[]
  /** The instances that took part in the creation of this one. */
  readonly parents: Set<AxiosInstance>
  /** The request interceptor that was registered last. Compared by identity. */
  interceptor: object
  removeInterceptor(): void
  restoreCreate(): void
}

// On the instance and with Symbol.for: hot reload evaluates this module again, and the ESM and the
// CommonJS copy of the package share no variable.
const ATTACHMENTS = Symbol.for('axios-caspio-auth.attachments')

export function attachmentsOf(instance: object): Attachments {
  if (!Object.hasOwn(instance, ATTACHMENTS)) {
    const none: Attachments = {
      active: [],
      notInherited: [],
      parents: new Set(),
      interceptor: {},
      removeInterceptor() {},
      restoreCreate() {},
    }
    defineHidden(instance, ATTACHMENTS, none)
  }
  return (instance as { [ATTACHMENTS]: Attachments })[ATTACHMENTS]
}

/** Lets an instance use the attachments of one that created it. */
export function addParent(instance: AxiosInstance, parent: AxiosInstance): void {
  // A create() of the application may return the instance itself, or one that created it. The parents
  // would form a circle.
  const leadsBack = (one: AxiosInstance): boolean =>
    one === instance || [...attachmentsOf(one).parents].some(leadsBack)
  if (!leadsBack(parent)) attachmentsOf(instance).parents.add(parent)
}

export function identityOf({ endpoint, places }: Attachment): AccountIdentity {
  return { endpoint, places }
}

/** Whether an attachment of the one replaces an attachment of the other. */
export function isSameAccount(a: AccountIdentity, b: AccountIdentity): boolean {
  return a.endpoint && b.endpoint
    ? a.endpoint === b.endpoint
    : [...a.places].some((place) => b.places.has(place))
}

/** The attachments of an instance, and those of the instances that created it. */
export function attachmentsInUse(instance: AxiosInstance): readonly Attachment[] {
  const { active, notInherited, parents } = attachmentsOf(instance)
  // Building a list takes half a microsecond.
  if (!parents.size) return active
  const inherited = [...parents]
    .flatMap(attachmentsInUse)
    .filter(
      (one) => one.createdInstances && !notInherited.some((other) => isSameAccount(one, other)),
    )
  return [...active, ...inherited]
}

/**
 * Registers the request interceptor, unless it is registered: then the new one takes its place. The
 * earlier one may be gone after `interceptors.clear()`, or belong to code that was replaced.
 */
export function intercept(instance: AxiosInstance): void {
  const attachments = attachmentsOf(instance)
  const { request } = instance.interceptors
  const interceptor = (config: InternalAxiosRequestConfig) => {
    const inUse = attachmentsInUse(instance)
    return inUse.length ? authorise(config, instance, inUse) : config
  }
  const findRegistered = () =>
    request.handlers?.find((one) => one?.fulfilled === attachments.interceptor)
  const registered = findRegistered()
  if (registered) registered.fulfilled = interceptor
  attachments.interceptor = interceptor
  if (registered) return
  const id = request.use(interceptor, undefined, { synchronous: true })
  attachments.removeInterceptor = () => {
    const { handlers } = request
    // After interceptors.clear() another interceptor may have this ID.
    if (!findRegistered()) return
    request.eject(id)
    // Before 1.20 axios keeps the empty slot, and each attachment would add one.
    if (handlers?.length === id + 1 && handlers[id] === null) handlers.pop()
  }
}
