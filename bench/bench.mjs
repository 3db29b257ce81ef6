import axios from 'axios'
import { attachCaspioAuth } from '../dist/index.js'

/**
 * Measures the time that the plugin and a hand-written pair of interceptors add to a request with a
 * stubbed adapter. All cases run in turn; the best of several rounds counts.
 * Usage: node bench/bench.mjs
 */
const ROUNDS = 103
const REQUESTS = 2_000

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
const cases = [
  ['axios alone', axiosAlone, relative],
  ['hand-written pair', byHand, relative],
  ['plugin, relative URL', plugin, relative],
  ['plugin, absolute URL', plugin, absolute],
  ['axios alone, foreign', axiosAlone, foreign],
  ['plugin, foreign URL', plugin, foreign],
]

const best = new Map(cases.map(([name]) => [name, Number.POSITIVE_INFINITY]))
for (let round = 0; round < ROUNDS; round++) {
  for (const [name, instance, url] of cases) {
    const started = process.hrtime.bigint()
    for (let i = 0; i < REQUESTS; i++) await instance.get(url)
    const each = Number(process.hrtime.bigint() - started) / REQUESTS
    // The first rounds warm up.
    if (round > 2) best.set(name, Math.min(best.get(name), each))
  }
}

const baseline = { relative: best.get('axios alone'), foreign: best.get('axios alone, foreign') }
console.log(
  `axios ${axios.VERSION}, Node ${process.version}: ns per request, best of ${ROUNDS - 3} rounds of ${REQUESTS}`,
)
for (const [name, time] of best) {
  const added = time - (name.includes('foreign') ? baseline.foreign : baseline.relative)
  console.log(
    `${name.padEnd(22)} ${time.toFixed(0).padStart(7)}  added ${added.toFixed(0).padStart(6)}  (${((100 * added) / baseline.relative).toFixed(1)} %)`,
  )
}
const ratio =
  (best.get('plugin, relative URL') - baseline.relative) /
  (best.get('hand-written pair') - baseline.relative)
console.log(
  `the plugin adds ${(100 * ratio).toFixed(0)} % of the time that the hand-written pair adds`,
)
