// Runs a program of this folder with a stand-in account. The account revokes every token at noon, when
// the carrier picks up the parcels. ../support/stand-in.cjs starts this file.
import { startCaspioAccount } from 'axios-caspio-auth/testing'
import { runProgram } from '../support/run-program.mjs'
import { startCarrier } from './carrier.mjs'

const account = await startCaspioAccount()
const carrier = await startCarrier(() => account.revoke())
const { credentials, log } = account

process.exitCode = await runProgram(process.argv[2], credentials, {
  env: { CARRIER_URL: carrier.url },
})

// The plugin sends the client secret by HTTP Basic, the old code in the body.
const byOldCode = log.token.filter(({ clientAuthentication }) => clientAuthentication === 'body')
const { length: byPlugin } = log.token.filter((request) => !byOldCode.includes(request))
const rejected = log.api.filter(({ status }) => status === 401)
const leaks = carrier.requests.filter(({ headers }) => /bearer/i.test(headers.authorization))
console.log(`token requests: ${byOldCode.length} by the old code, ${byPlugin} by the plugin`)
console.log(`requests that the account answered with 401: ${rejected.length} of ${log.api.length}`)
console.log(`tokens sent to the carrier: ${leaks.length}`)
carrier.close()
await account.close()
