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
import { ownField } from './lib/own-properties.js'
import { type Authoriser, sendAuthorised } from './request/adapter.js'
import { createRedirectGuard } from './request/redirects.js'
import { createScope } from './request/scope.js'
import { transportOf } from './token/transport.js'

/**
 * Authorises every request of `instance` that goes to Caspio, for good: the access token is
 * fetched when the first request needs it, renewed before it expires, and replaced when it is
 * rejected, in which case the request is resent once.
 *
 * Attaching the same account again replaces the first attachment. Two accounts work side by side.
 *
 * @param instance the global `axios`, or what `axios.create()` returned
 * @param credentials the three values of the Web services profile, or a function that fetches a
 *   token from elsewhere, or the {@link CaspioAuth} of another instance, to share its token
 * @param options with a `CaspioAuth`, only `origins` and `shouldRenew`: the others are set where
 *   it was created
 * @returns the token source, and the way to take the plugin off again
 * @throws CaspioAuthError `ERR_CASPIO_CONFIG` on bad arguments, naming the field
 */
export function attachCaspioAuth(
  instance: AxiosInstance,
  credentials: CaspioCredentials | CaspioTokenBroker | CaspioAuth,
  options?: CaspioAuthOptions,
): CaspioAuth {
  if (!instance?.interceptors?.request || !instance.defaults) {
    throw configError(
      'the first argument must be an axios instance: axios itself, or what axios.create() returned.',
    )
  }
  const account = accountFor(credentials, options)
  const { source, tokenEndpoint, origins, shouldRenew, emit } = account
  if (!tokenEndpoint && !origins.length && !ownField(instance.defaults, 'baseURL')) {
    throw configError(
      'a token broker does not tell where Caspio is: set the option origins, like https://a1bcd234.caspio.com, or the baseURL of the instance.',
    )
  }

  const own = new Set(tokenEndpoint ? [tokenEndpoint.origin, ...origins] : origins)
  const attachments = attachmentsOf(instance)
  const scope = createScope(
    own,
    tokenEndpoint,
    () => instance.defaults,
    // A broker without a home of its own has nothing but the baseURL.
    (origin) =>
      own.size > 0 &&
      [...attachments.values()].some((other) => other !== attachment && other.own.has(origin)),
  )
  const via = transportOf(instance)
  const authoriser: Authoriser = {
    source,
    covers: scope.covers,
    shouldRenew: shouldRenew ?? (({ status }) => status === 401),
    guard: createRedirectGuard(scope.allows),
    via,
    emit,
  }

  const { request } = instance.interceptors
  const authorise = (config: InternalAxiosRequestConfig): InternalAxiosRequestConfig => {
    const adapters = config.adapter
    config.adapter = (final) => sendAuthorised(final, adapters, authoriser)
    return config
  }
  const key = tokenEndpoint?.href ?? [...own].sort().join()
  attachments.get(key)?.detach()
  for (const other of attachments.values()) other.reset()
  const id = request.use(authorise, undefined, { synchronous: true })
  const attachment: Attachment = {
    own,
    reset: scope.reset,
    detach() {
      // Its home is all that is left of it: nothing of its secrets and tokens.
      if (attachments.get(key) === attachment) {
        attachments.set(key, { own, reset() {}, detach() {} })
      }
      const { handlers } = request
      // After interceptors.clear() the id may be somebody else's.
      if (!handlers?.some((handler) => handler?.fulfilled === authorise)) return
      request.eject(id)
      // axios 1.16 keeps the empty slot, and every attachment would add another one.
      if (handlers.length === id + 1 && handlers[id] === null) handlers.pop()
    },
  }
  attachments.set(key, attachment)
  return createHandle(account, via, attachment.detach)
}

function accountFor(
  credentials: CaspioCredentials | CaspioTokenBroker | CaspioAuth,
  options: CaspioAuthOptions | undefined,
): Account {
  const shared = accountOf(credentials)
  if (!shared) return createAccount(credentials as CaspioCredentials, options)
  const { origins, shouldRenew } = resolveOptions(options)
  const misplaced = Object.entries(options ?? {}).find(
    ([name, value]) => value !== undefined && !/^origins$|^shouldRenew$/.test(name),
  )
  if (misplaced) {
    throw configError(`the option ${misplaced[0]} belongs where the shared CaspioAuth is created.`)
  }
  return {
    ...shared,
    origins: [...shared.origins, ...origins],
    shouldRenew: shouldRenew ?? shared.shouldRenew,
  }
}
