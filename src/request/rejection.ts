import type { AxiosResponse } from 'axios'
import { memberOf } from '../lib/own-properties.js'
import { parseURL } from '../lib/url.js'
import type { Authoriser } from './send.js'

/** Whether this answer means that the token was rejected, by the user's `shouldRenew`. */
export function isTokenRejected(
  response: AxiosResponse,
  { shouldRenew, scope }: Pick<Authoriser, 'shouldRenew' | 'scope'>,
): boolean {
  const { request } = response
  try {
    // A redirect that drops the token leads to another server, whose 401 says nothing about it.
    const getHeader = memberOf(request, 'getHeader') as ((name: string) => unknown) | undefined
    if (getHeader && !getHeader.call(request, 'authorization')) return false
    // An XMLHttpRequest says where its answer comes from. With fetch, nobody does.
    const lastURL = parseURL(`${memberOf(request, 'responseURL')}`)
    if (lastURL && !scope.includesURL(lastURL.href)) return false
    const verdict: unknown = shouldRenew(response)
    // An async function, by mistake: its rejection must not end the process.
    if (typeof verdict === 'object') Promise.resolve(verdict).catch(() => {})
    return verdict === true
  } catch {
    return false
  }
}
