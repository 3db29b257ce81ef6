import http from 'node:http'
import axios, { type AxiosRequestConfig, type InternalAxiosRequestConfig } from 'axios'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { attachCaspioAuth } from '../../src/index.js'
import { postGrant } from '../../src/token/request.js'
import { issueRequest } from '../support/issue-request.js'
import { rejectionOf } from '../support/outcomes.js'
import { startRawServer } from '../support/raw-server.js'

const CLIENT = { clientID: 'b5a1e9c2', clientSecret: 'S3cr/t+of "Örsted"' }
const CREDENTIALS = { ...CLIENT, tokenEndpointURL: 'https://a1bcd234.caspio.com/oauth/token' }
const GRANT = { grant_type: 'client_credentials' }
const RESPONSE = { status: 200, statusText: '', headers: {}, data: '{}' }

/** Posts the grant, and returns the config that the adapter received. */
async function posted(
  clientAuthentication: 'basic' | 'body',
  settings: AxiosRequestConfig = {},
): Promise<InternalAxiosRequestConfig> {
  const configs: InternalAxiosRequestConfig[] = []
  const adapter = async (config: InternalAxiosRequestConfig) => {
    configs.push(config)
    return { ...RESPONSE, config }
  }
  const options = { clientAuthentication, timeout: 1_000 }
  await postGrant(
    CREDENTIALS,
    GRANT,
    options,
    issueRequest({ transport: { defaults: { ...settings, adapter } } }),
  )
  return configs[0] as InternalAxiosRequestConfig
}

describe('a token request', () => {
  it('posts a form, accepts JSON, and follows no redirect', async () => {
    const config = await posted('basic')
    expect(config).toMatchObject({
      method: 'post',
      url: CREDENTIALS.tokenEndpointURL,
      data: 'grant_type=client_credentials',
      responseType: 'text',
      maxRedirects: 0,
      maxContentLength: 1_000_000,
      fetchOptions: { redirect: 'manual', cache: 'no-store' },
    })
    expect(config.headers.toJSON()).toEqual({
      Accept: 'application/json',
      'Content-Type': 'application/x-www-form-urlencoded',
      Authorization: `Basic ${btoa('b5a1e9c2:S3cr%2Ft%2Bof+%22%C3%96rsted%22')}`,
    })
  })

  it('sends the client in the form instead of a header, with clientAuthentication: body', async () => {
    const { data, headers } = await posted('body')
    expect(Object.fromEntries(new URLSearchParams(data))).toEqual({
      ...GRANT,
      client_id: CLIENT.clientID,
      client_secret: CLIENT.clientSecret,
    })
    expect(headers.has('Authorization')).toBe(false)
  })

  it('keeps the fetchOptions of its transport, but follows no redirect and is not cached', async () => {
    const fetchOptions = { dispatcher: {}, redirect: 'follow', cache: 'force-cache' }
    expect((await posted('basic', { fetchOptions })).fetchOptions).toEqual({
      dispatcher: {},
      redirect: 'manual',
      cache: 'no-store',
    })
  })
})

describe('the timeout', () => {
  const signals: AbortSignal[] = []
  const hanging = async ({ signal }: InternalAxiosRequestConfig): Promise<never> => {
    signals.push(signal as AbortSignal)
    return new Promise(() => {})
  }

  it('ends a token request that the adapter does not end, and aborts its signal', async () => {
    const error = await rejectionOf(
      postGrant(
        CREDENTIALS,
        GRANT,
        { clientAuthentication: 'basic', timeout: 5 },
        issueRequest({ transport: { defaults: { adapter: hanging } } }),
      ),
    )
    expect(error).toMatchObject({ message: 'no answer within 5 ms', code: 'ETIMEDOUT' })
    expect(signals.pop()?.aborted).toBe(true)
  })

  it('leaves no timer behind', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    onTestFinished(() => {
      vi.useRealTimers()
    })
    const request = posted('basic')
    expect(vi.getTimerCount()).toBe(1)
    await request
    expect(vi.getTimerCount()).toBe(0)
  })
})

describe('a custom transport of the instance', () => {
  it('receives options that forbid it to follow a redirect with the secret', async () => {
    const server = await startRawServer(({ url }, response) => {
      response.end(url === '/oauth/token' ? '{"access_token":"a","token_type":"bearer"}' : '{}')
    })
    const requestOptions: Record<string, unknown>[] = []
    const transport = {
      request(options: Record<string, unknown>, answer: never) {
        requestOptions.push(options)
        return http.request(options, answer)
      },
    }
    const api = axios.create({ baseURL: server.url, proxy: false, transport })
    attachCaspioAuth(api, { ...CLIENT, tokenEndpointURL: `${server.url}/oauth/token` })
    await api.get('/x')
    expect(server.received.map(({ method, url }) => `${method} ${url}`)).toEqual([
      'POST /oauth/token',
      'GET /x',
    ])
    expect(requestOptions[0]).toMatchObject({ path: '/oauth/token', followRedirects: false })
    expect(requestOptions[0]).toMatchObject({ redirect: 'manual' })
    expect(requestOptions[1]).not.toHaveProperty('followRedirects')
  })
})
