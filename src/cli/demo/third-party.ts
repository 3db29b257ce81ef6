import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { CaspioAccount } from '../../testing/types.js'
import type { Stage } from './stage.js'

export async function showThirdParty(stage: Stage, account: CaspioAccount): Promise<void> {
  const { timeline } = stage
  timeline.chapter('A third party that is called through the same instance gets no token')
  const received: IncomingHttpHeaders[] = []
  const server = createServer((request, response) => {
    received.push(request.headers)
    response.end('{}')
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/charges`
  const mark = stage.mark()
  try {
    const api = stage.attach(account.credentials)
    await stage.get(api)
    timeline.note(`GET ${url}`)
    await api.get(url)
  } finally {
    server.closeAllConnections()
    server.close()
  }
  timeline.expect(
    'the request for Caspio carried the token',
    stage.callsSince(mark).api.every(({ headers }) => /^Bearer /.test(`${headers.authorization}`)),
  )
  timeline.expect(
    'the request for the third party carried no Authorization header',
    received.length === 1 && received.every((headers) => !('authorization' in headers)),
  )
}
