import http, { Agent } from 'node:http'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import axios, { AxiosError, type AxiosRequestConfig, type CreateAxiosDefaults } from 'axios'
import { describe, expect, it, vi } from 'vitest'
import { attachCaspioAuth } from '../../src/index.js'
import { rejectionOf } from '../support/account.js'
import { CAN } from '../support/axios-features.js'
import { startRawServer } from '../support/raw-server.js'
import { CREDENTIALS, TOKEN } from '../support/scope.js'
import { leaksIn } from '../support/secrets.js'

const SECRETS = [TOKEN.access_token, btoa(`${CREDENTIALS.clientID}:${CREDENTIALS.clientSecret}`)]

/** An instance with a call and a token request under way, which get no answer. */
async function startBusyInstance(settings: CreateAxiosDefaults = {}) {
  const answered: string[] = []
  const home = await startRawServer(({ url }, response) => {
    if (url === '/refused') return response.writeHead(403).end()
    if (!answered.includes(url) && url !== '/slow') response.end(JSON.stringify(TOKEN))
    answered.push(url)
  })
  const stranger = await startRawServer((_, response) => response.writeHead(403).end())
  const api = axios.create({ baseURL: home.url, proxy: false, ...settings })
  const credentials = { ...CREDENTIALS, tokenEndpointURL: `${home.url}/oauth/token` }
  const auth = attachCaspioAuth(api, credentials, { retries: 0, existingAuthorization: 'keep' })
  await auth.getAccessToken()
  for (const underWay of [api.get('/slow'), auth.getAccessToken({ renew: true })]) {
    underWay.catch(() => {})
  }
  await vi.waitUntil(() => answered.length === 3)
  return { api, stranger }
}

/** The secrets in the JSON of a request's error. */
async function leaksOf(request: Promise<unknown>) {
  const error = await rejectionOf(request)
  expect(error).toBeInstanceOf(AxiosError)
  return leaksIn([JSON.stringify(error)], SECRETS)
}

// They lead to everything that is under way on their sockets.
const WAYS: [string, boolean, () => CreateAxiosDefaults][] = [
  ['an agent', true, () => ({ httpAgent: new Agent() })],
  ['a transport with an agent', true, () => ({ transport: http, maxRedirects: 0 })],
  [
    'the agent of a custom fetch',
    CAN.replaceFetch,
    () => ({
      adapter: 'fetch',
      env: { fetch: fetchWithAgent as never, Request: null, Response: null } as never,
      fetchOptions: { agent: new Agent() },
    }),
  ],
]

/** As node-fetch does. */
function fetchWithAgent(url: string, { agent, method, headers, body }: Record<string, never>) {
  return new Promise((resolve, reject) => {
    const options = { agent, method, headers: Object.fromEntries(new Headers(headers)) }
    const request = http.request(url, options, async (answer) => {
      resolve(new Response(await text(answer), { status: answer.statusCode ?? 0 }))
    })
    request.on('error', reject).end(body)
  })
}

describe('the JSON of an error shows no secret of the requests that are under way', () => {
  it.each<[string, AxiosRequestConfig | undefined]>([
    ['for another party', undefined],
    ['with skipCaspioAuth', { skipCaspioAuth: true } as object],
    ['with an Authorization of its own', { headers: { Authorization: 'Bearer visitor' } }],
  ])('if a stream was sent %s', async (_, config) => {
    const { api, stranger } = await startBusyInstance()
    const url = config ? '/refused' : stranger.url
    expect(await leaksOf(api.put(url, Readable.from(['x']), config))).toEqual([])
  })

  it.each(WAYS.filter(([, can]) => can))('if the instance has %s', async (_, __, settings) => {
    const { api, stranger } = await startBusyInstance(settings())
    expect(await leaksOf(api.get(stranger.url))).toEqual([])
    expect(await leaksOf(api.get('/refused'))).toEqual([])
  })

  it.runIf(CAN.redact)('if the request fails before it is sent', async () => {
    const { api } = await startBusyInstance({ httpAgent: new Agent() })
    const transformRequest = function (this: AxiosError['config']) {
      throw new AxiosError('not this one', 'ERR_MINE', this)
    }
    expect(await leaksOf(api.get('/x', { signal: AbortSignal.abort() }))).toEqual([])
    expect(await leaksOf(api.post('/x', {}, { transformRequest }))).toEqual([])
  })
})
