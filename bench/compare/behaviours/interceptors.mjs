import { isServed, outOfRace, PHYSICIANS, warm } from '../support/requests.mjs'

export const rows = [
  {
    id: 'runs',
    name: 'A recovered call: runs of an interceptor of yours',
    better: 'lower',
  },
  {
    id: 'unwrapped',
    name: 'A recovered call: `response => response.data` still gives the data',
    better: ['yes', 'no'],
  },
  {
    id: 'transforms',
    name: 'A recovered call: runs of a `transformRequest` of yours',
    better: 'lower',
  },
]

/** The caller's interceptors are added after the contestant's, which is attached at bootstrap. */
export async function measure({ kind, open }) {
  if (kind !== 'axios') return {}
  return {
    runs: await countRuns(open),
    unwrapped: await unwraps(open),
    transforms: await countTransforms(open),
  }
}

async function countRuns(open) {
  const { account, client } = await open()
  await warm(client)
  const runs = { request: 0, response: 0 }
  const count = (side, pass) => (value) => {
    runs[side]++
    return pass(value)
  }
  const give = (value) => value
  const { request, response } = client.api.interceptors
  request.use(count('request', give))
  response.use(
    count('response', give),
    count('response', (error) => Promise.reject(error)),
  )
  account.revoke()
  const served = await isServed(client.request(PHYSICIANS))
  const most = Math.max(runs.request, runs.response)
  return served ? most : outOfRace(most)
}

async function unwraps(open) {
  const { account, client } = await open()
  await warm(client)
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
  await warm(client)
  account.revoke()
  runs = 0
  const served = await isServed(client.request(PHYSICIANS))
  return served ? runs : outOfRace(runs)
}
