import type { AxiosRequestConfig } from 'axios'

/** How an instance reaches the network. Read at each token request: test tools replace it. */
export type Transport = () => AxiosRequestConfig

// The settings that say how a request travels. Those that say what it carries, or how its answer is
// judged (headers, auth, baseURL, params, transforms, validateStatus), are left out.
const KEYS =
  'adapter allowedSocketPaths env family fetchOptions http2Options httpAgent httpVersion httpsAgent insecureHTTPParser lookup proxy socketPath transport'.split(
    ' ',
  )

/** The transport settings among an instance's defaults: the token request shares them. */
export function transportOf(instance: { defaults: object }): Transport {
  return () => {
    const own = Object.entries(instance.defaults).filter(([key]) => KEYS.includes(key))
    return Object.assign(Object.create(null), Object.fromEntries(own))
  }
}
