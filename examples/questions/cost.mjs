// What does this cost in API calls? Run: node examples/questions/cost.mjs
import axios from 'axios'
import { attachCaspioAuth } from 'axios-caspio-auth'
import { startCaspioAccount } from 'axios-caspio-auth/testing'
import { createMeter } from '../metering/meter.mjs'
import { passHours } from '../support/pass-hours.mjs'

const account = await startCaspioAccount()
const api = axios.create({ baseURL: `${account.url}/integrations/rest/v3` })
let counts
const { onEvent, watch } = createMeter([account.url], (kind) => {
  counts[kind] += 1
})
watch(api)
attachCaspioAuth(api, account.credentials, { onEvent })

async function show(scenario, work) {
  counts = { token: 0, resource: 0, resent: 0 }
  await work()
  const { token, resource, resent } = counts
  console.log(`${scenario}: API calls ${resource}, token requests ${token}, resends ${resent}`)
}

await show('a week, one request an hour', async () => {
  for (let hour = 0; hour < 7 * 24; hour++) {
    await api.get('/tables')
    passHours(1)
  }
})
await show('every token revoked, 50 requests at once', async () => {
  account.revoke()
  await Promise.all(Array.from({ length: 50 }, () => api.get('/tables')))
})
console.log(`live refresh tokens: ${account.liveRefreshTokens} of 1,000`)
await account.close()
