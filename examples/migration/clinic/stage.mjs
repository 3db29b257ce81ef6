// Runs a program of this folder on a stand-in account, which revokes every token at noon, while the
// carrier picks up. Started by support/stand-in.cjs.
import { startCaspioAccount } from 'axios-caspio-auth/testing'
import { runProgram } from '../support/run-program.mjs'
import { startCarrier } from './carrier.mjs'

const account = await startCaspioAccount()
const carrier = await startCarrier(() => account.revoke())
const { credentials, log } = account

process.exitCode = await runProgram(process.argv[2], credentials, {
  env: { CARRIER_URL: carrier.url },
})

// The plugin authenticates by HTTP Basic, the old code in the body.
const byHand = log.token.filter(({ clientAuthentication }) => clientAuthentication === 'body')
const { length: byPlugin } = log.token.filter((request) => !byHand.includes(request))
const rejected = log.api.filter(({ status }) => status === 401)
const leaks = carrier.requests.filter(({ headers }) => /bearer/i.test(headers.authorization))
console.log(`token requests: ${byHand.length} of the old code, ${byPlugin} of the plugin`)
console.log(`answered 401: ${rejected.length} of ${log.api.length} requests to the account`)
console.log(`tokens that the carrier was sent: ${leaks.length}`)
carrier.close()
await account.close()
