import axios, {
  type AxiosInstance,
  type AxiosRequestConfig,
  type InternalAxiosRequestConfig,
} from 'axios'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { attachCaspioAuth } from '../../src/index.js'
import { PHYSICIANS, rejectionOf, startBench } from '../support/account.js'
import { ADAPTERS, CAN } from '../support/axios-features.js'
import { type RawServer, startRawServer } from '../support/raw-server.js'
import {
  attachedClient,
  authorizationsOf,
  BEARER,
  type Client,
  CREDENTIALS,
  ENDPOINT,
  HOME,
  startRawAccount,
  TOKEN,
} from '../support/scope.js'

afterEach(() => {
  vi.unstubAllGlobals()
})

describe('another origin', () => {
  const FOREIGN = [
    'https://b.caspio.com/rest/v2/tables',
    '//evil.test/path',
    '//a.caspio.com.evil.test/path',
    'https://a.caspio.com@evil.test/',
    'https://a.caspio.com:x@evil.test',
    'https://a.caspio.com%2F@evil.test/',
    'https://a.caspio.com.evil.test',
    'https://a.caspio.com.evil.test/',
    'https://a.caspio.comm',
    'https://a.caspio.comm/',
    'https://a.caspio.comm?x=/',
    'https://a.caspio.co',
    'https://xa.caspio.com/',
    'https://caspio.com/',
    'https://sub.a.caspio.com/',
    'http://a.caspio.com/rest/v2/tables',
    'http://a.caspio.com:443/',
    'https://a.caspio.com:8443/',
    'https://a.caspio.com:4433',
    'https://a.caspio.com:80/',
    'https://a.caspio.com./',
    'https://a.caspio.com\u3002evil.test/',
    'https://\u0430.caspio.com/',
    'https://evil.test\\@a.caspio.com/',
    'https://evil.test\\.a.caspio.com/',
    'https:\\\\evil.test/https://a.caspio.com/',
    'https://evil.test/https://a.caspio.com/',
    'https://evil.test?https://a.caspio.com/',
    'https://evil.test#@a.caspio.com/',
    'https://evil.test#https://a.caspio.com/',
    'https://a.cas\tpio.com.evil.test/',
    'https://a.caspio.com\n.evil.test/',
    'https://a.caspio.com\r@evil.test/',
    'https://user:pw@a.caspio.com/',
    'https://user@a.caspio.com/',
    'https://:pw@a.caspio.com/',
    'ftp://a.caspio.com/',
    'wss://a.caspio.com/',
    'file://a.caspio.com/',
    'data:text/plain,https://a.caspio.com/',
    'blob:https://a.caspio.com/0d7b6b3e',
    'javascript://a.caspio.com/%0aalert(1)',
    '/rest/v2/tables',
    'rest/v2/tables',
    '',
  ]
  const SAME_ORIGIN = [
    'https://a.caspio.com/rest/v2/tables',
    'https://a.caspio.com',
    'https://a.caspio.com?q=/@evil.test/',
    'https://a.caspio.com#/@evil.test/',
    'https://a.caspio.com/@evil.test/',
    'https://a.caspio.com/../../x',
    'https://a.caspio.com//evil.test/',
    'https://a.caspio.com\\rest',
    'https://a.cas\npio.com/rest',
    'https://a.caspio.com:443/rest',
    'https://a.caspio.com:/rest',
    'HTTPS://A.CASPIO.COM/rest',
    'https://A.caspio.com/rest',
    'https://%61.caspio.com/rest',
    'https://\uff41.caspio.com/rest',
    'https:///a.caspio.com/rest',
  ]

  it.each(FOREIGN)('%j gets no token, whatever came before', async (url) => {
    // Axios refuses to send some of them, which is as good.
    const ask = ({ authorization }: Client) =>
      authorization({ url }).catch((error) => expect(error.code).toBe('ERR_INVALID_URL'))
    const client = attachedClient()
    expect(await ask(client)).toBeUndefined()
    for (const home of SAME_ORIGIN) await client.authorization({ url: home })
    expect(await ask(client)).toBeUndefined()
    expect(await client.authorization({ url: `${HOME}/x` })).toBe(BEARER)
    expect(await ask(client)).toBeUndefined()
  })

  it.each(SAME_ORIGIN)('%j is recognised as the same origin, whatever came before', async (url) => {
    const client = attachedClient()
    expect(await client.authorization({ url })).toBe(BEARER)
    for (const foreign of FOREIGN) await client.authorization({ url: foreign }).catch(() => {})
    expect(await client.authorization({ url })).toBe(BEARER)
  })

  it('gets no token, and its 401 is not recovered', async () => {
    const home = await startRawAccount()
    const otherParty = await startRawServer((_, response) => {
      response.statusCode = 401
      response.end('{}')
    })
    const api = axios.create({ baseURL: home.url, proxy: false })
    attachCaspioAuth(api, home.credentials)
    await api.get('/warm')
    const authority = `127.0.0.1:${otherParty.port}`
    const urls = [
      `${otherParty.url}/x`,
      otherParty.url,
      `http://127.0.0.1:${home.port}@${authority}/`,
      `http://127.0.0.1:${home.port}:x@${authority}`,
      `http://127.0.0.1:${home.port}%2F@${authority}/`,
      `${otherParty.url}/${home.url}/`,
      `${otherParty.url}?${home.url}/`,
      `http:\\\\${authority}\\@127.0.0.1:${home.port}/`,
      `http://${authority}\\@127.0.0.1:${home.port}/`,
      `http://127.0.\t0.1:${otherParty.port}/`,
      `http://2130706433:${otherParty.port}/`,
    ]
    let refused = 0
    for (const adapter of ADAPTERS) {
      for (const url of urls) {
        const error = await rejectionOf(api.get(url, { adapter, baseURL: '' }))
        if (!error.response) refused++
        else expect([url, error.response.status]).toEqual([url, 401])
      }
    }
    expect(otherParty.received).toHaveLength(ADAPTERS.length * urls.length - refused)
    expect(otherParty.received.length).toBeGreaterThan(6 * ADAPTERS.length)
    for (const request of otherParty.received) {
      expect(authorizationsOf(request).join()).not.toMatch(/bearer|token-/i)
    }
    expect(home.received).toHaveLength(1)
    expect(home.tokenRequests).toHaveLength(1)
  })

  it('gets no token even if it is the same server under another name', async () => {
    const home = await startRawAccount()
    const api = axios.create({ proxy: false })
    attachCaspioAuth(api, home.credentials)
    await api.get(`${home.url}/a`)
    await api.get(`http://localhost:${home.port}/b`)
    await api.get(`http://127.1:${home.port}/c`)
    expect(home.received.map(authorizationsOf)).toEqual([
      ['Bearer token-1'],
      [],
      ['Bearer token-1'],
    ])
  })
})

