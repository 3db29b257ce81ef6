// What does this cost in API calls? Run: node examples/questions/cost.mjs
import { Agent } from 'node:http'
import { setImmediate } from 'node:timers/promises'
import axios from 'axios'
import { attachCaspioAuth } from 'axios-caspio-auth'
import { startCaspioAccount } from 'axios-caspio-auth/testing'
import { passHours } from '../support/pass-hours.mjs'

const account = await startCaspioAccount()
const httpAgent = new Agent()
const api = axios.create({ baseURL: `${account.url}/integrations/rest/v3`, httpAgent })
let counts
attachCaspioAuth(api, account.credentials, {
  onEvent({ type, resent }) {
    if (type === 'token-request') counts.token += 1
    if (type === 'api-call') counts[resent ? 'resend' : 'call'] += 1
  },
})

async function show(scenario, work) {
  counts = { call: 0, resend: 0, token: 0 }
  await work()
  const { call, resend, token } = counts
  console.log(`${scenario}: API calls ${call}, token requests ${token}, resends ${resend}`)
}

await show('a week, one request an hour', async () => {
  for (let hour = 0; hour < 7 * 24; hour++) {
    await api.get('/tables')
    // A renewal in the background does not take an hour.
    while (Object.keys(httpAgent.sockets).length > 0) await setImmediate()
    passHours(1)
  }
})
await show('every token revoked, 50 requests at once', async () => {
  account.revoke()
  await Promise.all(Array.from({ length: 50 }, () => api.get('/tables')))
})
console.log(`live refresh tokens: ${account.liveRefreshTokens} of 1,000`)
await account.close()
