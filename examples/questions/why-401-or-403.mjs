// Why did I get a 401 or 403? Run: node examples/questions/why-401-or-403.mjs
import { Readable } from 'node:stream'
import axios from 'axios'
import { attachCaspioAuth } from 'axios-caspio-auth'
import { startCaspioAccount } from 'axios-caspio-auth/testing'

const permissions = { tables: 'all', 'tables/Appointments': ['read'] }
const account = await startCaspioAccount({ profiles: { Default: { permissions } } })
const v3 = `${account.url}/integrations/rest/v3`
const otherOrigin = v3.replace('127.0.0.1', 'localhost')
const visits = '/tables/Appointments/records'

await show('the token was revoked', (api) => api.get(visits))
await show('the profile may read, but not insert', (api) => api.post(visits, {}))
await show('the profile may not use views', (api) => api.get('/views/Cardiologists/records'))
account.api.fail({ status: 401, path: '/integrations/rest/v3/tables/Salaries' })
await show('Caspio rejects every token here', (api) => api.get('/tables/Salaries/records'))
await show('skipAuthRefresh: true', (api) => api.get(visits, { skipAuthRefresh: true }))
await show('the body is a stream', (api) => api.post(visits, Readable.from(['{}'])))
await show('the origin is not in scope', (api) => api.get(otherOrigin + visits))
await show('skipCaspioAuth: true', (api) => api.get(visits, { skipCaspioAuth: true }))
await show('the instance does not have the plugin', () => axios.get(v3 + visits))
await account.close()

async function show(reason, send) {
  const api = axios.create({ baseURL: v3 })
  attachCaspioAuth(api, account.credentials)
  await api.get('/tables')
  account.revoke()
  account.log.clear()
  const { status } = await send(api).catch((error) => error)
  const answers = account.log.api.map(
    ({ status, headers }) => `${status} ${headers.authorization ? 'with' : 'without'} a token`,
  )
  console.log(`${reason}: ${status} (${answers.join(', then ')})`)
}
