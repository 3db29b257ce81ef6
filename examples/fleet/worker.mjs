// One process of examples/fleet.mjs. Its parent asks for requests, and gets their results.
import { once } from 'node:events'
import axios from 'axios'
import { attachCaspioAuth } from 'axios-caspio-auth'
import { redisTokenStore } from 'axios-caspio-auth/redis'

// The parent has ended or is done.
process.once('disconnect', () => process.exit())

const [{ credentials, baseURL, redis }] = await once(process, 'message')
let sources = []
const api = axios.create({ baseURL })
attachCaspioAuth(api, credentials, {
  ...(redis && { tokenStore: await connect(redis) }),
  onEvent: ({ source }) => source && sources.push(source),
})
process.on('message', async ({ requests }) => {
  const sent = Array.from({ length: requests }, () => api.get('/tables/Physicians/records'))
  const outcomes = await Promise.allSettled(sent)
  const failures = outcomes.filter(({ status }) => status === 'rejected').length
  process.send({ sources, failures })
  sources = []
})
process.send('ready')

async function connect({ url, prefix }) {
  const { createClient } = await import('redis')
  const client = createClient({ url })
  // The plugin reports errors as store-failed events. Without a listener, node-redis ends the process.
  client.on('error', () => {})
  await client.connect()
  return redisTokenStore(client, { prefix })
}
