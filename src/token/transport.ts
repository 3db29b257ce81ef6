import type { AxiosRequestConfig } from 'axios'
import { isEqual } from '../lib/is-equal.js'
import { withoutPrototype } from '../lib/own-properties.js'
// Without .js: the build for browsers takes platform.browser.ts.
import { forTokenRequest, SERVER_KEYS } from './platform'

/** The instance whose requests a token request imitates, on its way to the token endpoint. */
export interface Transport {
  readonly defaults: object
}

// The settings that say how to reach an endpoint. Those that say what a request carries, or how its
// answer is judged (headers, auth, baseURL, params, transforms, validateStatus), are left out.
const KEYS = `adapter env fetchOptions proxy ${SERVER_KEYS}`.split(' ')
// The same for fetch: of undici, node-fetch (agent), Deno (client) and Bun (proxy, tls, unix). Others
// would have the answer cached on disk (cache, and next of Next.js).
const FETCH_KEYS = ['agent', 'client', 'dispatcher', 'proxy', 'tls', 'unix']

/** The transport settings of an instance. Read at each token request: test tools replace them. */
export function transportSettings(transport: Transport): AxiosRequestConfig {
  return forTokenRequest(settingsOf(transport))
}

/** Whether two instances reach the token endpoint in the same way. */
export function isSameTransport(a: Transport, b: Transport): boolean {
  return a === b || isEqual(settingsOf(a), settingsOf(b))
}

function settingsOf({ defaults }: Transport): AxiosRequestConfig {
  const settings: AxiosRequestConfig = pick(defaults, KEYS)
  settings.fetchOptions = pick(settings.fetchOptions, FETCH_KEYS)
  return settings
}

function pick(object: object | undefined, keys: readonly string[]): object {
  const own = Object.entries(Object(object)).filter(([key]) => keys.includes(key))
  return withoutPrototype(Object.fromEntries(own))
}
