import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { inspect } from 'node:util'
import axios from 'axios'
import type { CaspioAccount } from '../../testing/types.js'
import type { Stage } from './stage.js'

export async function showThirdParty(stage: Stage, account: CaspioAccount): Promise<void> {
  const { timeline } = stage
  timeline.chapter('A third party, called through the same instance, sees no token')
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
    timeline.tell(`GET ${url}`)
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

export async function showWrongCredentials(stage: Stage, account: CaspioAccount): Promise<void> {
  const { timeline } = stage
  timeline.chapter('Wrong credentials')
  const mark = stage.mark()
  const credentials = { ...account.credentials, clientSecret: 'not-the-secret' }
  const api = stage.attach(credentials)
  const error = await stage.get(api).catch((rejection) => rejection)
  timeline.tell(`code: ${error.code}`)
  timeline.tell(`message: ${error.message}`)
  timeline.expect('the code is ERR_CASPIO_CREDENTIALS', error.code === 'ERR_CASPIO_CREDENTIALS')
  timeline.expect('existing handlers know it: axios.isAxiosError(error)', axios.isAxiosError(error))
  // As it is, and as HTTP Basic sends it.
  const { clientID, clientSecret } = credentials
  const printed = inspect(error, { depth: Infinity, showHidden: true })
  timeline.expect(
    'it shows no secret, however deep it is printed',
    [clientSecret, btoa(`${clientID}:${clientSecret}`)].every((text) => !printed.includes(text)),
  )
  const second = await stage.get(api).catch((rejection) => rejection)
  timeline.tell(`a second request fails at once: ${second.code}`)
  stage.expectTokenCalls(1, mark)
}
