import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import axios from 'axios'
import { expect, it, onTestFinished } from 'vitest'
import { attachCaspioAuth } from '../../src/index.js'
import { startAccount } from '../support/account.js'

it.each([301, 302, 303])(
  'a POST that was executed, and redirected with %i to a 401, is not sent again',
  async (status) => {
    const account = await startAccount()
    const received: string[] = []
    const server = createServer((request, response) => {
      received.push(`${request.method} ${request.url}`)
      response.writeHead(request.method === 'POST' ? status : 401, { Location: '/created' }).end()
    }).listen(0, '127.0.0.1')
    onTestFinished(() => void server.close())
    await new Promise((resolve) => server.once('listening', resolve))
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const api = axios.create({ baseURL: origin, validateStatus: null })
    attachCaspioAuth(api, account.credentials)
    expect((await api.post('/records', { a: 1 })).status).toBe(401)
    expect(received).toEqual(['POST /records', 'GET /created'])
  },
)
