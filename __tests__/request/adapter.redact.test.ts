import { Readable } from 'node:stream'
import axios, { AxiosError, type AxiosRequestConfig } from 'axios'
import { describe, expect, it, vi } from 'vitest'
import { attachCaspioAuth } from '../../src/index.js'
import { rejectionOf } from '../support/account.js'
import { startRawServer } from '../support/raw-server.js'
import { CREDENTIALS, TOKEN } from '../support/scope.js'
import { leaksIn } from '../support/secrets.js'

const SECRETS = [TOKEN.access_token, btoa(`${CREDENTIALS.clientID}:${CREDENTIALS.clientSecret}`)]

/** An instance with a call and a token request under way, which get no answer. */
async function startBusyInstance() {
  const answered: string[] = []
  const home = await startRawServer(({ url }, response) => {
    if (url === '/refused') return response.writeHead(403).end()
    if (!answered.includes(url) && url !== '/slow') response.end(JSON.stringify(TOKEN))
    answered.push(url)
  })
  const stranger = await startRawServer((_, response) => response.writeHead(403).end())
  const api = axios.create({ baseURL: home.url, proxy: false })
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
})
