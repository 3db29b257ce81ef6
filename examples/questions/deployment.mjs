// Why is there a token request at each deployment? Run: node examples/questions/deployment.mjs
import axios from 'axios'
import { attachCaspioAuth } from 'axios-caspio-auth'
import { startCaspioAccount } from 'axios-caspio-auth/testing'
import { Keyv } from 'keyv'

const account = await startCaspioAccount()
// In production: new Keyv(new KeyvPostgres(url)), or redisTokenStore(client).
const tokenStore = new Keyv()

await deployTenTimes('without a token store')
await deployTenTimes('with a token store', { tokenStore })
await account.close()

async function deployTenTimes(how, options) {
  account.log.clear()
  for (let process = 0; process < 10; process++) {
    const api = axios.create({ baseURL: `${account.url}/integrations/rest/v3` })
    attachCaspioAuth(api, account.credentials, options)
    await api.get('/tables')
  }
  console.log(`10 deployments ${how}, token requests: ${account.log.token.length}`)
}
