import type { Axios, AxiosResponse } from 'axios'
import { axios } from './axios.js'
import { withoutPrototype } from './own-properties.js'

// What old versions of axios need. Each part says before which version, and so do the comments of
// single lines elsewhere ("before 1.20"). Delete a part when the peer range begins at its version.

/** A version as a number that can be compared: 10803 for 1.8.3. NaN if it is none. */
export function versionNumber(version: unknown): number {
  const [major, minor, patch] = String(version).split(/\D/).map(Number) as [number, number, number]
  return major * 1e4 + minor * 100 + patch
}

const version = versionNumber(axios.VERSION)

/** An axios without any defaults. Before 1.20 its configs would inherit from `Object.prototype`. */
export function createClient(): Axios {
  const client = new axios.Axios({})
  client.interceptors.request.use(withoutPrototype)
  return client
}

/** Before 1.8.3, some or all adapters ignore `allowAbsoluteUrls: false`. */
export const ignoresAllowAbsoluteUrls = version < 10803

/** Before 1.16 `toJSON()` of an error ignores `config.redact`. */
export function redactErrors(sent: Promise<AxiosResponse>): Promise<AxiosResponse> {
  if (version >= 11600) return sent
  // Not catch(): an adapter's promise may be no more than thenable.
  return sent.then(undefined, (error) => {
    const { config, toJSON } = Object(error)
    const names = String(config?.redact).toLowerCase().split(',')
    const redacted = (values: Record<string, unknown>) => {
      const copy = { ...values }
      for (const name in copy) {
        if (names.includes(name.toLowerCase())) copy[name] = '[REDACTED ****]'
      }
      return copy
    }
    const value = () => {
      const shown = { config: redacted({ ...config, headers: redacted(config.headers) }) }
      return toJSON.call(Object.assign(Object.create(error), shown))
    }
    // No effect on a frozen error.
    if (config && toJSON) Reflect.defineProperty(error, 'toJSON', withoutPrototype({ value }))
    throw error
  })
}
