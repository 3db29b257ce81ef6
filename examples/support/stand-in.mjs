import { startCaspioAccount } from 'axios-caspio-auth/testing'

const VARIABLES = ['CASPIO_CLIENT_ID', 'CASPIO_CLIENT_SECRET', 'CASPIO_TOKEN_ENDPOINT_URL']

/**
 * Where no CASPIO_* variable names an account, starts a stand-in account and puts its credentials
 * into the environment. Resolves to undefined where one does.
 */
export async function standIn() {
  if (VARIABLES.some((name) => process.env[name]?.trim())) return undefined
  const account = await startCaspioAccount()
  const { clientID, clientSecret, tokenEndpointURL } = account.credentials
  const values = [clientID, clientSecret, tokenEndpointURL]
  for (const [index, name] of VARIABLES.entries()) process.env[name] = values[index]
  return account
}
