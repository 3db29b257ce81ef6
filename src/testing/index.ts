export { startCaspioAccount } from './start-caspio-account.js'
export type {
  CaspioAccount,
  CaspioAccountCredentials,
  CaspioAccountOptions,
  CaspioApiLogEntry,
  CaspioEndpoint,
  CaspioFault,
  CaspioLog,
  CaspioTokenLogEntry,
} from './types.js'
