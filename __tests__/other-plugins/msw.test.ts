import axios from 'axios'
import { HttpResponse, http, passthrough } from 'msw'
import { type SetupServer, setupServer } from 'msw/node'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { attachCaspioAuth } from '../../src/index.js'
import { rejectionOf, startAccount } from '../support/account.js'
import { ADAPTERS } from '../support/axios-features.js'
import { expectNoSecrets } from '../support/secrets.js'
import {
  CREDENTIALS,
  describeEachOrder,
  HOME,
  type Order,
  PHYSICIANS,
  resultOf,
  statusesOf,
} from './support.js'

const RECORDS = { Result: [{ PK_ID: 1 }] }
const RECORD = { FirstName: 'Nia' }
const URL_OF_RECORDS = `${HOME}/rest/v2${PHYSICIANS}`

/** Attaches the plugin to an instance, and starts msw before or after that. */
function start(
  order: Order,
  adapter: string,
  credentials = CREDENTIALS,
  baseURL = `${HOME}/rest/v2`,
) {
  const server = setupServer()
  onTestFinished(() => server.close())
  const listen = () => server.listen({ onUnhandledRequest: 'error' })
  if (order === 'before') listen()
  const api = axios.create({ baseURL, adapter })
  const auth = attachCaspioAuth(api, credentials, { retries: 0 })
  if (order === 'after') listen()
  return { api, auth, server }
}

/** Mocks a Caspio that issues token-1, token-2 and so on, and accepts only token-2. */
function mockCaspio(server: SetupServer) {
  const seen: string[] = []
  let tokens = 0
  const note = async (request: Request) => {
    const authorization = request.headers.get('authorization') ?? ''
    seen.push(`${request.method} ${authorization} ${await request.text()}`.trim())
    return authorization === 'Bearer token-2'
  }
  server.use(
    http.post(CREDENTIALS.tokenEndpointURL, () => {
      tokens++
      const access_token = `token-${tokens}`
      return HttpResponse.json({ access_token, token_type: 'bearer', expires_in: 3600 })
    }),
    http.get(URL_OF_RECORDS, async ({ request }) =>
      (await note(request)) ? HttpResponse.json(RECORDS) : HttpResponse.json(null, { status: 401 }),
    ),
    http.post(URL_OF_RECORDS, async ({ request }) =>
      (await note(request))
        ? new HttpResponse(null, { status: 201 })
        : HttpResponse.json(null, { status: 401 }),
    ),
    http.get(`${HOME}/plain`, () => HttpResponse.json(RECORDS)),
  )
  return { seen, tokens: () => tokens }
}

describe.each(ADAPTERS)('on the %s adapter', (adapter) => {
  describeEachOrder('msw, started %s the plugin', (order) => {
    it('mocks both token requests, the 401 and the resend', async () => {
      const { api, server } = start(order, adapter)
      const { seen, tokens } = mockCaspio(server)
      const expected = resultOf(await axios.get(`${HOME}/plain`, { adapter }))
      expect(resultOf(await api.get(PHYSICIANS))).toEqual(expected)
      expect(seen).toEqual(['GET Bearer token-1', 'GET Bearer token-2'])
      expect(tokens()).toBe(2)
    })

    it('sees the same body twice', async () => {
      const { api, server } = start(order, adapter)
      const { seen } = mockCaspio(server)
      expect((await api.post(PHYSICIANS, RECORD)).status).toBe(201)
      const body = JSON.stringify(RECORD)
      expect(seen).toEqual([`POST Bearer token-1 ${body}`, `POST Bearer token-2 ${body}`])
    })

    it('passes the 401, the token request and the resend through to the account', async () => {
      const account = await startAccount()
      const baseURL = `${account.url}/rest/v2`
      const { api, server } = start(order, adapter, account.credentials, baseURL)
      server.use(http.all(`${account.url}/*`, () => passthrough()))
      await api.get(PHYSICIANS)
      account.revoke()
      expect((await api.get(PHYSICIANS)).data.Result).toHaveLength(12)
      expect(statusesOf(account)).toEqual([200, 401, 200])
      expect(account.log.token).toHaveLength(2)
    })

    it('fails a token request without a mock, and shows no secret', async () => {
      const print = vi.spyOn(console, 'error').mockImplementation(() => {})
      const { api, server } = start(order, adapter)
      server.use(http.get(URL_OF_RECORDS, () => HttpResponse.json(RECORDS)))
      const error = await rejectionOf(api.get(PHYSICIANS))
      expect(error.code).toBe('ERR_CASPIO_TOKEN_ENDPOINT')
      const printed = JSON.stringify(print.mock.calls)
      print.mockRestore()
      expect(printed).toContain(CREDENTIALS.tokenEndpointURL)
      expectNoSecrets([error, printed], CREDENTIALS)
    })
  })
})
