import type { AxiosInstance, InternalAxiosRequestConfig } from 'axios'
import { type Account, createAccount } from './account.js'
import { type Attachment, attachmentsOf } from './attachments.js'
import { configError } from './contract/errors.js'
import { resolveOptions } from './contract/options.js'
import type {
  CaspioAuth,
  CaspioAuthOptions,
  CaspioCredentials,
  CaspioTokenBroker,
} from './contract/types.js'
import { accountOf, createHandle } from './handle.js'
import { ownProperty } from './lib/own-properties.js'
import { sendAuthorised } from './request/adapter.js'
import { createRedirectGuard } from './request/redirects.js'
import { createScope } from './request/scope.js'
import type { Authoriser } from './request/send.js'

/**
 * Authorises every request of `instance` that goes to Caspio. The first request that needs an access
 * token gets one. The plugin renews the token before it expires. If Caspio rejects it, the plugin
 * gets another one and resends the request, once.
 *
 * Attaching the same account again replaces the first attachment. Two accounts work side by side.
 *
 * @param instance the global `axios`, or an instance that `axios.create()` returned
 * @param credentials the three values of the Web services profile, a token broker, or the
 *   {@link CaspioAuth} of another instance, to share its token
 * @param options with a `CaspioAuth` only `origins` and `shouldRenew`: set the others where the
 *   `CaspioAuth` is created
 * @returns the token source of the instance, with `detach()` to remove the plugin
 * @throws CaspioAuthError `ERR_CASPIO_CONFIG` on wrong arguments, naming the field
 */
export function attachCaspioAuth(
  instance: AxiosInstance,
  credentials: CaspioCredentials | CaspioTokenBroker | CaspioAuth,
  options?: CaspioAuthOptions,
): CaspioAuth {
  if (!instance?.interceptors?.request || !instance.defaults) {
    throw configError(
      'the first argument must be an axios instance: axios itself, or the result of axios.create().',
    )
  }
  const account = accountFor(credentials, options)
  const { tokenEndpoint } = account
  const origins = new Set(account.origins)
  if (tokenEndpoint) origins.add(tokenEndpoint.origin)
  if (!origins.size && !ownProperty(instance.defaults, 'baseURL')) {
    throw configError(
      "a token broker does not say where Caspio is. Set origins, like ['https://a1bcd234.caspio.com'], or the instance's baseURL.",
    )
  }

  const attachments = attachmentsOf(instance)
  const key = tokenEndpoint?.href ?? [...origins].sort().join()
  attachments.get(key)?.detach()
  const detachInterceptor = intercept(instance, createAuthoriser(instance, account, origins))
  const attachment: Attachment = {
    origins,
    detach() {
      // Only the origins stay: no secret and no token.
      if (attachments.get(key) === attachment) attachments.set(key, { origins, detach() {} })
      detachInterceptor()
    },
  }
  attachments.set(key, attachment)
  return createHandle(account, instance, attachment.detach)
}

function createAuthoriser(
  instance: AxiosInstance,
  { source, tokenEndpoint, shouldRenew, emit }: Account,
  origins: ReadonlySet<string>,
): Authoriser {
  const scope = createScope({
    origins,
    tokenEndpoint,
    defaults: () => instance.defaults,
    // A broker without origins has nothing but the baseURL.
    belongsToAnother: (origin) =>
      origins.size > 0 &&
      [...attachmentsOf(instance).values()].some(
        (other) => other.origins !== origins && other.origins.has(origin),
      ),
  })
  return {
    source,
    scope,
    shouldRenew,
    guardRedirects: createRedirectGuard(scope.includesURL),
    transport: instance,
    emit,
  }
}

/** Registers the request interceptor. Returns the function that removes it. */
function intercept({ interceptors }: AxiosInstance, authoriser: Authoriser): () => void {
  const { request } = interceptors
  const authorise = (config: InternalAxiosRequestConfig): InternalAxiosRequestConfig => {
    const original = config.adapter
    config.adapter = (final) => sendAuthorised(final, original, authoriser)
    return config
  }
  const id = request.use(authorise, undefined, { synchronous: true })
  return () => {
    const { handlers } = request
    // After interceptors.clear() another interceptor may have this ID.
    if (!handlers?.some((handler) => handler?.fulfilled === authorise)) return
    request.eject(id)
    // Before 1.20 axios keeps the empty slot, and each attachment would add one.
    if (handlers.length === id + 1 && handlers[id] === null) handlers.pop()
  }
}

function accountFor(
  credentials: CaspioCredentials | CaspioTokenBroker | CaspioAuth,
  userOptions: CaspioAuthOptions | undefined,
): Account {
  const shared = accountOf(credentials)
  if (!shared) return createAccount(credentials as CaspioCredentials, userOptions)
  const options = resolveOptions(userOptions)
  const { origins, shouldRenew, ...misplaced } = Object(userOptions)
  for (const [name, value] of Object.entries(misplaced)) {
    if (value === undefined) continue
    throw configError(
      `the option ${name} cannot be set here. Set it where the shared CaspioAuth is created.`,
    )
  }
  return {
    ...shared,
    origins: [...shared.origins, ...options.origins],
    ...(shouldRenew && { shouldRenew }),
  }
}
