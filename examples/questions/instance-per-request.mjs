// Can I create an instance for each request? Run: node examples/questions/instance-per-request.mjs
import axios from 'axios'
import { attachCaspioAuth, createCaspioAuth } from 'axios-caspio-auth'
import { startCaspioAccount } from 'axios-caspio-auth/testing'

const account = await startCaspioAccount()
const auth = createCaspioAuth(account.credentials)

await sendTen(', each with the credentials', account.credentials)
await sendTen(' that share one CaspioAuth', auth)
await account.close()

async function sendTen(how, credentials) {
  account.log.clear()
  for (let request = 0; request < 10; request++) {
    const api = axios.create({ baseURL: `${account.url}/integrations/rest/v3` })
    attachCaspioAuth(api, credentials)
    await api.get('/tables')
  }
  console.log(`10 instances${how}, token requests: ${account.log.token.length}`)
}
