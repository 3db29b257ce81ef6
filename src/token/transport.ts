import type { AxiosRequestConfig } from 'axios'

/** The instance whose requests a token request imitates, on its way to the token endpoint. */
export interface Transport {
  readonly defaults: object
}

// The settings that say how a request travels. Those that say what it carries, or how its answer is
// judged (headers, auth, baseURL, params, transforms, validateStatus), are left out.
const KEYS =
  'adapter allowedSocketPaths env family fetchOptions http2Options httpAgent httpVersion httpsAgent insecureHTTPParser lookup proxy socketPath transport'.split(
    ' ',
  )

/** The transport settings of an instance. Read at each token request: test tools replace them. */
export function transportSettings({ defaults }: Transport): AxiosRequestConfig {
  const own = Object.entries(defaults).filter(([key]) => KEYS.includes(key))
  return Object.assign(Object.create(null), Object.fromEntries(own))
}
