import { leaksIn } from './leaks.js'

/**
 * Runs the checks of one cell of the matrix. This file runs in Node, Bun, Deno, a browser and a worker,
 * so it uses no built-in modules.
 *
 * @param cell `axios`, `attachCaspioAuth` and `isCaspioAuthError` as the cell loaded them; `world`: the
 *   URLs of the servers (see world.mjs); `adapter`: axios's name of it, or `http2`; `inspect`, if the
 *   runtime has it
 * @param checks the checks to run, by name
 * @returns the outcome of each check: `ok`, `-` (does not apply), or the problem
 */
export async function runChecks(cell, checks = CHECKS) {
  const outcomes = {}
  for (const [name, check] of Object.entries(checks)) {
    const { world } = cell
    try {
      await control(world, 'reset')
      outcomes[name] = (await within(world.timeout, check(cell))) ?? 'ok'
    } catch (error) {
      outcomes[name] = `${error?.name}: ${error?.message}`
    }
  }
  return outcomes
}

const NOT_APPLICABLE = '-'
/** The URL of three records. */
export const RECORDS = '/rest/v2/tables/Physicians/records?q.limit=3'

const CHECKS = {
  async 'cold start'(cell) {
    await sendBurst(cell, clientOf(cell))
    expectTokenRequests(1, cell, await control(cell.world, 'seen'))
  },

  async 'revoked token'(cell) {
    const api = await revokedClientOf(cell)
    await sendBurst(cell, api)
    const seen = await control(cell.world, 'seen')
    expect(seen.rejections > 0, 'no request was rejected')
    expectTokenRequests(2, cell, seen)
  },

  async 'JSON POST'(cell) {
    const api = await revokedClientOf(cell)
    const record = { Patient: 'Zoë "O\'Brien" ☃ 100 %', Physician_ID: 7 }
    const { status } = await api.post('/rest/v2/tables/Appointments/records', record)
    expect(status === 201, `status ${status}`)
    const { posts } = await control(cell.world, 'seen')
    const statuses = posts.map((post) => post.status).join()
    expect(statuses === '401,201', `the server answered ${statuses}`)
    for (const { type, body } of posts) {
      expect(type?.startsWith('application/json'), `sent as ${type}`)
      expect(body === JSON.stringify(record), 'the resent body is not the same')
    }
  },

  async stream(cell) {
    if (cell.adapter === 'xhr') return NOT_APPLICABLE
    const api = await revokedClientOf(cell)
    const { status, data } = await api.get('/rest/v2/tables/Long/records?q.limit=1000', {
      responseType: 'stream',
    })
    expect(status === 200, `status ${status}`)
    expect(typeof data !== 'string', 'the answer is not a stream')
    const { Result } = JSON.parse(await textOf(data))
    expect(Result.length === cell.world.rows, `${Result.length} rows of ${cell.world.rows}`)
  },

  async 'foreign origin'(cell) {
    const api = clientOf(cell)
    await api.get(RECORDS)
    const { data } = await api.get(`${cell.world.foreign}/elsewhere`)
    expect(data.foreign === true, 'the foreign server did not answer')
    const { foreign } = await control(cell.world, 'seen')
    expect(foreign.length > 0, 'the foreign server received no request')
    expect(
      foreign.every((authorization) => authorization === 'none'),
      'the foreign server received the token',
    )
  },

  async redirect(cell) {
    // axios follows no redirects over HTTP/2.
    if (cell.adapter === 'http2') return NOT_APPLICABLE
    const { status, data } = await clientOf(cell).get('/rest/v2/moved')
    expect(status === 200 && data.foreign === true, 'the redirect was not followed')
    const { foreign } = await control(cell.world, 'seen')
    expect(foreign.length > 0, 'the foreign server received no request')
    expect(
      foreign.every((authorization) => authorization === 'none'),
      'the token followed the redirect to another origin',
    )
  },

  async 'wrong secret'(cell) {
    const { axios, isCaspioAuthError, world, inspect } = cell
    const secret = 'wrong+secret/of="this" check'
    const error = await clientOf(cell, secret)
      .get(RECORDS)
      .then(
        () => undefined,
        (thrown) => thrown,
      )
    expect(isCaspioAuthError(error), `not a CaspioAuthError, but ${error}`)
    expect(axios.isAxiosError(error), 'not an AxiosError')
    const code = world.broker ? 'ERR_CASPIO_TOKEN_RESPONSE' : 'ERR_CASPIO_CREDENTIALS'
    expect(error.code === code, `code ${error.code}`)
    const leaks = leaksIn(error, [secret, world.credentials?.clientID].filter(Boolean), inspect)
    expect(leaks.length === 0, `the secret shows in ${leaks.join(', ')}`)
  },

  async interceptors(cell) {
    const api = await revokedClientOf(cell)
    const calls = { request: 0, transformRequest: 0, transformResponse: 0, response: 0 }
    const count = (name) => (value) => {
      calls[name]++
      return value
    }
    api.interceptors.request.use(count('request'))
    api.interceptors.response.use(count('response'))
    const { transformRequest, transformResponse } = api.defaults
    const { status, data } = await api.get(RECORDS, {
      transformRequest: [count('transformRequest'), ...[transformRequest].flat()],
      transformResponse: [...[transformResponse].flat(), count('transformResponse')],
    })
    expect(status === 200 && data.Result.length === 3, `status ${status}`)
    const { rejections } = await control(cell.world, 'seen')
    expect(rejections === 1, `${rejections} rejections`)
    expect(new Set(Object.values(calls)).size === 1 && calls.request === 1, JSON.stringify(calls))
  },
}

