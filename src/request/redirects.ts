import type { AxiosRequestConfig, InternalAxiosRequestConfig } from 'axios'
import type { Scope } from './scope.js'

type BeforeRedirect = NonNullable<AxiosRequestConfig['beforeRedirect']>

interface Mark {
  /** The request's own `beforeRedirect`. */
  readonly original: BeforeRedirect | undefined
  isOurs(authorization: unknown): boolean
}

// axios copies a config that is sent again, but not its functions. Symbol.for, because the plugin may
// have been attached again meanwhile, by another copy of this module.
const MARK = Symbol.for('axios-caspio-auth.mark')

/** Removes the token and the guard from a config that is sent again, perhaps to another party. */
export function removeToken(config: InternalAxiosRequestConfig): void {
  const mark = (config.beforeRedirect as { [MARK]?: Mark } | undefined)?.[MARK]
  if (!mark) return
  if (mark.isOurs(config.headers.get('Authorization'))) config.headers.delete('Authorization')
  config.beforeRedirect = mark.original as BeforeRedirect
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
  const original = config.beforeRedirect
  const sent = config.headers.Authorization
  const guard: BeforeRedirect & { [MARK]?: Mark } = (...details) => {
    const [{ href, headers }] = details
    for (const name of includesURL(href) ? [] : Object.keys(headers)) {
      if (name.toLowerCase() === 'authorization') delete headers[name]
    }
    original?.(...details)
  }
  guard[MARK] = { original, isOurs: (authorization) => authorization === sent }
  config.beforeRedirect = guard
}
