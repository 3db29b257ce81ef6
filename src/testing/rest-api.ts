import type { Answer } from './answer.js'
import { type Route, Router } from './api/route.js'
import { readVersion, type Version } from './api/version.js'
import { CaspioError } from './caspio-error.js'
import type { AccountData } from './data/account-data.js'
import type { RateLimiter } from './rate-limiter.js'
import type { ReceivedRequest } from './received-request.js'
import type { Profile } from './token/profile.js'
import type { AccessToken, TokenRegistry } from './token/token-registry.js'
import { V3_ROUTES } from './v3/routes.js'
import { V4_ROUTES } from './v4/routes.js'

const MAX_URI_LENGTH = 2_047

const v3 = new Router(V3_ROUTES)
const ROUTERS: Readonly<Record<Version, Router>> = { v2: v3, v3, v4: new Router(V4_ROUTES) }

export interface ApiParts {
  readonly tokens: TokenRegistry
  readonly data: AccountData
  readonly limiter: RateLimiter
}

/**
 * Answers a request to the REST API.
 * @throws CaspioError unless the request succeeds
 */
export function answerApiRequest(
  request: ReceivedRequest,
  { tokens, data, limiter }: ApiParts,
): Answer {
  if (request.origin.length + request.target.length > MAX_URI_LENGTH) throw new CaspioError(414)
  const api = readVersion(request.path)
  if (api === undefined) throw new CaspioError(404)
  const { profile, expiresAt } = authorise(request, tokens)
  if (request.bodyState === 'too large') throw new CaspioError(413)
  const { version } = api
  const segments = decodePath(api.rest)
  const { route, path } = ROUTERS[version].match(request.method, segments)
  checkPermission(route, profile, segments, data)
  return route.answer({ request, version, path, data, profile, tokenExpiresAt: expiresAt, limiter })
}

/** @throws CaspioError unless the request carries a live token of a profile that may be used here */
function authorise(request: ReceivedRequest, tokens: TokenRegistry): AccessToken {
  const [, text] = /^bearer +(\S+)\s*$/i.exec(request.headers.authorization ?? '') ?? []
  const token = text === undefined ? undefined : tokens.findAccessToken(text)
  if (token === undefined || token.profile.state !== 'enabled') throw new CaspioError(401)
  if (token.profile.admits(request.address)) return token
  throw new CaspioError(403, {
    code: 'IpForbidden',
    message: 'The profile does not allow requests from this IP address.',
  })
}

/** @throws CaspioError if the profile is not granted what the route needs */
function checkPermission(
  { right }: Route,
  profile: Profile,
  [kind = '', object = '']: readonly string[],
  data: AccountData,
): void {
  if (right === undefined) return
  // v4 has the ID of a table or view in the path. Permissions have its name.
  const sources = [...data.tables.values(), ...data.views.values()]
  const name = sources.find(({ id }) => id === object)?.name ?? object
  if (!profile.may(right, `${kind}/${name}`)) throw new CaspioError(403)
}

function decodePath(path: string): string[] {
  try {
    return path.replace(/\/$/, '').split('/').slice(1).map(decodeURIComponent)
  } catch {
    throw new CaspioError(404)
  }
}
