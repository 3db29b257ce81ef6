import type { AxiosRequestConfig } from 'axios'

/** How an instance reaches the world, read at the moment of the call: test tools swap it. */
export type Transport = () => AxiosRequestConfig

// Everything that says which way a request takes; nothing that says what it carries or how its
// answer is judged (headers, auth, baseURL, params, transforms, validateStatus).
const KEYS = [
  'adapter',
  'allowedSocketPaths',
  'env',
  'family',
  'fetchOptions',
  'http2Options',
  'httpAgent',
  'httpVersion',
  'httpsAgent',
  'insecureHTTPParser',
  'lookup',
  'proxy',
  'socketPath',
  'transport',
] as const

/** The part of an instance's defaults that the token request shares with every other request. */
export function transportOf(instance: { defaults: object }): Transport {
  return () => {
    const defaults = instance.defaults as Record<string, unknown>
    const transport: Record<string, unknown> = Object.create(null)
    for (const key of KEYS) {
      if (Object.hasOwn(defaults, key)) transport[key] = defaults[key]
    }
    return transport
  }
}
