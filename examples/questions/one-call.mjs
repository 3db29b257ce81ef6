// Why did my interceptor see one call, not two? Run: node examples/questions/one-call.mjs
import axios from 'axios'
import { attachCaspioAuth } from 'axios-caspio-auth'
import { startCaspioAccount } from 'axios-caspio-auth/testing'

const account = await startCaspioAccount()
const api = axios.create({ baseURL: `${account.url}/integrations/rest/v3` })
const events = []
attachCaspioAuth(api, account.credentials, { onEvent: ({ type }) => events.push(type) })
await api.get('/tables')
account.revoke()
account.log.clear()
events.length = 0

const seen = []
api.interceptors.request.use((config) => {
  seen.push(`request ${config.url}`)
  return config
})
api.interceptors.response.use((response) => {
  seen.push(`response ${response.status}`)
  return response
})
await api.get('/tables')

console.log(`my interceptors saw: ${seen.join(', ')}`)
console.log(`Caspio answered: ${account.log.api.map(({ status }) => status).join(', ')}`)
console.log(`onEvent received: ${events.join(', ')}`)
await account.close()
