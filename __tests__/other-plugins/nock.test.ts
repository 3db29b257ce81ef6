import axios from 'axios'
import nock from 'nock'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { attachCaspioAuth } from '../../src/index.js'
import { rejectionOf } from '../support/account.js'
import { ADAPTERS } from '../support/axios-features.js'
import { expectNoSecrets } from '../support/secrets.js'
import {
  CREDENTIALS,
  describeEachOrder,
  HOME,
  type Order,
  PHYSICIANS,
  resultOf,
} from './support.js'

const RECORDS = { Result: [{ PK_ID: 1 }] }
const RECORD = { FirstName: 'Nia' }
const PATH = `/rest/v2${PHYSICIANS}`

afterEach(() => {
  nock.cleanAll()
  nock.restore()
})

afterAll(() => {
  nock.enableNetConnect()
})

/** Attaches the plugin to an instance, and activates nock before or after that. */
function start(order: Order, adapter: string) {
  const activate = () => {
    if (!nock.isActive()) nock.activate()
    nock.disableNetConnect()
  }
  if (order === 'before') activate()
  const api = axios.create({ baseURL: `${HOME}/rest/v2`, adapter })
  attachCaspioAuth(api, CREDENTIALS, { retries: 0 })
  if (order === 'after') activate()
  return api
}

function mockToken(access_token: string): void {
  nock(HOME)
    .post('/oauth/token', { grant_type: 'client_credentials' })
    .reply(200, { access_token, token_type: 'bearer', expires_in: 3600 })
}

/** Answers only requests with this token. */
function caspio(token: string): nock.Scope {
  return nock(HOME, { reqheaders: { authorization: `Bearer ${token}` } })
}

describe.each(ADAPTERS)('on the %s adapter', (adapter) => {
  describeEachOrder('nock, activated %s the plugin', (order) => {
    it('mocks both token requests, the 401 and the resend', async () => {
      const api = start(order, adapter)
      mockToken('token-1')
      caspio('token-1').get(PATH).reply(401, {})
      mockToken('token-2')
      caspio('token-2').get(PATH).reply(200, RECORDS)
      nock(HOME).get('/plain').reply(200, RECORDS)
      const expected = resultOf(await axios.get(`${HOME}/plain`, { adapter }))
      expect(resultOf(await api.get(PHYSICIANS))).toEqual(expected)
      expect(nock.pendingMocks()).toEqual([])
    })

    it('sees the same body twice', async () => {
      const api = start(order, adapter)
      mockToken('token-1')
      caspio('token-1').post(PATH, RECORD).reply(401, {})
      mockToken('token-2')
      caspio('token-2').post(PATH, RECORD).reply(201)
      expect((await api.post(PHYSICIANS, RECORD)).status).toBe(201)
      expect(nock.pendingMocks()).toEqual([])
    })

    it('shows no secret in its error about a token request without a mock', async () => {
      const api = start(order, adapter)
      nock(HOME).get(PATH).reply(200, RECORDS)
      const error = await rejectionOf(api.get(PHYSICIANS))
      expect(error.code).toBe('ERR_CASPIO_TOKEN_ENDPOINT')
      expect(error.message).toContain('No match for request')
      expectNoSecrets(error, CREDENTIALS)
      expect(nock.pendingMocks()).toHaveLength(1)
    })
  })
})
