// Counts the calls that Caspio bills, and writes one JSON line a minute and one at the end. Run it from
// the repository, after npm ci && npm run build. If no CASPIO_* variable is set, it starts a stand-in
// account:
// node examples/metering/log-line.mjs
import axios from 'axios'
import { attachCaspioAuth, credentialsFromEnv } from 'axios-caspio-auth'
import { startStandInIfNeeded } from '../support/stand-in.mjs'
import { createMeter } from './meter.mjs'

const account = await startStandInIfNeeded()
const credentials = credentialsFromEnv()
const { origin } = new URL(credentials.tokenEndpointURL)

let counts
const startCounting = () => {
  counts = { token: 0, resource: 0, resent: 0, unanswered: 0 }
}
const report = () => {
  console.log(JSON.stringify({ message: 'calls to Caspio', ...counts }))
  startCounting()
}
startCounting()
setInterval(report, 60_000).unref()
process.on('exit', report)

const { onEvent, watch } = createMeter([origin], (kind, isAnswered) => {
  counts[isAnswered ? kind : 'unanswered'] += 1
})
const api = axios.create({ baseURL: `${origin}/integrations/rest/v3` })
watch(api)
attachCaspioAuth(api, credentials, { onEvent })

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
