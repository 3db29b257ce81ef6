import { setMaxListeners } from 'node:events'
import { Readable } from 'node:stream'
import axios from 'axios'
import { attachCaspioAuth } from '../../dist/index.js'
import { INCIDENTS, REQUESTS } from './schedule.mjs'

const RECORDS = '/tables/Physicians/records'
const LIST = `${RECORDS}?q.limit=5`

/** Uses one instance for the whole soak, with the stub or over the network. */
export function createRun(world, clock, chance) {
  const tally = { requests: 0, ok: 0, errors: {}, events: 0, incidents: {} }
  const api = axios.create(world.config)
  // The signal and the cancelToken are shared by thousands of requests.
  const { signal } = new AbortController()
  // Many requests listen to the signal at once.
  setMaxListeners(0, signal)
  const { token: cancelToken } = axios.CancelToken.source()
  let auth

  // Every second call fails, alternately by throwing and by rejecting.
  function onEvent() {
    const number = tally.events++
    if (number % 4 === 1) throw new Error('the listener failed')
    if (number % 4 === 3) return Promise.reject(new Error('the listener failed'))
  }
  const options = { retries: world.retries, timeout: 1_000, onEvent }
  const attach = () => {
    auth = attachCaspioAuth(api, world.credentials, options)
  }
  attach()

  async function count(request) {
    tally.requests++
    try {
      await request
      tally.ok++
    } catch (error) {
      // Only errors of axios are expected.
      const code = axios.isAxiosError(error) || axios.isCancel(error) ? error.code : 'UNEXPECTED'
      tally.errors[code] = (tally.errors[code] ?? 0) + 1
    }
  }

  const incidents = {
    nothing() {},
    revocation: () => world.revoke(),
    'renewal due': () => clock.passHours(22.5),
    expiry: () => clock.passHours(25),
    async outage() {
      await world.down()
      await world.revoke()
      await round(world.concurrency)
      await world.restore()
      // Ends the cooldown.
      clock.passHours(0.1)
    },
    reset: () => world.reset?.(),
    async 'a forbidden resource'() {
      for (let sent = 0; sent < 3; sent++) await count(api.get('/tables/forbidden/records'))
      // Renewals did not help, so they are in a cooldown.
      await round(world.concurrency)
      clock.passHours(0.1)
    },
    invalidation: () => auth.invalidate(),
    'forced renewal': () => auth.getAccessToken({ renew: true, signal }).catch(() => {}),
    reattachment() {
      auth.detach()
      attach()
    },
    replacement: attach,
    async 'second account'() {
      const second = attachCaspioAuth(api, world.secondCredentials, options)
      await count(api.get(LIST))
      second.detach()
    },
    async 'short-lived instance'() {
      const other = axios.create(world.config)
      attachCaspioAuth(other, auth)
      await count(other.get(LIST))
    },
  }

  const requests = {
    get: () => api.get(LIST),
    post: () => api.post(RECORDS, { LastName: 'Soak' }),
    absolute: () => api.get(`${world.config.baseURL}${LIST}`),
    foreign: () => api.get(world.foreign),
    'shared signal': () => api.get(LIST, { signal }),
    'shared cancelToken': () => api.get(LIST, { cancelToken }),
    aborted() {
      const controller = new AbortController()
      const sending = api.get(LIST, { signal: controller.signal })
      queueMicrotask(() => controller.abort())
      return sending
    },
    cancelled() {
      const source = axios.CancelToken.source()
      const sending = api.get(LIST, { cancelToken: source.token })
      queueMicrotask(() => source.cancel())
      return sending
    },
    timeout: () => api.get(LIST, { timeout: 5_000 }),
    'no recovery': () => api.get(LIST, { skipAuthRefresh: true }),
    stream: () => api.post(RECORDS, Readable.from(['{"LastName":"Soak"}']), JSON_BODY),
  }

  async function happen(incident) {
    tally.incidents[incident] = (tally.incidents[incident] ?? 0) + 1
    await incidents[incident]()
  }

  async function round(size) {
    await Promise.all(Array.from({ length: size }, () => count(requests[chance.pick(REQUESTS)]())))
  }

  return {
    api,
    signal,
    cancelToken,
    tally,
    /** Lets every incident and every kind of request happen once. */
    async rehearse() {
      for (const incident of Object.keys(INCIDENTS)) await happen(incident)
      for (const request of Object.values(requests)) await count(request())
    },
    async upTo(total) {
      while (tally.requests < total) {
        await happen(chance.pick(INCIDENTS))
        await round(Math.min(1 + chance.below(world.concurrency * 2), total - tally.requests))
      }
    },
  }
}

const JSON_BODY = { headers: { 'Content-Type': 'application/json' } }