describe('the token endpoint itself', () => {
  it.each(ADAPTERS)(
    'gets no access token with a hand-written token request on the same instance (%s)',
    async (adapter) => {
      const { account, api } = await startBench({ axios: { adapter } })
      const { clientID, clientSecret, tokenEndpointURL } = account.credentials
      const form = new URLSearchParams({
        grant_type: 'client_credentials',
        client_id: clientID,
        client_secret: clientSecret,
      })
      const { data } = await api.post(tokenEndpointURL, form)
      expect(data.access_token).toEqual(expect.any(String))
      expect(account.log.token).toMatchObject([{ clientAuthentication: 'body', status: 200 }])
      expect(account.log.token[0]?.authorization).toBeUndefined()
      await api.get(PHYSICIANS)
      await api.post(tokenEndpointURL, form)
      expect(account.log.token.map(({ authorization }) => authorization)).toEqual([
        undefined,
        'basic',
        undefined,
      ])
    },
  )

  it('causes no recovery if it refuses a hand-written token request', async () => {
    const { account, api } = await startBench()
    await api.get(PHYSICIANS)
    account.tokenEndpoint.fail({ status: 401 })
    const error = await rejectionOf(api.post(account.credentials.tokenEndpointURL, 'grant_type=x'))
    expect(error.message).toBe('Request failed with status code 401')
    expect(account.log.token).toHaveLength(2)
  })

  const ELSEWHERE: [string, AxiosRequestConfig][] = [
    ['a path below it', { url: `${ENDPOINT}/x` }],
    ['a longer name', { url: `${ENDPOINT}s` }],
    ['its path in the query', { url: `${HOME}/x?next=/oauth/token` }],
    ['its path in the fragment', { url: `${HOME}/x#/oauth/token` }],
    ['its name in another path', { url: '/tables/token', baseURL: HOME }],
    ['a path that leads out of it', { url: `${ENDPOINT}/../x` }],
  ]
  const SPELLINGS: [string, AxiosRequestConfig][] = [
    ['as configured', { url: ENDPOINT }],
    ['with a query', { url: `${ENDPOINT}?x=1` }],
    ['with a fragment', { url: `${ENDPOINT}#x` }],
    ['with params', { url: ENDPOINT, params: { x: 1 } }],
    ['relative to a baseURL', { url: 'oauth/token', baseURL: HOME }],
    ['relative to a longer baseURL', { url: 'token', baseURL: `${HOME}/oauth` }],
    ['as the baseURL', { baseURL: ENDPOINT }],
    ['as the baseURL of an empty URL', { url: '', baseURL: ENDPOINT }],
    ['with a dot segment', { url: `${HOME}/oauth/./token` }],
    ['with a parent segment', { url: '/x/../oauth/token', baseURL: HOME }],
    ['with backslashes', { url: `${HOME}\\oauth\\token` }],
    ['with the host in upper case', { url: 'HTTPS://A.CASPIO.COM/oauth/token' }],
    ['with the default port', { url: 'https://a.caspio.com:443/oauth/token' }],
    ['in upper case', { url: `${HOME}/OAUTH/TOKEN` }],
    ['in mixed case on a baseURL', { url: 'Token', baseURL: `${HOME}/OAuth` }],
    ['with a tab inside', { url: `${HOME}/oauth/to\tken` }],
    ['with a newline inside', { url: '/oauth/tok\nen', baseURL: HOME }],
  ]

  it.each(SPELLINGS)('is out of scope %s', async (_, config) => {
    const client = attachedClient()
    expect(await client.authorization(config)).toBeUndefined()
    for (const baseURL of [undefined, HOME, `${HOME}/oauth`, `${HOME}/OAuth`, ENDPOINT]) {
      const warm = baseURL ? { url: '/x', baseURL } : { url: `${HOME}/x` }
      expect([baseURL, await client.authorization(warm)]).toEqual([baseURL, BEARER])
    }
    expect(await client.authorization(config)).toBeUndefined()
  })

  it.each(ELSEWHERE)('does not exclude other URLs: %s', async (_, config) => {
    const client = attachedClient()
    expect(await client.authorization({ url: ENDPOINT })).toBeUndefined()
    expect(await client.authorization(config)).toBe(BEARER)
    expect(await client.authorization(config)).toBe(BEARER)
  })

  it.each(['/', '/token/', '/a%20b', '/a b', '/\u00fc', '/t?account=1'])(
    'is out of scope at any path: %s',
    async (path) => {
      const tokenEndpointURL = `${HOME}${path}`
      const api = axios.create({
        adapter: async (config) => {
          const data = `${config.headers.get('Authorization')}`.startsWith('Basic ') ? TOKEN : '{}'
          return { data, status: 200, statusText: 'OK', headers: {}, config }
        },
      })
      attachCaspioAuth(api, { ...CREDENTIALS, tokenEndpointURL })
      const ask = async (url: string) => (await api.get(url)).config.headers.get('Authorization')
      expect(await ask(tokenEndpointURL)).toBeUndefined()
      expect(await ask(`${HOME}/x`)).toBe(BEARER)
      expect(await ask(tokenEndpointURL)).toBeUndefined()
    },
  )
})