/** A new instance with the plugin attached. */
export function clientOf({ axios, attachCaspioAuth, world, adapter, options }, secret) {
  const api = axios.create({
    baseURL: world.api,
    ...(adapter === 'http2'
      ? { adapter: 'http', httpVersion: 2, http2Options: { ca: world.ca } }
      : { adapter }),
  })
  const broker = secret ? world.refusingBroker : world.broker
  const credentials = broker
    ? async ({ renew }) => (await fetch(`${broker}?renew=${renew}`)).json()
    : { ...world.credentials, ...(secret && { clientSecret: secret }) }
  attachCaspioAuth(api, credentials, options)
  return api
}

/** A new instance that holds a revoked token. */
async function revokedClientOf(cell) {
  const api = clientOf(cell)
  await api.get(RECORDS)
  await control(cell.world, 'revoke')
  return api
}

async function sendBurst({ world }, api) {
  const answers = await Promise.all(Array.from({ length: world.burstSize }, () => api.get(RECORDS)))
  const right = answers.filter(({ status, data }) => status === 200 && data.Result.length === 3)
  expect(
    right.length === world.burstSize,
    `${right.length} of ${world.burstSize} answers are right`,
  )
}

// In the browser, also count the calls of the broker: several calls may share one token request.
export function expectTokenRequests(count, { world }, { tokenRequests, brokerCalls }) {
  const counted = world.broker ? Math.max(tokenRequests, brokerCalls) : tokenRequests
  expect(counted === count, `${counted} token requests`)
}

/** Makes the world do something. `seen` returns what its servers received since the last `reset`. */
export async function control(world, action) {
  return (await fetch(`${world.control}/${action}`, { method: 'POST' })).json()
}

async function textOf(stream) {
  const decoder = new TextDecoder()
  let text = ''
  for await (const chunk of stream) text += decoder.decode(chunk, { stream: true })
  return text + decoder.decode()
}

async function within(ms, work) {
  let timer
  const timeout = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not finished within ${ms / 1000} s`)), ms)
  })
  return Promise.race([work, timeout]).finally(() => clearTimeout(timer))
}

export function expect(condition, message) {
  if (!condition) throw new Error(message)
}
