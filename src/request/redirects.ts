import type { AxiosRequestConfig } from 'axios'

type BeforeRedirect = NonNullable<AxiosRequestConfig['beforeRedirect']>

/** Puts the guard before the request's own `beforeRedirect`. */
export type RedirectGuard = (beforeRedirect: BeforeRedirect | undefined) => BeforeRedirect

/**
 * Drops the `Authorization` header from a redirect that leaves the scope. Before 1.21 axios kept it
 * for subdomains. The fetch adapter does not call this: the Fetch standard drops the header, and
 * every runtime obeys, except workerd before the compatibility date 2025-09-01.
 */
export function createRedirectGuard(isInScope: (url: string) => boolean): RedirectGuard {
  const guard: BeforeRedirect = ({ href, headers }) => {
    if (isInScope(href)) return
    for (const name of Object.keys(headers)) {
      if (name.toLowerCase() === 'authorization') delete headers[name]
    }
  }
  // A config that is sent again has the guard already.
  const guarded = new WeakSet([guard])
  return (beforeRedirect) => {
    if (!beforeRedirect) return guard
    if (guarded.has(beforeRedirect)) return beforeRedirect
    const both: BeforeRedirect = (...details) => {
      guard(...details)
      beforeRedirect(...details)
    }
    guarded.add(both)
    return both
  }
}
