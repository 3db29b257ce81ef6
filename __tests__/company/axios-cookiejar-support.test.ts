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
  startAlone,
  startCompany,
} from './support.js'

const withJar = (api: AxiosInstance): void => {
  wrapper(api)
  api.defaults.jar = new CookieJar()
}

const cookie = (value: string) => ({ headers: { 'Set-Cookie': `${value}; Path=/` }, times: 1 })

describeEachOrder('axios-cookiejar-support, attached %s ours', (order) => {
  it('a cookie that came with the 401 goes out with the resend, and with what follows', async () => {
    const { account, api } = await startCompany(order, withJar)
    const alone = await startAlone(withJar)
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

  it('recovers a POST, whose body goes out whole both times', async () => {
    const { account, api } = await startCompany(order, withJar)
    account.revoke()
    account.api.fail({ status: 401, ...cookie('node=a') })
    const record = { FirstName: 'Nia', LastName: 'Adeyemi' }
    expect((await api.post(PHYSICIANS, record)).status).toBe(201)
    const sent = account.log.api.map(({ body }) => Buffer.from(body).toString())
    expect(sent).toEqual([JSON.stringify(record), JSON.stringify(record)])
  })

  it('the token request has nothing to do with the jar', async () => {
    const { account, api, auth } = await startCompany(order, withJar)
    const headers = { 'Set-Cookie': 'gateway=a; Path=/' }
    const body = JSON.stringify({ access_token: 'a-token-of-its-own', token_type: 'bearer' })
    account.tokenEndpoint.fail({ status: 200, headers, body })
    auth.invalidate()
    account.api.fail({ status: 200, body: '{}' })
    await api.get(PHYSICIANS)
    expect(account.log.api[0]?.headers.cookie).toBeUndefined()
  })

  it('a jar of one request serves its resend', async () => {
    const { account, api } = await startCompany(order, (api) => void wrapper(api))
    account.api.fail({ status: 401, ...cookie('node=a') })
    const jar = new CookieJar()
    await api.get(PHYSICIANS, { jar })
    expect(account.log.api.map(({ headers }) => headers.cookie)).toEqual([undefined, 'node=a'])
    expect(jar.getCookieStringSync(account.url)).toBe('node=a')
  })
})

describe('an agent of the instance', () => {
  it('is refused by the jar, beside us as without us', async () => {
    const { api } = await startCompany('before', withJar, { axios: { httpAgent: new Agent() } })
    expect(`${await rejectionOf(api.get(PHYSICIANS))}`).toContain('other http(s).Agent')
  })
})

// It looks at every slot of the handlers, and an interceptor that is gone leaves an empty one.
describe('wrapper() after an interceptor was ejected', () => {
  it('throws, whoever it was: detach() of ours as any other', async () => {
    const plain = axios.create()
    const id = plain.interceptors.request.use((config) => config)
    plain.interceptors.request.use((config) => config)
    plain.interceptors.request.eject(id)
    expect(thrownBy(() => wrapper(plain))).toBeInstanceOf(TypeError)

    const { api, auth } = await startCompany('before', () => {})
    api.interceptors.request.use((config) => config)
    auth.detach()
    expect(thrownBy(() => wrapper(api))).toBeInstanceOf(TypeError)
  })

  it('called at bootstrap, it does not mind our coming and going', async () => {
    const { account, api, auth } = await startCompany('before', withJar)
    auth.detach()
    attachCaspioAuth(api, account.credentials)
    attachCaspioAuth(api, account.credentials)
    wrapper(api)
    expect((await api.get(PHYSICIANS)).status).toBe(200)
  })
})
