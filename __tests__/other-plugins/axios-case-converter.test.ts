import type { AxiosInstance } from 'axios'
import applyCaseMiddleware from 'axios-case-converter'
import { expect, it } from 'vitest'
import { rejectionOf } from '../support/account.js'
import {
  describeEachOrder,
  PHYSICIANS,
  resultOf,
  startWithCompanion,
  startWithoutPlugin,
  statusesOf,
} from './support.js'

const ANSWER = { result_set: [{ first_name: 'Nia', visit_count: 1 }] }
const CONVERTED = { resultSet: [{ firstName: 'Nia', visitCount: 1 }] }

const converting = (api: AxiosInstance): void => {
  // The package's types describe its CommonJS build.
  ;(applyCaseMiddleware as unknown as (instance: AxiosInstance) => void)(api)
}

describeEachOrder('axios-case-converter, attached %s the plugin', (order) => {
  it('converts params, body and answer once, even if the request is resent', async () => {
    const { account, api } = await startWithCompanion(order, converting)
    const alone = await startWithoutPlugin(converting)
    account.revoke()
    account.api.fail({ status: 401, times: 1 })
    const results = []
    for (const each of [{ account, api }, alone]) {
      each.account.api.fail({ status: 201, body: JSON.stringify(ANSWER), times: 1 })
      const config = { params: { pageSize: 1 }, headers: { 'x-my-header': 'a' } }
      const answer = await each.api.post(PHYSICIANS, { firstName: 'Nia' }, config)
      results.push({ ...resultOf(answer), headers: Object.keys(answer.headers) })
    }
    expect(results[0]).toMatchObject({ data: CONVERTED, status: 201 })
    expect(results[0]).toEqual(results[1])
    expect(statusesOf(account)).toEqual([401, 201])
    for (const { body, headers, path } of [...account.log.api, ...alone.account.log.api]) {
      expect(Buffer.from(body).toString()).toBe('{"first_name":"Nia"}')
      expect(headers).toMatchObject({ 'x-my-header': 'a' })
      expect(headers.authorization).toMatch(/^Bearer \S+$/)
      expect(path).toMatch(/\?page_size=1$/)
    }
  })

  it('does not convert the token request and its answer', async () => {
    const { account, api, auth } = await startWithCompanion(order, converting)
    auth.invalidate()
    await api.get(PHYSICIANS)
    expect(account.log.token).toMatchObject([{ grant: 'client_credentials', status: 200 }])
    expect(statusesOf(account)).toEqual([200])
  })

  it('does not convert an error of the token endpoint', async () => {
    const { account, api, auth } = await startWithCompanion(order, converting, { retries: 0 })
    auth.invalidate()
    const refusal = { error: 'invalid_client', error_description: 'unknown_client' }
    account.tokenEndpoint.fail({ status: 400, body: JSON.stringify(refusal) })
    const error = await rejectionOf(api.get(PHYSICIANS))
    expect(error.code).toBe('ERR_CASPIO_CREDENTIALS')
    expect(error.response.data).toEqual(refusal)
  })
})
