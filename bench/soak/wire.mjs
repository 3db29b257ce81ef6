import { fork } from 'node:child_process'
import { once } from 'node:events'
import { Agent, createServer } from 'node:http'
import { fileURLToPath } from 'node:url'

/** Starts the stand-in account in another process, and a foreign server. */
export async function startWire() {
  const child = fork(fileURLToPath(new URL('account.mjs', import.meta.url)), { execArgv: [] })
  const [{ accounts }] = await once(child, 'message')
  const waiting = new Map()
  let sent = 0
  child.on('message', ({ id, result }) => {
    waiting.get(id)(result)
    waiting.delete(id)
  })
  const send = (command) =>
    new Promise((resolve) => {
      waiting.set(++sent, resolve)
      child.send({ id: sent, command })
    })

  const foreignServer = createServer((_, response) => response.end('{}'))
  await new Promise((resolve) => foreignServer.listen(0, '127.0.0.1', resolve))
  const httpAgent = new Agent({ keepAlive: true, maxSockets: 20 })
  const [home, other] = accounts
  return {
    name: 'wire',
    concurrency: 20,
    config: { baseURL: `${home.url}/rest/v2`, httpAgent, proxy: false },
    credentials: home.credentials,
    secondCredentials: other.credentials,
    retries: 1,
    foreign: `http://127.0.0.1:${foreignServer.address().port}/charges`,
    tokenRequests: () => send('tokenRequests'),
    revoke: () => send('revoke'),
    down: () => send('down'),
    reset: () => send('reset'),
    restore: () => send('restore'),
    /** Closes idle connections. */
    async settle() {
      httpAgent.destroy()
      foreignServer.closeIdleConnections()
    },
    async close() {
      const ended = once(child, 'exit')
      await send('close')
      await ended
      foreignServer.close()
    },
  }
}
