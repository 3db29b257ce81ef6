import axios from 'axios'
import { attachCaspioAuth } from '../dist/index.js'
import { measureAdded } from './support/measure-added.mjs'

/**
 * Measures the time that the plugin and a hand-written pair of interceptors add to a request with a
 * stubbed adapter. Needs dist.
 * Usage: node bench/bench.mjs
 */
const PACE = { rounds: 500, warmUp: 25, requests: 400 }

// As long as Caspio's tokens.
const accessToken = 'x'.repeat(340)

const credentials = {
  clientID: 'bench',
  clientSecret: 'bench-secret',
  tokenEndpointURL: 'https://a1bcd234.caspio.com/oauth/token',
}

async function stub(config) {
  const isToken = config.url.endsWith('/oauth/token')
  const data = isToken
    ? `{"access_token":"${accessToken}","token_type":"bearer","expires_in":86399}`
    : '{"Result":[]}'
  return { data, status: 200, statusText: 'OK', headers: {}, config, request: {} }
}

// What people write: a cached token, an expiry, one retry after a 401.
function attachByHand(instance) {
  let token = { value: accessToken, expiresAt: Date.now() + 86_000_000 }
  const renew = async () => {
    token = { value: accessToken, expiresAt: Date.now() + 86_000_000 }
  }
  instance.interceptors.request.use(async (config) => {
    if (Date.now() >= token.expiresAt - 60_000) await renew()
    config.headers.Authorization = `Bearer ${token.value}`
    return config
  })
  instance.interceptors.response.use(
    (response) => response,
    async (error) => {
      if (error.response?.status !== 401 || error.config.retried) throw error
      error.config.retried = true
      await renew()
      return instance(error.config)
    },
  )
}

const base = { adapter: stub, baseURL: 'https://a1bcd234.caspio.com/rest/v2' }
const axiosAlone = axios.create(base)
const byHand = axios.create(base)
attachByHand(byHand)
const plugin = axios.create(base)
attachCaspioAuth(plugin, credentials)

const relative = '/tables/Physicians/records'
const absolute = `${base.baseURL}${relative}`
const foreign = 'https://api.example.com/v1/charges'
// Each with the index of its baseline.
const cases = [
  { id: 'axios alone', send: () => axiosAlone.get(relative), baseline: 0 },
  { id: 'hand-written pair', send: () => byHand.get(relative), baseline: 0 },
  { id: 'plugin, relative URL', send: () => plugin.get(relative), baseline: 0 },
  { id: 'plugin, absolute URL', send: () => plugin.get(absolute), baseline: 0 },
  { id: 'axios alone, foreign', send: () => axiosAlone.get(foreign), baseline: 4 },
  { id: 'plugin, foreign URL', send: () => plugin.get(foreign), baseline: 4 },
]

const times = await measureAdded(cases, PACE)

console.log(
  `axios ${axios.VERSION}, Node ${process.version}: µs per request, median of ${PACE.rounds} rounds of ${PACE.requests}`,
)
for (const [id, { total, added }] of times) {
  const shown = `${added.value.toFixed(1)} ± ${added.noise.toFixed(1)}`
  console.log(`${id.padEnd(22)}${total.toFixed(1).padStart(6)}  added ${shown.padStart(9)}`)
}
const addedBy = (id) => times.get(id).added.value
const share = addedBy('plugin, relative URL') / addedBy('hand-written pair')
console.log(
  `the plugin adds ${(100 * share).toFixed(0)}% of the time that the hand-written pair adds`,
)
