import { startCaspioAccount } from 'axios-caspio-auth/testing'

const VARIABLES = ['CASPIO_CLIENT_ID', 'CASPIO_CLIENT_SECRET', 'CASPIO_TOKEN_ENDPOINT_URL']

/**
 * Starts a stand-in account and puts its credentials into the environment. Does nothing, and
 * resolves to undefined, if the CASPIO_* variables are set already.
 */
export async function startStandInIfNeeded() {
  if (VARIABLES.some((name) => process.env[name]?.trim())) return undefined
  const account = await startCaspioAccount()
  const { clientID, clientSecret, tokenEndpointURL } = account.credentials
  const values = [clientID, clientSecret, tokenEndpointURL]
  for (const [index, name] of VARIABLES.entries()) process.env[name] = values[index]
  return account
}
