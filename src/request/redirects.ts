import type { AxiosRequestConfig } from 'axios'

type BeforeRedirect = NonNullable<AxiosRequestConfig['beforeRedirect']>

/** Puts the guard in front of the request's own `beforeRedirect`, if it has one. */
export type RedirectGuard = (own: BeforeRedirect | undefined) => BeforeRedirect

/**
 * Drops the `Authorization` header where a redirect leaves the scope. Before 1.21 axios let it
 * follow to subdomains. A fetch adapter does not ask us: the Fetch standard drops it there,
 * as every runtime does but workerd before the compatibility date 2025-09-01.
 */
export function createRedirectGuard(allows: (url: string) => boolean): RedirectGuard {
  const guard: BeforeRedirect = ({ href, headers }) => {
    if (allows(href)) return
    for (const name of Object.keys(headers)) {
      if (name.toLowerCase() === 'authorization') delete headers[name]
    }
  }
  // A request that is sent again brings the guard along.
  const guarded = new WeakSet([guard])
  return (own) => {
    if (!own) return guard
    if (guarded.has(own)) return own
    const both: BeforeRedirect = (...details) => {
      guard(...details)
      own(...details)
    }
    guarded.add(both)
    return both
  }
}
