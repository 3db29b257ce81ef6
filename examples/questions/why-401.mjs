// Why did I get a 401? Run: node examples/questions/why-401.mjs
import { Readable } from 'node:stream'
import axios from 'axios'
import { attachCaspioAuth } from 'axios-caspio-auth'
import { startCaspioAccount } from 'axios-caspio-auth/testing'

const account = await startCaspioAccount()
const otherOrigin = account.url.replace('127.0.0.1', 'localhost')
account.api.fail({ status: 401, path: '/rest/v2/tables/Salaries' })

await show('the token was revoked', (api) => api.get('/tables'))
await show('the profile has no permission', (api) => api.get('/tables/Salaries/records'))
await show('skipAuthRefresh: true', (api) => api.get('/tables', { skipAuthRefresh: true }))
await show('the body is a stream', (api) => api.post('/tables', Readable.from(['{}'])))
await show('the origin is not in scope', (api) => api.get(`${otherOrigin}/rest/v2/tables`))
await show('skipCaspioAuth: true', (api) => api.get('/tables', { skipCaspioAuth: true }))
await show('the instance does not have the plugin', () =>
  axios.get(`${account.url}/rest/v2/tables`),
)
await account.close()

async function show(reason, send) {
  const api = axios.create({ baseURL: `${account.url}/rest/v2` })
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
