// Why does every request fail immediately after an outage? Run: node examples/questions/outage.mjs
import axios from 'axios'
import { attachCaspioAuth } from 'axios-caspio-auth'
import { startCaspioAccount } from 'axios-caspio-auth/testing'

const account = await startCaspioAccount()
const api = axios.create({ baseURL: `${account.url}/integrations/rest/v3` })
const auth = attachCaspioAuth(api, account.credentials)

account.tokenEndpoint.fail({ status: 503, retryAfter: 120 })
await show('the token endpoint is down')
await show('the next request')
account.tokenEndpoint.restore()
await show('the token endpoint is up again')
await auth.getAccessToken({ renew: true })
await show('after renew: true')
await account.close()

async function show(when) {
  account.log.clear()
  const outcome = await api.get('/tables').then(
    ({ status }) => status,
    ({ code }) => code,
  )
  console.log(`${when}: ${outcome}, token requests: ${account.log.token.length}`)
}
