import { createAccount } from './account.js'
import type {
  CaspioAuth,
  CaspioAuthOptions,
  CaspioCredentials,
  CaspioTokenBroker,
} from './contract/types.js'
import { createHandle } from './handle.js'
import { axios } from './lib/axios.js'
import { transportOf } from './token/transport.js'

/**
 * A token source without an axios instance: for callers that set the header themselves, and to be
 * shared by several instances (`attachCaspioAuth(instance, auth)`).
 *
 * Its token requests go the way of the global axios (adapter, proxy, agents) until an instance
 * that it is attached to asks for a token: those go that instance's way.
 *
 * @throws CaspioAuthError `ERR_CASPIO_CONFIG` on bad arguments, naming the field
 */
export function createCaspioAuth(
  credentials: CaspioCredentials | CaspioTokenBroker,
  options?: CaspioAuthOptions,
): CaspioAuth {
  return createHandle(createAccount(credentials, options), transportOf(axios), () => {})
}
