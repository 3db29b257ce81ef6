export { attachCaspioAuth } from './attach.js'
export { createCaspioAuth } from './create.js'
export { credentialsFromEnv } from './credentials-from-env.js'
export { CaspioAuthError, type CaspioAuthErrorCode, isCaspioAuthError } from './errors.js'
export type { CaspioAuthEvent, CaspioGrant } from './events.js'
export type {
  CaspioAccessToken,
  CaspioAuth,
  CaspioAuthOptions,
  CaspioCredentials,
  CaspioTokenBroker,
  CaspioTokenRequest,
  CaspioTokenStore,
} from './types.js'
