import { createServer } from 'node:http'
import { createClient } from '../clients/index.mjs'
import { installClock } from './clock.mjs'
import { watchTraffic } from './traffic.mjs'

/**
 * What a behaviour is measured in: accounts on loopback and the contestant's clients for them.
 *
 * @param contestant see `createClient`
 * @param startAccount `startCaspioAccount`
 */
export function createWorld(contestant, startAccount) {
  const ends = []

  return {
    kind: contestant.kind,

    /** An account, a client for it, and the traffic between them. */
    async open({ account: accountOptions, credentials, ...options } = {}) {
      const account = await startAccount(accountOptions)
      const traffic = watchTraffic()
      ends.push(() => account.close(), traffic.stop)
      const { url } = account
      const access = { url, credentials: { ...account.credentials, ...credentials } }
      const client = await createClient(contestant, access, options)
      return { account, client, traffic, credentials: access.credentials }
    },

    /** A server of somebody else; tells the `Authorization` headers that it got. */
    async openStranger() {
      const got = []
      const server = createServer(({ headers }, response) => {
        got.push(headers.authorization)
        response.end('{}')
      })
      await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
      ends.push(() => {
        server.close()
        server.closeAllConnections()
      })
      return { url: `http://127.0.0.1:${server.address().port}/charges`, got }
    },

    /** To be installed before the account is opened. */
    installClock(settled) {
      const clock = installClock(settled)
      ends.push(clock.uninstall)
      return clock
    },

    async close() {
      for (const end of ends.splice(0).reverse()) await end()
    },
  }
}
