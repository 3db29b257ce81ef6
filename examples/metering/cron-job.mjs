// A job of two calls that counts them in a file before it ends. If no CASPIO_* variable is set, it
// starts a stand-in account.
// Run: node examples/metering/cron-job.mjs calls.jsonl
import axios from 'axios'
import { attachCaspioAuth, credentialsFromEnv } from 'axios-caspio-auth'
import { createCallMeter } from 'axios-caspio-auth/metering'
import { startStandInIfNeeded } from '../support/stand-in.mjs'
import { jsonLinesSink } from './sinks/json-lines.mjs'

const [, , file = 'calls.jsonl'] = process.argv
const account = await startStandInIfNeeded()
const credentials = credentialsFromEnv()
const { origin } = new URL(credentials.tokenEndpointURL)

const meter = createCallMeter({ ...jsonLinesSink(file), timeZone: 'America/New_York' })
const api = axios.create({ baseURL: `${origin}/integrations/rest/v3` })
attachCaspioAuth(api, credentials, { onEvent: meter.onEvent })

try {
  await api.get('/tables')
  await api.get('/views')
} finally {
  await meter.close()
}
await account?.close()
// Without close(), the counts would be lost here.
process.exit()
