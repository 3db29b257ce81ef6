import type { Answer } from '../answer.js'
import { CaspioError } from '../caspio-error.js'
import type { AccountData } from '../data/account-data.js'
import type { RateLimiter } from '../rate-limiter.js'
import type { ReceivedRequest } from '../received-request.js'
import type { Profile } from '../token/profile.js'
import type { CaspioRight } from '../token/profile-types.js'
import type { Version } from './version.js'

/** One request to the API, with all that an answer needs. */
export interface ApiCall {
  readonly request: ReceivedRequest
  readonly version: Version
  /** The parameters of the path, decoded. */
  readonly path: Readonly<Record<string, string>>
  readonly data: AccountData
  /** Whose access token the request carries. */
  readonly profile: Profile
  /** When that token expires, in milliseconds since the epoch. */
  readonly tokenExpiresAt: number
  readonly limiter: RateLimiter
}

export interface Route {
  readonly method: string
  /** Such as `/tables/{tableName}/records`. */
  readonly path: string
  /** What the profile must be granted. Undefined if every profile may call it. */
  readonly right: CaspioRight | undefined
  /** @throws CaspioError unless the request succeeds */
  readonly answer: (call: ApiCall) => Answer
}

/** The routes of one path. */
interface Pattern {
  readonly segments: readonly string[]
  readonly routes: Route[]
}

export interface RouteMatch {
  readonly route: Route
  readonly path: Record<string, string>
}

export class Router {
  readonly #patterns: readonly Pattern[]

  constructor(routes: readonly Route[]) {
    const patterns = new Map<string, Pattern>()
    for (const route of routes) {
      const pattern = patterns.get(route.path) ?? { segments: split(route.path), routes: [] }
      pattern.routes.push(route)
      patterns.set(route.path, pattern)
    }
    // `/files/path` comes before `/files/{externalKey}`.
    this.#patterns = [...patterns.values()].sort((one, other) =>
      specificity(one) < specificity(other) ? -1 : 1,
    )
  }

  /**
   * Finds the route of a request. HEAD is served as GET; Node leaves out the body.
   * @throws CaspioError if there is none
   */
  match(method: string, segments: readonly string[]): RouteMatch {
    for (const { segments: expected, routes } of this.#patterns) {
      const path = matchSegments(expected, segments)
      if (path === undefined) continue
      const wanted = method === 'HEAD' ? 'GET' : method
      const route = routes.find((item) => item.method === wanted)
      if (route !== undefined) return { route, path }
      const methods = routes.flatMap((item) =>
        item.method === 'GET' ? ['GET', 'HEAD'] : item.method,
      )
      throw new CaspioError(405, { headers: { Allow: methods.join(', ') } })
    }
    throw new CaspioError(404)
  }
}

function split(path: string): string[] {
  return path.split('/').slice(1)
}

/** Sorts fixed segments before parameters. */
function specificity({ segments }: Pattern): string {
  return segments.map((segment) => (segment.startsWith('{') ? 'z' : 'a')).join('')
}

/** Caspio runs on IIS, which ignores the case of a path. */
function matchSegments(
  expected: readonly string[],
  actual: readonly string[],
): Record<string, string> | undefined {
  if (expected.length !== actual.length) return undefined
  const path: Record<string, string> = {}
  for (const [index, segment] of expected.entries()) {
    const text = actual[index] as string
    if (segment.startsWith('{')) {
      if (text === '') return undefined
      path[segment.slice(1, -1)] = text
    } else if (segment.toLowerCase() !== text.toLowerCase()) return undefined
  }
  return path
}

/** A route that the contract has and the stand-in account does not serve. */
export function notImplemented(method: string, path: string): Route {
  return {
    method,
    path,
    right: undefined,
    answer: ({ version }) => {
      throw new CaspioError(501, {
        message: `The stand-in account does not implement ${method} /${version}${path}.`,
      })
    },
  }
}