describe('what keeps the plugin out of a request', () => {
  it.each<[string, (home: RawServer) => AxiosRequestConfig, string[]]>([
    ['skipCaspioAuth', () => ({ skipCaspioAuth: true }), []],
    [
      'skipCaspioAuth, with a header of the caller',
      () => ({ skipCaspioAuth: true, headers: { Authorization: 'Bearer caller' } }),
      ['Bearer caller'],
    ],
    ['config.auth', () => ({ auth: { username: 'u', password: 'p' } }), [`Basic ${btoa('u:p')}`]],
    [
      'user:pass@ in the URL',
      ({ port }) => ({ url: `http://u:p@127.0.0.1:${port}/x` }),
      [`Basic ${btoa('u:p')}`],
    ],
    [
      'user:pass@ in the baseURL',
      ({ port }) => ({ baseURL: `http://u:p@127.0.0.1:${port}` }),
      [`Basic ${btoa('u:p')}`],
    ],
    ['Authorization: false', () => ({ headers: { Authorization: false } }), []],
    ['authorization: false', () => ({ headers: { authorization: false } }), []],
  ])('%s: no token request is sent, and a 401 is not recovered', async (_, config, sent) => {
    const home = await startRawAccount(({ url }) => (url === '/ok' ? 200 : 401))
    const api = axios.create({ baseURL: home.url, proxy: false })
    attachCaspioAuth(api, home.credentials)
    for (const adapter of ['http', CAN.fetchUserinfo ? 'fetch' : 'http'] as const) {
      const error = await rejectionOf(api.request({ url: '/x', adapter, ...config(home) }))
      expect(error.message).toBe('Request failed with status code 401')
    }
    expect(home.tokenRequests).toHaveLength(0)
    await api.get('/ok')
    const error = await rejectionOf(api.request({ url: '/x', ...config(home) }))
    expect(error.message).toBe('Request failed with status code 401')
    expect(home.tokenRequests).toHaveLength(1)
    expect(home.received.map(authorizationsOf)).toEqual([sent, sent, ['Bearer token-1'], sent])
  })

  it('auth in the instance’s defaults', async () => {
    const home = await startRawAccount()
    const auth = { username: 'u', password: 'p' }
    const api = axios.create({ baseURL: home.url, proxy: false, auth })
    attachCaspioAuth(api, home.credentials)
    await api.get('/x')
    expect(home.received.map(authorizationsOf)).toEqual([[`Basic ${btoa('u:p')}`]])
    expect(home.tokenRequests).toHaveLength(0)
  })

  it('skipCaspioAuth: false does not keep it out', async () => {
    const home = await startRawAccount()
    const api = axios.create({ baseURL: home.url, proxy: false })
    attachCaspioAuth(api, home.credentials)
    await api.get('/x', { skipCaspioAuth: false })
    expect(home.received.map(authorizationsOf)).toEqual([['Bearer token-1']])
  })
})

