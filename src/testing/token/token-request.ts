import { URLSearchParams } from 'node:url'
import type { CaspioTokenLogEntry } from '../log-types.js'
import type { ReceivedRequest } from '../received-request.js'

/** A request to the token endpoint, which may be malformed. */
export interface TokenRequest {
  isForm: boolean
  grant: string | undefined
  refreshToken: string | undefined
  authorization: CaspioTokenLogEntry['authorization']
  clientAuthentication: CaspioTokenLogEntry['clientAuthentication']
  clientID: string | undefined
  clientSecret: string | undefined
}

export function readTokenRequest(request: ReceivedRequest): TokenRequest {
  const isForm = /^application\/x-www-form-urlencoded\s*(?:;|$)/i.test(
    request.headers['content-type'] ?? '',
  )
  const form = new URLSearchParams(isForm ? request.body.toString() : '')
  const field = (name: string) => form.get(name) ?? undefined
  const grantFields = { isForm, grant: field('grant_type'), refreshToken: field('refresh_token') }

  const authorization = schemeOf(request.headers.authorization)
  if (authorization === 'basic') {
    const [clientID, clientSecret] = readBasic(request.headers.authorization as string)
    return { ...grantFields, authorization, clientAuthentication: 'basic', clientID, clientSecret }
  }
  const clientID = field('client_id')
  const clientSecret = field('client_secret')
  const inBody = clientID !== undefined || clientSecret !== undefined
  const clientAuthentication = inBody ? 'body' : undefined
  return { ...grantFields, authorization, clientAuthentication, clientID, clientSecret }
}

function schemeOf(authorization: string | undefined): TokenRequest['authorization'] {
  if (authorization === undefined) return undefined
  const scheme = authorization.split(/\s/, 1)[0]?.toLowerCase()
  return scheme === 'basic' || scheme === 'bearer' ? scheme : 'other'
}

/** Reads the client ID and secret. The client form-encodes both first (RFC 6749 §2.3.1). */
function readBasic(authorization: string): [string | undefined, string | undefined] {
  const pair = Buffer.from(authorization.replace(/^\S+\s*/, ''), 'base64').toString()
  const colon = pair.indexOf(':')
  if (colon < 0) return [undefined, undefined]
  return [formDecode(pair.slice(0, colon)), formDecode(pair.slice(colon + 1))]
}

function formDecode(text: string): string | undefined {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    return undefined
  }
}
