import { excluded, isServed, PHYSICIANS, sendFirst } from '../support/requests.mjs'

export const rows = [
  {
    id: 'runs',
    name: 'A recovered call: runs of your interceptor',
    better: 'lower',
  },
  {
    id: 'unwrapped',
    name: 'A recovered call: `response => response.data` still returns the data',
    better: ['yes', 'no'],
  },
  {
    id: 'transforms',
    name: 'A recovered call: runs of your `transformRequest`',
    better: 'lower',
  },
]

/** The caller's interceptors are added after the contestant's, which is attached at start-up. */
export async function measure({ kind, open }) {
  if (kind !== 'axios') return {}
  return {
    runs: await countRuns(open),
    unwrapped: await returnsData(open),
    transforms: await countTransforms(open),
  }
}

async function countRuns(open) {
  const { account, client } = await open()
  await sendFirst(client)
  const runs = { request: 0, response: 0 }
  const count = (side, next) => (value) => {
    runs[side]++
    return next(value)
  }
  const passThrough = (value) => value
  const { request, response } = client.api.interceptors
  request.use(count('request', passThrough))
  response.use(
    count('response', passThrough),
    count('response', (error) => Promise.reject(error)),
  )
  account.revoke()
  const served = await isServed(client.request(PHYSICIANS))
  const highest = Math.max(runs.request, runs.response)
  return served ? highest : excluded(highest)
}

async function returnsData(open) {
  const { account, client } = await open()
  await sendFirst(client)
  client.api.interceptors.response.use((response) => response.data)
  account.revoke()
  const outcome = await client.request(PHYSICIANS).catch(() => undefined)
  return Array.isArray(outcome?.Result) ? 'yes' : 'no'
}

async function countTransforms(open) {
  let runs = 0
  const transformRequest = (data) => {
    runs++
    return data
  }
  const { account, client } = await open({ transformRequest })
  await sendFirst(client)
  account.revoke()
  runs = 0
  const served = await isServed(client.request(PHYSICIANS))
  return served ? runs : excluded(runs)
}
