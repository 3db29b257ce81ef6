import { createCaspioAuth } from '../index.js'

/**
 * Lets the library check the version of axios, which it does before anything else. A token broker
 * needs no credentials, and nobody asks it for a token.
 *
 * @throws CaspioAuthError `ERR_CASPIO_CONFIG` if axios is too old
 */
export function requireSupportedAxios(): void {
  createCaspioAuth(() => Promise.reject())
}
