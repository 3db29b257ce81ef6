import { once } from 'node:events'
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { allowAll, startFront } from './front.mjs'
import { serveFiles } from './serve-files.mjs'

const LONG = Array.from({ length: 500 }, (_, row) => ({ Text: `${row} ${'☃ text '.repeat(100)}` }))
const PATIENCE_IN_MS = 60_000

/**
 * The servers that one cell talks to: a stand-in account out of the packed package, a stranger,
 * and what the checks ask for what those two saw.
 *
 * @param project where the package is installed
 * @param options.identity `{ key, cert, ca }`: the account is behind HTTP/2 with that certificate
 * @param options.pages a folder, for a browser: the account allows other origins, and tokens come
 *   from a broker beside the pages
 * @returns `told`: what the checks are told of it, as JSON; `site`: where the pages are
 */
export async function startWorld(project, { identity, pages } = {}) {
  const require = createRequire(join(project, 'package.json'))
  const { createCaspioAuth } = require('axios-caspio-auth')
  const { startCaspioAccount } = require('axios-caspio-auth/testing')
  const closing = []
  const account = await startCaspioAccount({
    tables: { Physicians: LONG.slice(0, 12), Appointments: [], Long: LONG },
  })
  closing.push(() => account.close())

  let strangers = []
  let brokerCalls = 0
  const stranger = await listen((request, response) => {
    const { authorization, 'access-control-request-headers': announced = '' } = request.headers
    strangers.push(authorization || announced.includes('authorization') ? 'a token' : 'none')
    allowAll(request, response, () => answer(response, { foreign: true }))
  })
  const foreign = identity ? await behindFront(stranger) : stranger
  account.api.fail({
    status: 302,
    path: '/rest/v2/moved',
    headers: { Location: `${foreign}/moved` },
  })

  // By the path of their broker.
  const sources = {
    '/caspio-token': createCaspioAuth(account.credentials),
    '/no-caspio-token': createCaspioAuth({ ...account.credentials, clientSecret: 'a wrong one' }),
  }
  const actions = {
    reset() {
      account.log.clear()
      account.tokenEndpoint.latency = 0
      strangers = []
      brokerCalls = 0
      for (const source of Object.values(sources)) source.invalidate()
    },
    revoke: () => account.revoke(),
    slow() {
      account.tokenEndpoint.latency = 1_500
    },
    seen: () => ({
      tokenRequests: account.log.token.length,
      brokerCalls,
      rejections: account.log.api.filter(({ status }) => status === 401).length,
      posts: account.log.api.filter(({ method }) => method === 'POST').map(told),
      foreign: strangers,
    }),
  }
  const control = await listen((request, response) =>
    allowAll(request, response, () => answer(response, { ...actions[request.url.slice(1)]() })),
  )

  const api = identity || pages ? await behindFront(account.url) : account.url
  const { clientID, clientSecret } = account.credentials
  const world = { api, foreign, control, herd: 200, rows: LONG.length, patience: PATIENCE_IN_MS }
  if (!pages) {
    const credentials = { clientID, clientSecret, tokenEndpointURL: `${api}/oauth/token` }
    return { told: { ...world, credentials, ca: identity?.ca }, close }
  }

  const site = await listen(async (request, response) => {
    const { pathname, searchParams } = new URL(request.url, 'http://site')
    const source = sources[pathname]
    if (!source) return serveFiles(pages, pathname, response)
    brokerCalls++
    const renew = searchParams.get('renew') === 'true'
    await source.getAccessToken({ renew }).then(
      (token) => answer(response, token),
      ({ code }) => answer(response, { code }, 502),
    )
  })
  const [broker, refusingBroker] = Object.keys(sources).map((path) => site + path)
  return { told: { ...world, broker, refusingBroker }, site, close }

  /** Starts a server of this world; resolves to its origin. */
  async function listen(serve) {
    const server = createServer(serve).listen(0, '127.0.0.1')
    await once(server, 'listening')
    closing.push(() => {
      server.close()
      server.closeAllConnections()
    })
    return `http://127.0.0.1:${server.address().port}`
  }

  async function behindFront(origin) {
    const front = await startFront(origin, identity)
    closing.push(front.close)
    return front.origin
  }

  async function close() {
    await Promise.all(closing.map((end) => end()))
  }
}

function told({ status, headers, body }) {
  return { status, type: headers['content-type'], body: Buffer.from(body).toString() }
}

function answer(response, value, status = 200) {
  response.writeHead(status, { 'Content-Type': 'application/json' })
  response.end(JSON.stringify(value))
}
