import type { ResolvedOptions } from '../contract/options.js'
import type { KnownCredentials } from '../contract/types.js'
import { formEncode } from '../lib/redact.js'

/** Value of the HTTP Basic header. Both parts are form-encoded first (RFC 6749 §2.3.1). */
export function basicValue({ clientID, clientSecret }: KnownCredentials): string {
  return btoa(`${formEncode(clientID)}:${formEncode(clientSecret)}`)
}

/** How a token request says which client sends it: in a header, or in fields of its form. */
export function authenticateClient(
  credentials: KnownCredentials,
  method: ResolvedOptions['clientAuthentication'],
): { readonly headers: Record<string, string>; readonly fields: Record<string, string> } {
  const { clientID, clientSecret } = credentials
  return method === 'basic'
    ? { headers: { Authorization: `Basic ${basicValue(credentials)}` }, fields: {} }
    : { headers: {}, fields: { client_id: clientID, client_secret: clientSecret } }
}
