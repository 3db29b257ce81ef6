import axios from 'axios'
import { vi } from 'vitest'
import { attachCaspioAuth, type CaspioAuthOptions } from '../../src/index.js'
import { startAccount } from './account.js'
import { startRawServer } from './raw-server.js'

/**
 * Starts an account, and attaches the plugin to an axios instance. After `hold()`, token requests get
 * no answer until `release()`, so that no test has to be quicker than an answer. After `pass()`, new
 * token requests are answered at once. Held token requests keep waiting.
 */
export async function startHeldBench(options: CaspioAuthOptions = {}) {
  const account = await startAccount()
  let released = Promise.resolve()
  let release = () => {}
  const { url, received } = await startRawServer(async ({ body, headers }, response) => {
    await released
    const { status, data } = await axios.post(account.credentials.tokenEndpointURL, `${body}`, {
      headers: {
        Authorization: `${headers.authorization}`,
        'Content-Type': `${headers['content-type']}`,
      },
      adapter: 'http',
      validateStatus: null,
    })
    response.writeHead(status).end(JSON.stringify(data))
  })
  const credentials = { ...account.credentials, tokenEndpointURL: `${url}/oauth/token` }
  const api = axios.create({ baseURL: `${account.url}/rest/v2` })
  const auth = attachCaspioAuth(api, credentials, options)
  return {
    account,
    api,
    auth,
    credentials,
    hold() {
      released = new Promise((resolve) => {
        release = resolve
      })
    },
    pass() {
      released = Promise.resolve()
    },
    release: () => release(),
    /** Waits until the token endpoint has received this many token requests. */
    tokenRequests: (count: number) => vi.waitUntil(() => received.length === count),
  }
}
