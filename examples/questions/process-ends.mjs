// Does the plugin keep my process alive? Run: node examples/questions/process-ends.mjs
import axios from 'axios'
import { attachCaspioAuth } from 'axios-caspio-auth'
import { startCaspioAccount } from 'axios-caspio-auth/testing'

const account = await startCaspioAccount()
const api = axios.create({ baseURL: `${account.url}/integrations/rest/v3` })
attachCaspioAuth(api, account.credentials)
const answer = api.get('/tables')
console.log(`while waiting for the token: ${timers()} timer`)
await answer
console.log(`with a token in hand: ${timers()} timers`)

process.on('exit', () => console.log('the process ends, with the plugin still attached'))
await account.close()

function timers() {
  return process.getActiveResourcesInfo().filter((resource) => resource === 'Timeout').length
}
