import { once } from 'node:events'
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { allowAll, startReverseProxy } from './reverse-proxy.mjs'
import { serveFiles } from './serve-files.mjs'

const LONG = Array.from({ length: 500 }, (_, row) => ({ Text: `${row} ${'☃ text '.repeat(100)}` }))
const TIMEOUT_IN_MS = 60_000

/**
 * Starts the servers of one cell: the stand-in account of the packed package, a foreign server, and a
 * control server that the checks use.
 *
 * @param project the folder in which the package is installed
 * @param options.identity `{ key, cert, ca }`: the account then uses HTTP/2 with that certificate
 * @param options.pages the folder of a page, for browsers: the account then allows other origins, and a
 *   token broker is on the page's origin
 * @returns `settings` for the checks, as JSON; `site`: the URL of the page
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

  let foreignTokens = []
  let brokerCalls = 0
  const foreignServer = await listen((request, response) => {
    const { authorization, 'access-control-request-headers': announced = '' } = request.headers
    foreignTokens.push(authorization || announced.includes('authorization') ? 'a token' : 'none')
    allowAll(request, response, () => answer(response, { foreign: true }))
  })
  const foreign = identity ? await behindProxy(foreignServer) : foreignServer
  account.api.fail({
    status: 302,
    path: '/rest/v2/moved',
    headers: { Location: `${foreign}/moved` },
  })

  // Keys are the paths of the brokers.
  const sources = {
    '/caspio-token': createCaspioAuth(account.credentials),
    '/no-caspio-token': createCaspioAuth({ ...account.credentials, clientSecret: 'a wrong one' }),
  }
  const actions = {
    reset() {
      account.log.clear()
      account.tokenEndpoint.latency = 0
      foreignTokens = []
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
      posts: account.log.api.filter(({ method }) => method === 'POST').map(summaryOf),
      foreign: foreignTokens,
    }),
  }
  const control = await listen((request, response) =>
    allowAll(request, response, () => answer(response, { ...actions[request.url.slice(1)]() })),
  )

  const api = identity || pages ? await behindProxy(account.url) : account.url
  const { clientID, clientSecret } = account.credentials
  const world = { api, foreign, control, burstSize: 200, rows: LONG.length, timeout: TIMEOUT_IN_MS }
  if (!pages) {
    const credentials = { clientID, clientSecret, tokenEndpointURL: `${api}/oauth/token` }
    return { settings: { ...world, credentials, ca: identity?.ca }, close }
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
  return { settings: { ...world, broker, refusingBroker }, site, close }

  /** Starts a server and resolves to its origin. */
  async function listen(serve) {
    const server = createServer(serve).listen(0, '127.0.0.1')
    await once(server, 'listening')
    closing.push(() => {
      server.close()
      server.closeAllConnections()
    })
    return `http://127.0.0.1:${server.address().port}`
  }

  async function behindProxy(origin) {
    const proxy = await startReverseProxy(origin, identity)
    closing.push(proxy.close)
    return proxy.origin
  }

  async function close() {
    await Promise.all(closing.map((end) => end()))
  }
}

function summaryOf({ status, headers, body }) {
  return { status, type: headers['content-type'], body: Buffer.from(body).toString() }
}

function answer(response, value, status = 200) {
  response.writeHead(status, { 'Content-Type': 'application/json' })
  response.end(JSON.stringify(value))
}
