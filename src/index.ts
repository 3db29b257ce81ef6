export { attachCaspioAuth } from './attach.js'
export { credentialsFromEnv } from './contract/credentials-from-env.js'
export { CaspioAuthError, type CaspioAuthErrorCode, isCaspioAuthError } from './contract/errors.js'
export type { CaspioAuthEvent, CaspioGrant } from './contract/events.js'
export type {
  CaspioAccessToken,
  CaspioAuth,
  CaspioAuthOptions,
  CaspioCredentials,
  CaspioTokenBroker,
  CaspioTokenRequest,
  CaspioTokenStore,
} from './contract/types.js'
export { createCaspioAuth } from './create.js'
