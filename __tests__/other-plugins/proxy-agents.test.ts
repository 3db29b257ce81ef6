import axios, { type AxiosInstance } from 'axios'
import { HttpProxyAgent } from 'http-proxy-agent'
import { HttpsProxyAgent } from 'https-proxy-agent'
import { expect, it } from 'vitest'
import { attachCaspioAuth } from '../../src/index.js'
import { startAccount } from '../support/account.js'
import { startConnectProxy } from '../support/connect-proxy.js'
import { createAuthority, startTlsFront } from '../support/tls.js'
import {
  countRuns,
  describeEachOrder,
  PHYSICIANS,
  resultOf,
  startWithCompanion,
  startWithoutPlugin,
  statusesOf,
} from './support.js'

describeEachOrder(
  'an agent in the instance’s defaults, set %s the plugin was attached',
  (order) => {
    it('carries the request, the token request and the resend (HttpProxyAgent)', async () => {
      const proxy = await startConnectProxy()
      const proxied = (api: AxiosInstance): void => {
        api.defaults.httpAgent = new HttpProxyAgent(proxy.url)
      }
      const { account, api } = await startWithCompanion(order, proxied, { axios: { proxy: false } })
      const alone = await startWithoutPlugin(proxied, { proxy: false })
      const runs = [countRuns(api), countRuns(alone.api)]
      account.revoke()
      proxy.requests.length = 0
      const result = resultOf(await api.get(PHYSICIANS))
      const records = `GET ${account.url}/rest/v2${PHYSICIANS}`
      const token = `POST ${account.credentials.tokenEndpointURL}`
      expect(proxy.requests).toEqual([records, token, records])
      expect(result).toEqual(resultOf(await alone.api.get(PHYSICIANS)))
      expect(runs[0]).toEqual(runs[1])
    })

    it('tunnels all of them (HttpsProxyAgent)', async () => {
      const host = 'a1bcd234.caspio.test'
      const authority = await createAuthority()
      const account = await startAccount()
      const front = await startTlsFront(account.url, await authority.issue([host]))
      // Only the proxy knows that host name.
      const proxy = await startConnectProxy({ [host]: front.port })
      const proxied = (api: AxiosInstance): void => {
        const agent = new HttpsProxyAgent(proxy.url)
        // The options of its constructor apply to the connection to the proxy.
        Object.assign(agent.options, { ca: authority.ca })
        api.defaults.httpsAgent = agent
      }
      const api = axios.create({ baseURL: `https://${host}/rest/v2`, proxy: false })
      if (order === 'before') proxied(api)
      attachCaspioAuth(api, {
        ...account.credentials,
        tokenEndpointURL: `https://${host}/oauth/token`,
      })
      if (order === 'after') proxied(api)
      await api.get(PHYSICIANS)
      account.revoke()
      expect((await api.get(PHYSICIANS)).data.Result).toHaveLength(12)
      expect(statusesOf(account)).toEqual([200, 401, 200])
      expect(account.log.token).toHaveLength(2)
      expect(proxy.requests).toEqual(Array(5).fill(`CONNECT ${host}:443`))
      expect(front.connections).toBe(5)
    })
  },
)

describeEachOrder('an agent that an interceptor sets, registered %s the plugin', (order) => {
  // All callers share the token request, so it uses the instance's agent.
  it('carries the request and the resend, but not the token request', async () => {
    const proxy = await startConnectProxy()
    const agent = new HttpProxyAgent(proxy.url)
    const { account, api } = await startWithCompanion(order, (api) => {
      api.interceptors.request.use((config) => Object.assign(config, { httpAgent: agent }))
    })
    account.revoke()
    await api.get(PHYSICIANS)
    const records = `GET ${account.url}/rest/v2${PHYSICIANS}`
    expect(proxy.requests).toEqual([records, records])
    expect(account.log.token).toHaveLength(1)
  })
})
