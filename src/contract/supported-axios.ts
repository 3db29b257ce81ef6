import { axios } from '../lib/axios.js'
import { versionNumber } from '../lib/old-axios.js'
import { configError } from './errors.js'

/**
 * Checks the axios that this package imports, and `instance` if that is the global axios of another
 * copy. An instance that `create()` returned has no version.
 *
 * @throws CaspioAuthError `ERR_CASPIO_CONFIG` if axios is older than the peer range
 */
export function requireSupportedAxios(instance?: object): void {
  for (const { VERSION } of [axios, { VERSION: axios.VERSION, ...instance }]) {
    if (versionNumber(VERSION) >= 10600) continue
    throw configError(
      `axios ${VERSION ?? 'before 0.22 (or a mock)'} is too old. Run: npm install axios@^1.6.0`,
    )
  }
}
