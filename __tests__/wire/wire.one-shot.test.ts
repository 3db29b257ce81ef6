import { Agent } from 'node:http'
import { Readable } from 'node:stream'
import type { AxiosRequestConfig } from 'axios'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import type { CaspioAuthEvent } from '../../src/index.js'
import { rejectionOf } from '../support/account.js'
import { ADAPTERS, type Adapter } from '../support/axios-features.js'
import {
  across,
  BYTES,
  formWithStream,
  startHome,
  TEXT,
  TEXT_LENGTH,
  webStream,
} from '../support/wire-requests.js'

describe('a body that cannot be sent twice is not resent', () => {
  /** Counts new tokens, and waits for those that are requested in the background. */
  function countTokens() {
    let count = 0
    return {
      onEvent: (event: CaspioAuthEvent) => {
        if (event.type === 'token-taken') count++
      },
      tokensTaken: (wanted: number) => vi.waitUntil(() => count === wanted),
    }
  }

  const BODIES: Record<string, { make: () => unknown; only?: Adapter; bytes: number | undefined }> =
    {
      'a stream': { make: () => Readable.from([TEXT, BYTES]), bytes: TEXT_LENGTH + BYTES.length },
      'a web stream': { make: webStream, only: 'fetch', bytes: TEXT_LENGTH },
      'a form of the form-data package with a stream': {
        make: formWithStream,
        only: 'http',
        bytes: undefined,
      },
      'a stream that transformRequest made': { make: () => TEXT, bytes: TEXT_LENGTH },
    }

  it.each(across(BODIES))('$name ($adapter)', async ({ name, make, adapter, bytes }) => {
    const home = await startHome()
    const { onEvent, tokensTaken } = countTokens()
    const api = home.attached({ adapter }, { onEvent })
    home.rejected.add('token-1')
    const config: AxiosRequestConfig = name.includes('transformRequest')
      ? { transformRequest: (data: string) => Readable.from([Buffer.from(data)]) }
      : {}
    const error = await rejectionOf(api.post('/x', make(), config))
    expect(error.name).toBe('AxiosError')
    expect([error.code, error.response.status]).toEqual(['ERR_BAD_REQUEST', 401])
    expect(error.message).toMatch(/^Request failed with status code 401\b/)
    expect(error.message).toMatch(/did not resend.*stream/)
    expect(error.response.data).toEqual({ Result: [TEXT] })

    // Later requests use a new token and a working connection.
    await tokensTaken(2)
    expect((await api.post('/x', { a: 1 })).status).toBe(200)
    expect(home.tokenRequests).toBe(2)
    expect(home.received.map(({ headers }) => headers.authorization)).toEqual([
      'Bearer token-1',
      'Bearer token-2',
    ])
    if (bytes) expect(home.received[0]?.body).toHaveLength(bytes)
    expect(home.received[0]?.body.length).toBeGreaterThan(20)
  })

  it.each(ADAPTERS)(
    'but sending it again at once, as the error advises, succeeds (%s)',
    async (adapter) => {
      const home = await startHome()
      const api = home.attached({ adapter })
      await api.get('/x')
      home.rejected.add('token-1')
      home.tokenLatency = 100
      const error = await rejectionOf(api.post('/x', Readable.from([TEXT])))
      expect(error.message).toMatch(/Send it again/)
      expect((await api.post('/x', Readable.from([TEXT]))).status).toBe(200)
      expect([home.tokenRequests, home.received.length]).toEqual([2, 3])
    },
  )

  it('and the error does not mention a renewal that failed', async () => {
    const home = await startHome()
    const api = home.attached({}, { retries: 0 })
    await api.get('/x')
    home.rejected.add('token-1')
    home.tokenStatus = 503
    const error = await rejectionOf(api.post('/x', Readable.from([TEXT])))
    expect([error.name, error.response.status]).toEqual(['AxiosError', 401])
    expect(error.message).toMatch(/did not resend/)
    expect(error.message).not.toMatch(/renewed the token/)
    expect(home.received).toHaveLength(2)
  })

  it('and a streamed 401 arrives intact, even over a single connection', async () => {
    const home = await startHome()
    const { onEvent, tokensTaken } = countTokens()
    const httpAgent = new Agent({ keepAlive: true, maxSockets: 1 })
    onTestFinished(() => httpAgent.destroy())
    const api = home.attached({ httpAgent }, { onEvent })
    await api.get('/x')
    home.rejected.add('token-1')
    const sending = api.post('/x', Readable.from([TEXT]), { responseType: 'stream' })
    const { response } = await rejectionOf(sending)
    expect(response.status).toBe(401)
    const chunks: Uint8Array[] = []
    for await (const chunk of response.data) chunks.push(chunk)
    expect(JSON.parse(Buffer.concat(chunks).toString())).toEqual({ Result: [TEXT] })
    await tokensTaken(2)
    expect((await api.post('/x', { a: 1 }, { responseType: 'stream' })).status).toBe(200)
  })

  it('and a caller that accepts every status gets the 401 unchanged', async () => {
    const home = await startHome()
    const { onEvent, tokensTaken } = countTokens()
    const api = home.attached({ validateStatus: null }, { onEvent })
    home.rejected.add('token-1')
    const { status, data } = await api.post('/x', Readable.from([TEXT]))
    expect([status, data]).toEqual([401, { Result: [TEXT] }])
    await tokensTaken(2)
    expect((await api.get('/x')).status).toBe(200)
    expect(home.received).toHaveLength(2)
  })

  it('and ten at once cost one token request, and each caller gets the reason', async () => {
    const home = await startHome()
    const { onEvent, tokensTaken } = countTokens()
    const api = home.attached({}, { onEvent })
    await api.get('/x')
    home.rejected.add('token-1')
    const errors = await Promise.all(
      Array.from({ length: 10 }, () => rejectionOf(api.post('/x', Readable.from([TEXT])))),
    )
    for (const { message } of errors) expect(message).toMatch(/did not resend/)
    await tokensTaken(2)
    expect((await api.post('/x', Readable.from([TEXT]))).status).toBe(200)
    expect([home.tokenRequests, home.received.length]).toEqual([2, 12])
  })

  it('and without a renewal the caller gets axios’s message', async () => {
    const home = await startHome()
    const api = home.attached({})
    home.rejected.add('token-1')
    const error = await rejectionOf(
      api.post('/x', Readable.from([TEXT]), { skipAuthRefresh: true }),
    )
    expect(error.message).toBe('Request failed with status code 401')
    expect([home.tokenRequests, home.received.length]).toEqual([1, 1])
  })
})
