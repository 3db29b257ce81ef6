import { createAccount } from './account.js'
import { requireSupportedAxios } from './contract/supported-axios.js'
import type {
  CaspioAuth,
  CaspioAuthOptions,
  CaspioCredentials,
  CaspioTokenBroker,
} from './contract/types.js'
import { createHandle } from './handle.js'
import { axios } from './lib/axios.js'

/**
 * Creates a token source without an axios instance. Use it to set the header yourself, or to share
 * one token among several instances: `attachCaspioAuth(instance, auth)`.
 *
 * A token request uses the adapter, proxy and agents of the instance that needs the token.
 * `getAccessToken()` uses those of the global axios.
 *
 * @throws CaspioAuthError `ERR_CASPIO_CONFIG` on wrong arguments, naming the field
 */
export function createCaspioAuth(
  credentials: CaspioCredentials | CaspioTokenBroker,
  options?: CaspioAuthOptions,
): CaspioAuth {
  requireSupportedAxios()
  return createHandle(createAccount(credentials, options), axios, () => {})
}
