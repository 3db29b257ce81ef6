import axios, { AxiosError, type InternalAxiosRequestConfig } from 'axios'
import { describe, expect, it, vi } from 'vitest'
import { attachCaspioAuth } from '../../src/index.js'
import { atRest, fakeTime } from '../support/clocks.js'

const HOUR_MS = 3_600_000
const STEP_MS = 20
const ROTATE_EVERY_MS = 300_000

describe('an hour of 50 requests a second', () => {
  fakeTime()

  it('loses none, though the secret is rotated and every token revoked every five minutes', async () => {
    let secret = 'secret-0'
    let token = ''
    const counts: Record<string, number> = {}
    const count = (outcome: string) => {
      counts[outcome] = (counts[outcome] ?? 0) + 1
    }
    const answer = (config: InternalAxiosRequestConfig, status: number, data: object) => {
      count(`${config.url}: ${status}`)
      const response = { status, statusText: '', headers: {}, config, data: JSON.stringify(data) }
      if (status === 200) return response
      throw new AxiosError(`${status}`, 'ERR_BAD_REQUEST', config, {}, response)
    }
    const tokenEndpointURL = 'https://a1bcd234.caspio.com/oauth/token'
    const api = axios.create({
      adapter: async (config) => {
        const authorization = config.headers.get('Authorization')
        if (config.url !== tokenEndpointURL) {
          return answer(config, authorization === `Bearer ${token}` ? 200 : 401, {})
        }
        if (authorization !== `Basic ${btoa(`id:${secret}`)}`) {
          return answer(config, 400, { error: 'invalid_client' })
        }
        token = `token-${counts[`${tokenEndpointURL}: 200`] ?? 0}`
        return answer(config, 200, { access_token: token, token_type: 'bearer', expires_in: 600 })
      },
    })
    // The secret manager's cache returns each new secret at the second call only.
    let known = secret
    const clientSecret = async () => {
      const returned = known
      known = secret
      return returned
    }
    attachCaspioAuth(api, { clientID: 'id', clientSecret, tokenEndpointURL })

    let failed = 0
    for (let ms = 0; ms < HOUR_MS; ms += STEP_MS) {
      if (ms > 0 && ms % ROTATE_EVERY_MS === 0) {
        secret = `secret-${ms}`
        token = 'revoked'
      }
      api.get('https://a1bcd234.caspio.com/integrations/rest/v3/tables').catch(() => failed++)
      await atRest()
      vi.advanceTimersByTime(STEP_MS)
    }
    await atRest()
    expect(failed).toBe(0)
    const rotations = HOUR_MS / ROTATE_EVERY_MS - 1
    expect(counts[`${tokenEndpointURL}: 400`]).toBe(rotations)
    expect(counts['https://a1bcd234.caspio.com/integrations/rest/v3/tables: 200']).toBe(
      HOUR_MS / STEP_MS,
    )
  })
})
