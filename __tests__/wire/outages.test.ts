import axios from 'axios'
import { describe, expect, it, vi } from 'vitest'
import { attachCaspioAuth, type CaspioAuthEvent } from '../../src/index.js'
import { PHYSICIANS, rejectionOf, startBench } from '../support/account.js'
import { fakeClocks } from '../support/clocks.js'
import { HOUR, SECOND } from '../support/durations.js'
import { startRawServer } from '../support/raw-server.js'
import { watchUnhandled } from '../support/unhandled.js'

describe('over HTTP', () => {
  fakeClocks()

  it('an account that rejects every token costs at most 20 token requests an hour', async () => {
    const { account, api } = await startBench()
    account.api.fail({ status: 401 })
    for (let second = 0; second < 3_600; second += 24) {
      const { response } = await rejectionOf(api.get(PHYSICIANS))
      expect(response.status).toBe(401)
      vi.advanceTimersByTime(24 * SECOND)
    }
    expect(account.log.token.length).toBeLessThanOrEqual(20)
    expect(account.log.token.length).toBeGreaterThan(10)
  })

  it.each([429, 503])(
    'a refresh grant that always gets %i with Retry-After fails no request, even if few come',
    async (status) => {
      const grants: string[] = []
      const token = { access_token: 't', token_type: 'bearer', expires_in: 86_399 }
      const { url } = await startRawServer(({ url, body }, response) => {
        const grant = new URLSearchParams(`${body}`).get('grant_type')
        if (url === '/oauth/token') grants.push(`${grant}`)
        const head = grant === 'refresh_token' ? status : 200
        response.writeHead(head, { 'Retry-After': '1' })
        response.end(JSON.stringify({ ...token, refresh_token: 'r' }))
      })
      const api = axios.create({ baseURL: url })
      const client = { clientID: 'id', clientSecret: 'a-client-secret' }
      const ended: string[] = []
      attachCaspioAuth(
        api,
        { ...client, tokenEndpointURL: `${url}/oauth/token` },
        { retries: 0, onEvent: ({ type }) => /taken|failed/.test(type) && ended.push(type) },
      )
      await api.get('/a')
      // Ten minutes before the token expires.
      vi.advanceTimersByTime(24 * HOUR - 601 * SECOND)
      while (ended.length < 4) {
        const before = ended.length
        await api.get('/a')
        await vi.waitUntil(() => ended.length > before)
        vi.advanceTimersByTime(120 * SECOND)
      }
      expect(grants).toEqual([
        'client_credentials',
        'refresh_token',
        'refresh_token',
        'client_credentials',
      ])
      expect(ended.at(-1)).toBe('token-taken')
    },
  )

  describe('an outage fails no request until the token expires', () => {
    it.each(['answers 503', 'resets', 'does not answer', 'is not there'])(
      'of a token endpoint that %s',
      async (kind) => {
        const { unhandled, end } = watchUnhandled()
        const { account, api, events, down } = await startWithTokenServer(kind)
        await api.get(PHYSICIANS)
        await down()
        const issuedAt = Date.now()
        const travelTo = (hours: number, seconds = 0) =>
          vi.advanceTimersByTime(issuedAt + hours * HOUR + seconds * SECOND - Date.now())
        for (let hour = 1; hour < 22; hour += 3) {
          travelTo(hour)
          await api.get(PHYSICIANS)
        }
        for (let minute = 0; minute < 120; minute += 4) {
          travelTo(22, minute * 60)
          await api.get(PHYSICIANS)
        }
        // Just before the plugin considers the token expired. It lives for 23:59:59.
        travelTo(24, -7)
        await api.get(PHYSICIANS)
        expect(account.log.api.map(({ status }) => status)).toEqual(
          Array(account.log.api.length).fill(200),
        )
        await vi.waitUntil(() => failuresOf(events).length > 0)
        expect(failuresOf(events).every(({ background }) => background)).toBe(true)

        travelTo(24, 31)
        const error = await rejectionOf(api.get(PHYSICIANS))
        expect(error.code).toBe('ERR_CASPIO_TOKEN_ENDPOINT')
        expect(failuresOf(events).at(-1)?.background).toBe(false)
        end()
        expect(unhandled).toEqual([])
      },
    )
  })
})

function failuresOf(events: CaspioAuthEvent[]) {
  return events.filter((event) => event.type === 'acquisition-failed')
}

/** An account with a separate token server that fails after `down()`. */
async function startWithTokenServer(kind: string) {
  let isDown = false
  const { account, events } = await startBench()
  const tokenServer = await startRawServer(async (_, response) => {
    if (!isDown) {
      const { clientID, clientSecret, tokenEndpointURL } = account.credentials
      const auth = { username: clientID, password: clientSecret }
      const form = 'grant_type=client_credentials'
      const { data } = await axios.post(tokenEndpointURL, form, { auth })
      response.end(JSON.stringify(data))
    } else if (kind === 'answers 503') response.writeHead(503).end()
    else if (kind === 'resets') response.socket?.resetAndDestroy()
  })
  const api = axios.create({ baseURL: `${account.url}/rest/v2` })
  attachCaspioAuth(
    api,
    { ...account.credentials, tokenEndpointURL: `${tokenServer.url}/oauth/token` },
    // The first token request must not time out on a busy machine.
    {
      timeout: kind === 'does not answer' ? 1_000 : 10_000,
      retries: 0,
      onEvent: (event) => events.push(event),
    },
  )
  const down = async () => {
    isDown = true
    tokenServer.server.closeAllConnections()
    if (kind === 'is not there') {
      await new Promise((resolve) => tokenServer.server.close(resolve))
    }
  }
  return { account, api, events, down }
}
