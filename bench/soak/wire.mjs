import { fork } from 'node:child_process'
import { once } from 'node:events'
import { Agent, createServer } from 'node:http'
import { fileURLToPath } from 'node:url'

/** The stand-in account on the wire, and a stranger. */
export async function startWire() {
  const child = fork(fileURLToPath(new URL('account.mjs', import.meta.url)), { execArgv: [] })
  const [{ accounts }] = await once(child, 'message')
  const waiting = new Map()
  let sent = 0
  child.on('message', ({ id, result }) => {
    waiting.get(id)(result)
    waiting.delete(id)
  })
  const tell = (command) =>
    new Promise((resolve) => {
      waiting.set(++sent, resolve)
      child.send({ id: sent, command })
    })

  const stranger = createServer((_, response) => response.end('{}'))
  await new Promise((resolve) => stranger.listen(0, '127.0.0.1', resolve))
  const httpAgent = new Agent({ keepAlive: true, maxSockets: 20 })
  const [home, other] = accounts
  return {
    name: 'wire',
    concurrency: 20,
    config: { baseURL: `${home.url}/rest/v2`, httpAgent, proxy: false },
    credentials: home.credentials,
    others: other.credentials,
    retries: 1,
    foreign: `http://127.0.0.1:${stranger.address().port}/charges`,
    tokenRequests: () => tell('tokenRequests'),
    revoke: () => tell('revoke'),
    down: () => tell('down'),
    reset: () => tell('reset'),
    restore: () => tell('restore'),
    /** Leaves no connection that only waits to be used again. */
    async settle() {
      httpAgent.destroy()
      stranger.closeIdleConnections()
    },
    async close() {
      const ended = once(child, 'exit')
      await tell('close')
      await ended
      stranger.close()
    },
  }
}
