import type { AxiosResponse } from 'axios'
import { memberOf } from '../lib/own-properties.js'
import { parseURL } from '../lib/url.js'
import { isUnavailable } from '../token/unavailable.js'
import type { Authoriser } from './send.js'

/**
 * Whether this answer rejects the token, according to the user's `shouldRenew`. Undefined if it says
 * nothing about the token.
 */
export function isTokenRejected(
  response: AxiosResponse,
  { shouldRenew, scope }: Pick<Authoriser, 'shouldRenew' | 'scope'>,
): boolean | undefined {
  try {
    const verdict: unknown = shouldRenew(response)
    // An async function, by mistake: its rejection must not end the process.
    if (verdict) Promise.resolve(verdict).catch(() => {})
    if (verdict === true) return isRedirectedAway(response, scope) ? undefined : true
    return isUnavailable(response.status, response.data) ? undefined : false
  } catch {
    return undefined
  }
}

/**
 * A redirect that drops the token leads to another server, whose 401 says nothing about it. A redirect
 * that turned a write into a GET follows a success: a resend would execute the write twice.
 */
function isRedirectedAway({ request, config }: AxiosResponse, scope: Authoriser['scope']): boolean {
  const isWrite = /^(post|put|patch|delete)$/i.test(`${memberOf(config, 'method')}`)
  if (isWrite && memberOf(request, 'method') === 'GET') return true
  const getHeader = memberOf(request, 'getHeader') as ((name: string) => unknown) | undefined
  if (getHeader && !getHeader.call(request, 'authorization')) return true
  // Only an XMLHttpRequest has it. axios-mock-adapter sets a relative one, which proves nothing.
  const lastURL = parseURL(`${memberOf(request, 'responseURL')}`)
  return !!lastURL && !scope.includesURL(lastURL.href)
}