describe('a stale Authorization header of the caller', () => {
  const NAMES = ['Authorization', 'authorization', 'AUTHORIZATION', 'aUTHORIZATION']
  const STALE = 'Bearer stale'

  const WAYS: [string, (api: AxiosInstance, name: string) => AxiosRequestConfig][] = [
    ['in the request', (_, name) => ({ headers: { [name]: STALE } })],
    [
      'in the instance’s defaults',
      (api, name) => {
        api.defaults.headers.common[name] = STALE
        return {}
      },
    ],
    [
      'set by an interceptor',
      (api, name) => {
        api.interceptors.request.use((config) => {
          config.headers.set(name, STALE)
          return config
        })
        return {}
      },
    ],
    [
      'assigned by an interceptor, with another one in the defaults',
      (api, name) => {
        api.defaults.headers.common.Authorization = STALE
        api.interceptors.request.use((config) => {
          config.headers[name] = STALE
          return config
        })
        return {}
      },
    ],
    [
      'in a plain object that an interceptor set as headers',
      (api, name) => {
        api.interceptors.request.use(
          (config) =>
            ({ ...config, headers: { [name]: STALE } }) as unknown as InternalAxiosRequestConfig,
        )
        return {}
      },
    ],
  ]
  const CASES = WAYS.flatMap(([way, prepare]) =>
    NAMES.flatMap((name) => ADAPTERS.map((adapter) => ({ way, prepare, name, adapter }))),
  )

  it.each(CASES)(
    '$name $way is overwritten, and one header reaches the server ($adapter)',
    async ({ prepare, name, adapter }) => {
      let rejected = false
      const home = await startRawAccount(({ headers }) =>
        rejected && headers.authorization === 'Bearer token-1' ? 401 : 200,
      )
      const api = axios.create({ baseURL: home.url, proxy: false, adapter })
      attachCaspioAuth(api, home.credentials)
      const config = prepare(api, name)
      await api.get('/x', config)
      await api.post('/x', { a: 1 }, config)
      rejected = true
      await api.post('/x', { a: 1 }, config)
      expect(home.received.map(authorizationsOf)).toEqual([
        ['Bearer token-1'],
        ['Bearer token-1'],
        ['Bearer token-1'],
        ['Bearer token-2'],
      ])
    },
  )

  it.each(NAMES)('reaches a custom adapter as one header, instead of %s', async (name) => {
    const client = attachedClient({ baseURL: HOME })
    let names: string[] = []
    const adapter = async (config: InternalAxiosRequestConfig) => {
      names = Object.keys(config.headers).filter((key) => /^authorization$/i.test(key))
      return { data: '{}', status: 200, statusText: 'OK', headers: {}, config }
    }
    await client.authorization({ url: '/warm' })
    const { config } = await client.api.get('/x', { headers: { [name]: STALE }, adapter })
    expect(names).toHaveLength(1)
    expect(config.headers.get('Authorization')).toBe(BEARER)
  })

  it('is kept outside the scope', async () => {
    const home = await startRawAccount()
    const otherParty = await startRawServer()
    const api = axios.create({ proxy: false, headers: { authorization: STALE } })
    attachCaspioAuth(api, home.credentials)
    await api.get(`${otherParty.url}/x`)
    expect(otherParty.received.map(authorizationsOf)).toEqual([[STALE]])
  })
})
