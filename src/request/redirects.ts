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

function markOf(config: InternalAxiosRequestConfig): Mark | undefined {
  return (config.beforeRedirect as { [MARK]?: Mark } | undefined)?.[MARK]
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
  const mark = markOf(config)
  const original = mark ? mark.original : config.beforeRedirect
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

/** Whether the request itself brings a token: not if the plugin set it, and the config is sent again. */
export function bringsAuthorization(config: InternalAxiosRequestConfig): boolean {
  const authorization = config.headers.get('Authorization')
  return !markOf(config)?.isOurs(authorization) && /\S/.test(`${authorization ?? ''}`)
}
