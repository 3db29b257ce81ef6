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
