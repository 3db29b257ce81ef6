import { Agent } from 'node:http'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { rejectionOf, startAccount } from '../support/account.js'
import { thrownBy } from '../support/outcomes.js'
import { startRawServer } from '../support/raw-server.js'

const OLD = { '1.6': () => import('axios-1-6'), '1.13': () => import('axios-1-13') }
const ADAPTER_ERROR = new Error('of an adapter')

beforeEach(() => vi.resetModules())

afterEach(() => {
  vi.doUnmock('axios')
})

describe.each(Object.entries(OLD))('with axios %s', (_, load) => {
  /** An instance with the plugin. It throws this, instead of sending a request. */
  async function attached(thrown?: unknown) {
    vi.doMock('axios', load)
    const { default: axios } = await import('axios')
    const { attachCaspioAuth } = await import('../../src/index.js')
    const account = await startAccount()
    const api = axios.create({ baseURL: `${account.url}/rest/v2` })
    attachCaspioAuth(api, account.credentials)
    if (thrown) api.defaults.adapter = () => Promise.reject(thrown)
    return { api, account, axios }
  }

  it('toJSON() of an error redacts what config.redact names', async () => {
    const { api, account } = await attached()
    const config = { redact: ['x-key'], headers: { 'X-Key': 'sesame', 'X-Other': 'shown' } }
    const error = await rejectionOf(api.get('/nowhere', config))
    const sent = account.log.api[0]?.headers.authorization
    expect(error.config.headers.Authorization).toBe(sent)
    expect(error.toJSON()).toMatchObject({
      message: 'Request failed with status code 404',
      stack: error.stack,
      config: {
        url: '/nowhere',
        headers: {
          Authorization: '[REDACTED ****]',
          'X-Key': '[REDACTED ****]',
          'X-Other': 'shown',
        },
      },
    })
    expect(Object.keys(error)).not.toContain('toJSON')
  })

  it('toJSON() of an error shows no agent, and the headers of a request to another party', async () => {
    const { api } = await attached()
    const stranger = await startRawServer((_, response) => response.writeHead(500).end())
    const headers = { Authorization: 'Bearer mine' }
    const error = await rejectionOf(api.get(stranger.url, { headers, httpAgent: new Agent() }))
    expect(error.toJSON().config).toMatchObject({ headers, httpAgent: '[REDACTED ****]' })
  })

  it.each([
    ['without a config', ADAPTER_ERROR],
    ['without toJSON()', Object.assign(new Error('x'), { config: {} })],
    ['that is frozen', Object.freeze(Object.assign(new Error('x'), { config: {}, toJSON() {} }))],
    ['that is not an object', 'a text'],
  ])('an error %s goes to its caller as it is', async (_, thrown) => {
    const { api } = await attached(thrown)
    const names = Object.getOwnPropertyNames(Object(thrown))
    expect(await rejectionOf(api.get('https://stranger.test/'))).toBe(thrown)
    expect(Object.getOwnPropertyNames(Object(thrown))).toEqual(names)
  })

  it('a token request does not read Object.prototype', async () => {
    const { api, account } = await attached()
    const evil = { value: { host: '127.0.0.1', port: 1 }, configurable: true, writable: true }
    Object.defineProperty(Object.prototype, 'proxy', evil)
    try {
      await api.get('/tables')
    } finally {
      Reflect.deleteProperty(Object.prototype, 'proxy')
    }
    expect(account.log.token).toHaveLength(1)
  })
})

it('with a mock of axios that has no AxiosError, attaching says what is wrong', async () => {
  vi.doMock('axios', () => ({ default: {} }))
  const { attachCaspioAuth } = await import('../../src/index.js')
  const error = thrownBy(() => attachCaspioAuth({} as never, {} as never))
  expect(error).toBeInstanceOf(Error)
  expect(error.code).toBe('ERR_CASPIO_CONFIG')
  expect(error.message).toContain('axios before 0.22 (or a mock) is too old')
})

it('a polluted allowAbsoluteUrls does not bring another origin into the scope', async () => {
  const scope = await scopeWith('1.13')
  Object.defineProperty(Object.prototype, 'allowAbsoluteUrls', { value: false, configurable: true })
  try {
    const config = { baseURL: 'https://a.test', url: 'https://evil.test/' }
    expect(scope.destinationOf(config as never)).toBeUndefined()
  } finally {
    Reflect.deleteProperty(Object.prototype, 'allowAbsoluteUrls')
  }
})

it('before 1.8.3 an absolute URL gets no token with allowAbsoluteUrls: false', async () => {
  const scope = await scopeWith('1.6')
  const includes = (config: object) => Boolean(scope.destinationOf(config as never))
  const home = { baseURL: 'https://a.test', allowAbsoluteUrls: false }
  expect(includes({ ...home, url: 'https://evil.test/' })).toBe(false)
  expect(includes({ ...home, url: 'https://a.test/' })).toBe(false)
  expect(includes({ ...home, url: '/x' })).toBe(true)
})

/** A scope of https://a.test, as it is with that axios. */
async function scopeWith(version: keyof typeof OLD) {
  vi.doMock('axios', OLD[version])
  const { createScope } = await import('../../src/request/scope.js')
  return createScope(new Set(['https://a.test']), undefined, { defaults: {} }, () => false)
}
