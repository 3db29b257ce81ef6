import { createServer } from 'node:http'
import { text } from 'node:stream/consumers'
import { createClient } from '../clients/index.mjs'
import { installClock } from './clock.mjs'
import { watchTraffic } from './traffic.mjs'

/**
 * Creates what a behaviour needs: accounts on loopback, and the contestant's clients for them.
 *
 * @param contestant see `createClient`
 * @param startAccount `startCaspioAccount`
 */
export function createWorld(contestant, startAccount) {
  const cleanups = []

  return {
    kind: contestant.kind,

    /** Starts an account and a client for it, and watches the traffic between them. */
    async open({ account: accountOptions, credentials, ...options } = {}) {
      const account = await startAccount(accountOptions)
      const traffic = watchTraffic()
      cleanups.push(() => account.close(), traffic.stop)
      const { url } = account
      const access = { url, credentials: { ...account.credentials, ...credentials } }
      const client = await createClient(contestant, access, options)
      return { account, client, traffic, credentials: access.credentials }
    },

    /** Starts a server on a foreign origin. It records the `Authorization` headers that it receives. */
    async openForeignServer() {
      const received = []
      const server = createServer(({ headers }, response) => {
        received.push(headers.authorization)
        response.end('{}')
      })
      await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
      cleanups.push(() => {
        server.close()
        server.closeAllConnections()
      })
      return { url: `http://127.0.0.1:${server.address().port}/charges`, received }
    },

    /**
     * Starts a token endpoint in front of an account's. It refuses some grants itself.
     *
     * @param isRefused gets the form
     */
    async openTokenEndpoint(isRefused) {
      let target
      const server = createServer(async (request, response) => {
        const { 'content-type': type, authorization } = request.headers
        const body = await text(request)
        if (isRefused(new URLSearchParams(body))) {
          return response.writeHead(400).end('{"error":"unauthorized_client"}')
        }
        const headers = { 'content-type': type, ...(authorization && { authorization }) }
        const answer = await fetch(target, { method: 'POST', headers, body })
        response.writeHead(answer.status, { 'content-type': 'application/json' })
        response.end(await answer.text())
      })
      await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
      cleanups.push(() => {
        server.close()
        server.closeAllConnections()
      })
      return {
        url: `http://127.0.0.1:${server.address().port}/oauth/token`,
        forwardTo({ credentials }) {
          target = credentials.tokenEndpointURL
        },
      }
    },

    /** Call it before `open`. */
    installClock(settled) {
      const clock = installClock(settled)
      cleanups.push(clock.uninstall)
      return clock
    },

    async close() {
      for (const cleanUp of cleanups.splice(0).reverse()) await cleanUp()
    },
  }
}
