export type {
  CaspioData,
  CaspioField,
  CaspioFieldType,
  CaspioFile,
  CaspioRow,
  CaspioTable,
  CaspioView,
} from './data/option-types.js'
export type { CaspioEndpoint, CaspioFault } from './endpoint-types.js'
export type { CaspioApiLogEntry, CaspioLog, CaspioTokenLogEntry } from './log-types.js'
export { startCaspioAccount } from './start-caspio-account.js'
export type {
  CaspioIPRule,
  CaspioProfile,
  CaspioProfileOptions,
  CaspioProfileState,
  CaspioRight,
} from './token/profile-types.js'
export type {
  CaspioAccount,
  CaspioAccountCredentials,
  CaspioAccountOptions,
  CaspioRateLimit,
} from './types.js'
