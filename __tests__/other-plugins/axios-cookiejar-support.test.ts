import { Agent } from 'node:http'
import axios, { type AxiosInstance } from 'axios'
import { wrapper } from 'axios-cookiejar-support'
import { CookieJar } from 'tough-cookie'
import { describe, expect, it } from 'vitest'
import { attachCaspioAuth } from '../../src/index.js'
import { rejectionOf, thrownBy } from '../support/account.js'
import {
  countRuns,
  describeEachOrder,
  PHYSICIANS,
  resultOf,
  startWithCompanion,
  startWithoutPlugin,
} from './support.js'

const withJar = (api: AxiosInstance): void => {
  wrapper(api)
  api.defaults.jar = new CookieJar()
}

const cookie = (value: string) => ({ headers: { 'Set-Cookie': `${value}; Path=/` }, times: 1 })

describeEachOrder('axios-cookiejar-support, attached %s the plugin', (order) => {
  it('sends a cookie of the 401 with the resend and with later requests', async () => {
    const { account, api } = await startWithCompanion(order, withJar)
    const alone = await startWithoutPlugin(withJar)
    const runs = [countRuns(api), countRuns(alone.api)]
    account.api.fail({ status: 401, ...cookie('node=a') })
    const body = JSON.stringify({ Result: [] })
    for (const { api } of [account, alone.account]) {
      api.fail({ status: 200, body, ...cookie('session=b') })
    }
    for (let call = 0; call < 2; call++) {
      expect(resultOf(await api.get(PHYSICIANS))).toEqual(resultOf(await alone.api.get(PHYSICIANS)))
    }
    const sent = account.log.api.map(({ status, headers }) => [status, headers.cookie])
    expect(sent).toEqual([
      [401, undefined],
      [200, 'node=a'],
      [200, 'node=a; session=b'],
    ])
    expect(alone.account.log.api.map(({ headers }) => headers.cookie)).toEqual([
      undefined,
      'session=b',
    ])
    expect(runs[0]).toEqual(runs[1])
  })

  it('sends the whole body of a POST again in the resend', async () => {
    const { account, api } = await startWithCompanion(order, withJar)
    account.revoke()
    account.api.fail({ status: 401, ...cookie('node=a') })
    const record = { FirstName: 'Nia', LastName: 'Adeyemi' }
    expect((await api.post(PHYSICIANS, record)).status).toBe(201)
    const sent = account.log.api.map(({ body }) => Buffer.from(body).toString())
    expect(sent).toEqual([JSON.stringify(record), JSON.stringify(record)])
  })

  it('does not use the jar for the token request', async () => {
    const { account, api, auth } = await startWithCompanion(order, withJar)
    const headers = { 'Set-Cookie': 'gateway=a; Path=/' }
    const body = JSON.stringify({ access_token: 'another-token', token_type: 'bearer' })
    account.tokenEndpoint.fail({ status: 200, headers, body })
    auth.invalidate()
    account.api.fail({ status: 200, body: '{}' })
    await api.get(PHYSICIANS)
    expect(account.log.api[0]?.headers.cookie).toBeUndefined()
  })

  it('uses the jar of a request for its resend, too', async () => {
    const { account, api } = await startWithCompanion(order, (api) => void wrapper(api))
    account.api.fail({ status: 401, ...cookie('node=a') })
    const jar = new CookieJar()
    await api.get(PHYSICIANS, { jar })
    expect(account.log.api.map(({ headers }) => headers.cookie)).toEqual([undefined, 'node=a'])
    expect(jar.getCookieStringSync(account.url)).toBe('node=a')
  })
})

describe('an agent in the instance’s defaults', () => {
  it('is refused by the cookie jar, as it is without the plugin', async () => {
    const { api } = await startWithCompanion('before', withJar, {
      axios: { httpAgent: new Agent() },
    })
    expect(`${await rejectionOf(api.get(PHYSICIANS))}`).toContain('other http(s).Agent')
  })
})

// wrapper() reads every slot of the handlers, and an ejected interceptor leaves an empty one.
describe('wrapper(), called after an interceptor was ejected', () => {
  it('throws, also after detach() of the plugin', async () => {
    const plain = axios.create()
    const id = plain.interceptors.request.use((config) => config)
    plain.interceptors.request.use((config) => config)
    plain.interceptors.request.eject(id)
    expect(thrownBy(() => wrapper(plain))).toBeInstanceOf(TypeError)

    const { api, auth } = await startWithCompanion('before', () => {})
    api.interceptors.request.use((config) => config)
    auth.detach()
    expect(thrownBy(() => wrapper(api))).toBeInstanceOf(TypeError)
  })

  it('works if the first wrapper() came before the plugin was attached and detached', async () => {
    const { account, api, auth } = await startWithCompanion('before', withJar)
    auth.detach()
    attachCaspioAuth(api, account.credentials)
    attachCaspioAuth(api, account.credentials)
    wrapper(api)
    expect((await api.get(PHYSICIANS)).status).toBe(200)
  })
})
