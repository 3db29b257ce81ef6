// Counts the calls that Caspio bills, and writes one JSON line an hour and one at the end. If no
// CASPIO_* variable is set, it starts a stand-in account.
// Run: node examples/metering/log-line.mjs
import axios from 'axios'
import { attachCaspioAuth, credentialsFromEnv } from 'axios-caspio-auth'
import { createCallMeter } from 'axios-caspio-auth/metering'
import { startStandInIfNeeded } from '../support/stand-in.mjs'

const account = await startStandInIfNeeded()
const credentials = credentialsFromEnv()
const { origin } = new URL(credentials.tokenEndpointURL)

const meter = createCallMeter({ timeZone: 'America/New_York', billingDay: 27 })
const report = () => {
  const { calls, byKind, byResource } = meter.snapshot()
  console.log(JSON.stringify({ message: 'calls to Caspio', calls, byKind, byResource }))
}
setInterval(report, 3_600_000).unref()
process.on('exit', report)

const api = axios.create({ baseURL: `${origin}/integrations/rest/v3` })
attachCaspioAuth(api, credentials, { onEvent: meter.onEvent })

const getTenTimes = () => Promise.all(Array.from({ length: 10 }, () => api.get('/tables')))
await getTenTimes()
if (account) {
  account.revoke()
  await getTenTimes()
  console.log(
    `calls that the account received: ${account.log.token.length + account.log.api.length}`,
  )
  await account.close()
}
