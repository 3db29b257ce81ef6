// @vitest-environment jsdom
import axios from 'axios'
import { expect, it, vi } from 'vitest'
import { attachCaspioAuth } from '../../src/index.js'
import { startRawServer } from '../support/raw-server.js'

const CORS = { 'Access-Control-Allow-Origin': '*', 'Access-Control-Allow-Headers': 'authorization' }

it('A stranger’s 401 after a redirect costs no other token, on an XMLHttpRequest', async () => {
  const stranger = await startRawServer((_, response) => {
    response.writeHead(401, CORS).end()
  })
  const home = await startRawServer(({ method }, response) => {
    const status = method === 'OPTIONS' ? 204 : 302
    response.writeHead(status, { ...CORS, Location: `${stranger.url}/401` }).end()
  })
  const api = axios.create({ baseURL: home.url, adapter: 'xhr' })
  const broker = vi.fn(async () => ({
    access_token: 'token-of-the-page',
    token_type: 'bearer',
    expires_in: 60,
  }))
  attachCaspioAuth(api, broker)

  // Not as an error: its request leads to jsdom's whole window.
  const { status } = await api.get('/from', { validateStatus: null })
  expect(status).toBe(401)
  expect(stranger.received[0]?.headers.authorization).toBeUndefined()
  expect(broker).toHaveBeenCalledTimes(1)
  expect(home.received.filter(({ method }) => method === 'GET')).toHaveLength(1)
})
