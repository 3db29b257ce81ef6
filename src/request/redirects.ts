import type { AxiosRequestConfig, InternalAxiosRequestConfig } from 'axios'
import { axios } from '../lib/axios.js'
import type { Scope } from './scope.js'

type BeforeRedirect = NonNullable<AxiosRequestConfig['beforeRedirect']>

// axios copies a config that is sent again, but not its functions. Symbol.for, because the plugin may
// have been attached again since, by another copy of this module.
const UNDO = Symbol.for('axios-caspio-auth.undo')

type Guard = BeforeRedirect & { [UNDO]?(config: InternalAxiosRequestConfig): void }

/** Removes the token and the guard from a config that is sent again, perhaps to another party. */
export function removeToken(config: InternalAxiosRequestConfig): void {
  const guard = config.beforeRedirect as Guard | undefined
  guard?.[UNDO]?.(config)
}

/**
 * Drops the `Authorization` header from a redirect that leaves the scope. Before 1.21 axios kept it
 * for subdomains. The fetch adapter does not call this: the Fetch standard drops the header, and
 * every runtime obeys, except workerd before the compatibility date 2025-09-01.
 */
export function guardRedirects(
  config: InternalAxiosRequestConfig,
  { includesURL }: Pick<Scope, 'includesURL'>,
): void {
  const original = config.beforeRedirect as BeforeRedirect
  const sent = config.headers.Authorization
  const guard: Guard = (...details) => {
    const [{ href, headers }] = details
    if (!includesURL(href)) {
      for (const name in headers) {
        if (name.toLowerCase() === 'authorization') delete headers[name]
      }
    }
    original?.(...details)
  }
  guard[UNDO] = (copy) => {
    // An adapter in front of the plugin's may make a plain object of them.
    copy.headers = axios.AxiosHeaders.from(copy.headers)
    if (copy.headers.get('Authorization') === sent) copy.headers.delete('Authorization')
    copy.beforeRedirect = original
  }
  config.beforeRedirect = guard
}
