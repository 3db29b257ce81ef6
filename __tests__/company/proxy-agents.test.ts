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
  startAlone,
  startCompany,
  statusesOf,
} from './support.js'

describeEachOrder('an agent of the instance, set %s ours', (order) => {
  it('an HttpProxyAgent carries the call, the token request and the resend', async () => {
    const proxy = await startConnectProxy()
    const proxied = (api: AxiosInstance): void => {
      api.defaults.httpAgent = new HttpProxyAgent(proxy.url)
    }
    const { account, api } = await startCompany(order, proxied, { axios: { proxy: false } })
    const alone = await startAlone(proxied, { proxy: false })
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

  it('an HttpsProxyAgent tunnels all of them, too', async () => {
    const host = 'a1bcd234.caspio.test'
    const authority = await createAuthority()
    const account = await startAccount()
    const front = await startTlsFront(account.url, await authority.issue([host]))
    // Nobody else knows that name.
    const proxy = await startConnectProxy({ [host]: front.port })
    const proxied = (api: AxiosInstance): void => {
      const agent = new HttpsProxyAgent(proxy.url)
      // What its constructor takes is for the way to the proxy.
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
})

describeEachOrder('an agent that an interceptor sets, in place %s ours', (order) => {
  // The token request belongs to all calls: it takes the way of the instance, not of one of them.
  it('carries the call and the resend, but not the token request', async () => {
    const proxy = await startConnectProxy()
    const agent = new HttpProxyAgent(proxy.url)
    const { account, api } = await startCompany(order, (api) => {
      api.interceptors.request.use((config) => Object.assign(config, { httpAgent: agent }))
    })
    account.revoke()
    await api.get(PHYSICIANS)
    const records = `GET ${account.url}/rest/v2${PHYSICIANS}`
    expect(proxy.requests).toEqual([records, records])
    expect(account.log.token).toHaveLength(1)
  })
})
