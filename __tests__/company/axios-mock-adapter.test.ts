import axios, { type AxiosInstance, type AxiosRequestConfig } from 'axios'
import MockAdapter from 'axios-mock-adapter'
import { expect, it } from 'vitest'
import { attachCaspioAuth } from '../../src/index.js'
import { rejectionOf, startAccount } from '../support/account.js'
import { expectNoSecrets } from '../support/secrets.js'
import {
  CREDENTIALS,
  countRuns,
  describeEachOrder,
  HOME,
  type Order,
  PHYSICIANS,
  resultOf,
  startAlone,
  startCompany,
  statusesOf,
} from './support.js'

const RECORDS = { Result: [{ PK_ID: 1 }] }

type MockOptions = ConstructorParameters<typeof MockAdapter>[1]

// Its types know axios as CommonJS does.
const mockOf = (api: AxiosInstance, options?: MockOptions) => new MockAdapter(api as never, options)

const tokenOf = ({ headers }: AxiosRequestConfig) => `${headers?.Authorization}`

/** A mocked Caspio: no server at all. */
function startMocked(order: Order, options?: MockOptions) {
  const api = axios.create({ baseURL: `${HOME}/rest/v2` })
  const attach = () => attachCaspioAuth(api, CREDENTIALS, { retries: 0 })
  if (order === 'after') attach()
  const mock = mockOf(api, options)
  if (order === 'before') attach()
  return { api, mock }
}

/** Hands out token-1, token-2 and so on. */
function mockTokens(mock: MockAdapter): void {
  let count = 0
  mock.onPost(CREDENTIALS.tokenEndpointURL).reply(() => {
    count++
    return [200, { access_token: `token-${count}`, token_type: 'bearer', expires_in: 3600 }]
  })
}

describeEachOrder('axios-mock-adapter, attached %s ours', (order) => {
  it('a mocked 401 is recovered, by tokens that are mocked as well', async () => {
    const { api, mock } = startMocked(order)
    const plain = axios.create()
    mockOf(plain).onGet(PHYSICIANS).reply(200, RECORDS)
    const runs = [countRuns(api), countRuns(plain)]
    const sent: string[] = []
    const answer = (status: number, data: object) => (config: AxiosRequestConfig) => {
      sent.push(tokenOf(config))
      return [status, data] as [number, object]
    }
    mockTokens(mock)
    mock.onGet(PHYSICIANS).replyOnce(answer(401, {}))
    mock.onGet(PHYSICIANS).reply(answer(200, RECORDS))
    expect(resultOf(await api.get(PHYSICIANS))).toEqual(resultOf(await plain.get(PHYSICIANS)))
    expect(sent).toEqual(['Bearer token-1', 'Bearer token-2'])
    expect(runs[0]).toEqual(runs[1])
    expect([mock.history.post, mock.history.get].map(({ length }) => length)).toEqual([2, 2])
  })

  // The resend carries the same config.
  it('its history shows the last token for both, and is the caller’s to look at', async () => {
    const { api, mock } = startMocked(order)
    mockTokens(mock)
    mock.onGet(PHYSICIANS).replyOnce(401)
    mock.onGet(PHYSICIANS).reply(200, RECORDS)
    await api.get(PHYSICIANS)
    expect(mock.history.get.map(tokenOf)).toEqual(['Bearer token-2', 'Bearer token-2'])
  })

  it('a mock without a token endpoint fails every call for Caspio', async () => {
    const { api, mock } = startMocked(order)
    mock.onGet(PHYSICIANS).reply(200, RECORDS)
    const error = await rejectionOf(api.get(PHYSICIANS))
    expect(error).toMatchObject({ code: 'ERR_CASPIO_TOKEN_RESPONSE', status: 404 })
    expect((await api.get(PHYSICIANS, { skipCaspioAuth: true })).status).toBe(200)
  })

  it('what it says of an unmocked token request shows no secret', async () => {
    const { api, mock } = startMocked(order, { onNoMatch: 'throwException' })
    mock.onGet(PHYSICIANS).reply(200, RECORDS)
    const error = await rejectionOf(api.get(PHYSICIANS))
    expect(error.code).toBe('ERR_CASPIO_TOKEN_ENDPOINT')
    expect(error.message).toContain('Could not find mock')
    expectNoSecrets(error, CREDENTIALS)
  })

  it.each([
    ['an outage', 503, undefined, 'ERR_CASPIO_TOKEN_ENDPOINT'],
    ['a wrong secret', 400, { error: 'invalid_client' }, 'ERR_CASPIO_CREDENTIALS'],
  ])('%s is mocked in a line', async (_, status, body, code) => {
    const { api, mock } = startMocked(order)
    mock.onPost(CREDENTIALS.tokenEndpointURL).reply(status, body)
    expect(await rejectionOf(api.get(PHYSICIANS))).toMatchObject({ code, status })
  })

  it('lets everything through to the real account, recoveries included', async () => {
    const passing = (api: AxiosInstance) => {
      mockOf(api, { onNoMatch: 'passthrough' })
    }
    const { account, api } = await startCompany(order, passing)
    const alone = await startAlone(passing)
    account.revoke()
    expect(resultOf(await api.get(PHYSICIANS))).toEqual(resultOf(await alone.api.get(PHYSICIANS)))
    expect(statusesOf(account)).toEqual([401, 200])
    expect(new Set(account.log.api.map(({ headers }) => headers.authorization)).size).toBe(2)
    expect(account.log.token).toMatchObject([{ authorization: 'basic', status: 200 }])
  })

  it('lets a refusal of the token endpoint through as what it is', async () => {
    const account = await startAccount()
    const api = axios.create({ baseURL: account.url })
    const mockIt = () => mockOf(api, { onNoMatch: 'passthrough' })
    if (order === 'before') mockIt()
    attachCaspioAuth(api, { ...account.credentials, clientSecret: 'an-old-secret' })
    if (order === 'after') mockIt()
    const error = await rejectionOf(api.get('/x'))
    expect(error).toMatchObject({ code: 'ERR_CASPIO_CREDENTIALS', status: 400 })
    expect(account.log.token).toHaveLength(1)
  })

  it('restored, is gone for the calls and for the token request', async () => {
    let mock: MockAdapter | undefined
    const { account, api, auth } = await startCompany(order, (api) => {
      mock = mockOf(api, { onNoMatch: 'passthrough' })
    })
    auth.invalidate()
    mock?.reset()
    mock?.restore()
    expect((await api.get(PHYSICIANS)).status).toBe(200)
    expect(account.log.token).toHaveLength(1)
    expect(mock?.history.get).toHaveLength(0)
  })
})
