// Two Caspio accounts with different origins on one axios instance. It starts two stand-in accounts.
// Run: node examples/two-accounts.mjs
import axios from 'axios'
import { attachCaspioAuth } from 'axios-caspio-auth'
import { startCaspioAccount } from 'axios-caspio-auth/testing'

const north = await startCaspioAccount()
const south = await startCaspioAccount()
attachCaspioAuth(axios, north.credentials)
attachCaspioAuth(axios, south.credentials)

await getBoth('from both')
north.revoke()
await getBoth('from both, after the tokens of north were revoked')
console.log(`the two tokens differ: ${tokenOf(north) !== tokenOf(south)}`)
await north.close()
await south.close()

async function getBoth(when) {
  const answers = await Promise.all(
    [north, south].map(({ url }) => axios.get(`${url}/integrations/rest/v3/tables`)),
  )
  console.log(`${when}: ${answers.map(({ status }) => status).join(', ')}`)
  console.log(`token requests: north ${north.log.token.length}, south ${south.log.token.length}`)
}

function tokenOf({ log }) {
  return log.api.at(-1).headers.authorization
}
