// Why did I get a 429? Run: node examples/questions/too-many-calls.mjs
import axios from 'axios'
import { attachCaspioAuth } from 'axios-caspio-auth'
import { startCaspioAccount } from 'axios-caspio-auth/testing'
import axiosRetry from 'axios-retry'

const account = await startCaspioAccount()
await show('without retries')
await show('with axios-retry', (api) =>
  axiosRetry(api, {
    retryDelay: axiosRetry.exponentialDelay,
    retryCondition: ({ response }) =>
      response?.status === 429 || /api-calls-rate/.test(JSON.stringify(response?.data)),
  }),
)
await account.close()

async function show(how, addRetries = () => {}) {
  account.api.fail({ status: 429, times: 6 })
  const api = axios.create({ baseURL: `${account.url}/integrations/rest/v3` })
  attachCaspioAuth(api, account.credentials)
  addRetries(api)
  const requests = Array.from({ length: 10 }, () => api.get('/tables').catch((error) => error))
  const statuses = (await Promise.all(requests)).map(({ status }) => status)
  const count = (wanted) => statuses.filter((status) => status === wanted).length
  console.log(`10 requests at once, ${how}: 200 for ${count(200)}, 429 for ${count(429)}`)
}
