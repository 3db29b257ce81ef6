import type { AxiosInstance } from 'axios'
import { type Account, createAccount } from './account.js'
import {
  type AccountIdentity,
  type Attachment,
  type Attachments,
  attachmentsInUse,
  attachmentsOf,
  identityOf,
  intercept,
  isSameAccount,
} from './attachments.js'
import { configError } from './contract/errors.js'
import { resolveOptions } from './contract/options.js'
import { requireSupportedAxios } from './contract/supported-axios.js'
import type {
  CaspioAuth,
  CaspioAuthOptions,
  CaspioCredentials,
  CaspioTokenBroker,
} from './contract/types.js'
import { replaceCreate } from './created-instances.js'
import { accountOf, createHandle } from './handle.js'
import { definedEntries, ownProperty } from './lib/own-properties.js'
import { parseURL } from './lib/url.js'
import { createScope } from './request/scope.js'

/**
 * Authorises every request of `instance` that goes to Caspio. The first request that needs an access
 * token gets one. The plugin renews the token before it expires. If Caspio rejects it, the plugin
 * gets another one and resends the request, once (at most twice with a token store).
 *
 * A new attachment replaces an earlier one for the same account, even with another client ID.
 * Attachments with credentials are for the same account if they have the same token endpoint URL. An
 * attachment with a token broker is for the same account as every attachment that shares an origin with
 * it. Two accounts work side by side. A request that is in the scope of both gets the token of the one
 * attached later. If the two token endpoints share an origin, each is in the scope of the other account:
 * set `skipCaspioAuth` on token requests that your code sends.
 *
 * @param instance the global `axios`, or an instance that `axios.create()` returned
 * @param credentials the three values of the Web services profile, a token broker, or the
 *   {@link CaspioAuth} of another instance, to share its token
 * @param options if you pass a `CaspioAuth`, only `origins`, `shouldRenew`, `createdInstances` and
 *   `existingAuthorization` are allowed: set the others where you create the `CaspioAuth`
 * @returns the token source of the instance, with `detach()` to remove the plugin
 * @throws CaspioAuthError `ERR_CASPIO_CONFIG` on wrong arguments, naming the field, and with axios before 1.6
 */
export function attachCaspioAuth(
  instance: AxiosInstance,
  credentials: CaspioCredentials | CaspioTokenBroker | CaspioAuth,
  options?: CaspioAuthOptions,
): CaspioAuth {
  requireSupportedAxios(instance)
  // An instance has no version. clear() came with axios 1.0.
  if (!instance?.interceptors?.request?.clear || !instance.defaults) {
    throw configError(
      'the first argument must be axios (1.6 or later), or an instance that axios.create() returned.',
    )
  }
  const shared = accountOf(credentials)
  const account = shared
    ? withOptions(shared, options)
    : createAccount(credentials as CaspioCredentials, options)
  if (!account.origins.length && !ownProperty(instance.defaults, 'baseURL')) {
    throw configError(
      "with a token broker, the plugin does not know where Caspio is. Set origins, like ['https://a1bcd234.caspio.com'], or the instance's baseURL.",
    )
  }

  // Other instances that share this CaspioAuth do not take over these two options.
  const shareable = shared ?? {
    ...account,
    createdInstances: false,
    existingAuthorization: 'replace',
  }
  try {
    return createHandle(shareable, instance, addAttachment(instance, account))
  } catch {
    throw configError(
      'the axios instance, its create() or its interceptors are frozen. Attach the plugin before you freeze them.',
    )
  }
}

/** Returns a function that removes it again. Throws if the instance is frozen. */
function addAttachment(instance: AxiosInstance, account: Account): () => void {
  const attachments = attachmentsOf(instance)
  const attachment = createAttachment(instance, account)
  try {
    if (account.createdInstances) replaceCreate(instance)
    intercept(instance)
    const isOther = (one: AccountIdentity) => !isSameAccount(one, attachment)
    const { active, notInherited } = attachments
    attachments.active = [attachment, ...active.filter(isOther)]
    attachments.notInherited = [identityOf(attachment), ...notInherited.filter(isOther)]
  } finally {
    removeUnused(attachments)
  }
  return () => {
    attachments.active = attachments.active.filter((one) => one !== attachment)
    removeUnused(attachments)
  }
}

/** Removes what no attachment needs any more. */
function removeUnused(attachments: Attachments): void {
  const { active, parents, restoreCreate, removeInterceptor } = attachments
  // A created instance follows its parents, which may attach again.
  if (parents.size) return
  attachments.notInherited = active.map(identityOf)
  try {
    if (!active.some((one) => one.createdInstances)) restoreCreate()
    if (!active.length) removeInterceptor()
  } catch {
    // The instance has been frozen since. What stays does nothing without an attachment.
  }
}

function createAttachment(instance: AxiosInstance, account: Account): Attachment {
  const { tokenEndpoint } = account
  const origins = new Set(account.origins)
  const baseURL = ownProperty(instance.defaults, 'baseURL')
  // A token broker without origins has only the baseURL, and keeps it.
  const belongsToAnother = (origin: string) =>
    origins.size > 0 && attachmentsInUse(instance).some((other) => other.origins.has(origin))
  return {
    ...account,
    // Caspio's server ignores the case. The query counts: a gateway may find the account in it.
    endpoint: tokenEndpoint?.href.toLowerCase(),
    // The instance identifies a token broker without origins even after the baseURL has changed.
    places: origins.size ? origins : new Set([instance, parseURL(`${baseURL}`)?.origin]),
    origins,
    scope: createScope(origins, tokenEndpoint, instance, belongsToAnother),
  }
}

/** A shared account, with the options that an instance may set. */
function withOptions(shared: Account, userOptions: CaspioAuthOptions | undefined): Account {
  const { origins } = resolveOptions(userOptions)
  const given = definedEntries(userOptions ?? {})
  // Of the options, an account has only those that an attachment may set.
  const misplaced = given.find(([name]) => !Object.hasOwn(shared, name))
  if (misplaced) {
    throw configError(
      `the option ${misplaced[0]} cannot be set here. Set it where you create the CaspioAuth.`,
    )
  }
  return { ...shared, ...Object.fromEntries(given), origins: [...shared.origins, ...origins] }
}
