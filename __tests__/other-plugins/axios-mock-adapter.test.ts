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
  startWithCompanion,
  startWithoutPlugin,
  statusesOf,
} from './support.js'

const RECORDS = { Result: [{ PK_ID: 1 }] }

type MockOptions = ConstructorParameters<typeof MockAdapter>[1]

// The package's types expect the CommonJS build of axios.
const mockOf = (api: AxiosInstance, options?: MockOptions) => new MockAdapter(api as never, options)

const authorizationOf = ({ headers }: AxiosRequestConfig) => `${headers?.Authorization}`

/** An instance with a mocked Caspio, without a server. */
function startMocked(order: Order, options?: MockOptions) {
  const api = axios.create({ baseURL: `${HOME}/rest/v2` })
  const attach = () => attachCaspioAuth(api, CREDENTIALS, { retries: 0 })
  if (order === 'after') attach()
  const mock = mockOf(api, options)
  if (order === 'before') attach()
  return { api, mock }
}

/** Mocks a token endpoint that issues token-1, token-2 and so on. */
function mockTokens(mock: MockAdapter): void {
  let count = 0
  mock.onPost(CREDENTIALS.tokenEndpointURL).reply(() => {
    count++
    return [200, { access_token: `token-${count}`, token_type: 'bearer', expires_in: 3600 }]
  })
}

describeEachOrder('axios-mock-adapter, attached %s the plugin', (order) => {
  it('mocks a 401, the token requests and the resend', async () => {
    const { api, mock } = startMocked(order)
    const plain = axios.create()
    mockOf(plain).onGet(PHYSICIANS).reply(200, RECORDS)
    const runs = [countRuns(api), countRuns(plain)]
    const sent: string[] = []
    const answer = (status: number, data: object) => (config: AxiosRequestConfig) => {
      sent.push(authorizationOf(config))
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
  it('shows the last token for both requests in its history', async () => {
    const { api, mock } = startMocked(order)
    mockTokens(mock)
    mock.onGet(PHYSICIANS).replyOnce(401)
    mock.onGet(PHYSICIANS).reply(200, RECORDS)
    await api.get(PHYSICIANS)
    expect(mock.history.get.map(authorizationOf)).toEqual(['Bearer token-2', 'Bearer token-2'])
  })

  it('fails every request to Caspio if it does not mock the token endpoint', async () => {
    const { api, mock } = startMocked(order)
    mock.onGet(PHYSICIANS).reply(200, RECORDS)
    const error = await rejectionOf(api.get(PHYSICIANS))
    expect(error).toMatchObject({ code: 'ERR_CASPIO_TOKEN_RESPONSE', status: 404 })
    expect((await api.get(PHYSICIANS, { skipCaspioAuth: true })).status).toBe(200)
  })

  it('shows no secret in its error about a token request without a mock', async () => {
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
  ])('mocks %s in one line', async (_, status, body, code) => {
    const { api, mock } = startMocked(order)
    mock.onPost(CREDENTIALS.tokenEndpointURL).reply(status, body)
    expect(await rejectionOf(api.get(PHYSICIANS))).toMatchObject({ code, status })
  })

  it('passes everything through to the account, including resends', async () => {
    const passing = (api: AxiosInstance) => {
      mockOf(api, { onNoMatch: 'passthrough' })
    }
    const { account, api } = await startWithCompanion(order, passing)
    const alone = await startWithoutPlugin(passing)
    account.revoke()
    expect(resultOf(await api.get(PHYSICIANS))).toEqual(resultOf(await alone.api.get(PHYSICIANS)))
    expect(statusesOf(account)).toEqual([401, 200])
    expect(new Set(account.log.api.map(({ headers }) => headers.authorization)).size).toBe(2)
    expect(account.log.token).toMatchObject([{ authorization: 'basic', status: 200 }])
  })

  it('passes an error of the token endpoint through', async () => {
    const account = await startAccount()
    const api = axios.create({ baseURL: account.url })
    const attachMock = () => mockOf(api, { onNoMatch: 'passthrough' })
    if (order === 'before') attachMock()
    attachCaspioAuth(api, { ...account.credentials, clientSecret: 'an-old-secret' })
    if (order === 'after') attachMock()
    const error = await rejectionOf(api.get('/x'))
    expect(error).toMatchObject({ code: 'ERR_CASPIO_CREDENTIALS', status: 400 })
    expect(account.log.token).toHaveLength(1)
  })

  it('no longer affects requests and token requests after restore()', async () => {
    let mock: MockAdapter | undefined
    const { account, api, auth } = await startWithCompanion(order, (api) => {
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
