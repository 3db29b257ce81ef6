import type { AxiosResponse } from 'axios'
import type { Authoriser } from './send.js'

/** Whether this answer means that the token was rejected, by the user's `shouldRenew`. */
export function isTokenRejected(
  response: AxiosResponse,
  { shouldRenew }: Pick<Authoriser, 'shouldRenew'>,
): boolean {
  try {
    const verdict: unknown = shouldRenew(response)
    // An async function, by mistake: its rejection must not end the process.
    if (typeof verdict === 'object') Promise.resolve(verdict).catch(() => {})
    return verdict === true
  } catch {
    return false
  }
}
