import { attachCaspioAuth } from 'axios-caspio-auth'

// README, the first example.
export function attach(api, credentials) {
  attachCaspioAuth(api, credentials)
}
