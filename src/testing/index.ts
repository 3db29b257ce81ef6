export type { CaspioApiLogEntry, CaspioLog, CaspioTokenLogEntry } from './log-types.js'
export { startCaspioAccount } from './start-caspio-account.js'
export type {
  CaspioAccount,
  CaspioAccountCredentials,
  CaspioAccountOptions,
  CaspioEndpoint,
  CaspioFault,
} from './types.js'
