// Does the plugin keep my process alive? Run: node examples/questions/process-ends.mjs
import axios from 'axios'
import { attachCaspioAuth } from 'axios-caspio-auth'
import { startCaspioAccount } from 'axios-caspio-auth/testing'

const account = await startCaspioAccount()
const api = axios.create({ baseURL: `${account.url}/rest/v2` })
attachCaspioAuth(api, account.credentials)
const answer = api.get('/tables')
console.log(`waiting for the token: ${timers()} timer`)
await answer
console.log(`a token in hand: ${timers()} timers`)

process.on('exit', () => console.log('the process ends by itself, with the plugin attached'))
await account.close()

function timers() {
  return process.getActiveResourcesInfo().filter((resource) => resource === 'Timeout').length
}
