import axios, { type AxiosRequestConfig } from 'axios'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { attachCaspioAuth } from '../../src/index.js'
import { CAN } from '../support/axios-features.js'
import { type Received, startRawServer } from '../support/raw-server.js'
import {
  attachedClient,
  authorizationsOf,
  BEARER,
  ENDPOINT,
  HOME,
  startRawAccount,
  TOKEN,
} from '../support/scope.js'

afterEach(() => {
  vi.unstubAllGlobals()
})

describe('baseURL and relative URLs', () => {
  it.each<[string, AxiosRequestConfig, boolean]>([
    ['a relative URL on the baseURL', { url: '/tables' }, true],
    ['no URL', {}, true],
    ['an empty URL', { url: '' }, true],
    ['dots that climb above the root', { url: '../../../../x' }, true],
    ['an at sign', { url: '@evil.test/' }, true],
    ['what would be a domain label if it were appended directly', { url: '.evil.test/' }, true],
    ['what would be a port if it were appended directly', { url: ':8443/' }, true],
    ['a backslash', { url: '\\\\evil.test/' }, true],
    ['a tab before an apparently absolute URL', { url: '\t//evil.test/' }, true],
    ['a data: URL, which axios treats as relative', { url: 'data:text/plain,hi' }, true],
    ['an absolute foreign URL', { url: 'https://evil.test/' }, false],
    ['a scheme-relative foreign URL', { url: '//evil.test/' }, false],
    [
      'an absolute foreign URL with allowAbsoluteUrls: false',
      { url: 'https://evil.test/', allowAbsoluteUrls: false },
      CAN.forbidAbsoluteUrls,
    ],
    [
      'a scheme-relative foreign URL with allowAbsoluteUrls: false',
      { url: '//evil.test/', allowAbsoluteUrls: false },
      CAN.forbidAbsoluteUrls,
    ],
    [
      'a foreign baseURL, an absolute home URL and allowAbsoluteUrls: false',
      { url: `${HOME}/x`, baseURL: 'https://evil.test', allowAbsoluteUrls: false },
      false,
    ],
    [
      'a foreign baseURL and an absolute home URL',
      { url: `${HOME}/x`, baseURL: 'https://evil.test' },
      true,
    ],
    ['a foreign baseURL', { url: '/x', baseURL: 'https://evil.test' }, false],
    ['a foreign baseURL without a URL', { baseURL: 'https://evil.test' }, false],
    ['a look-alike baseURL', { url: 'x', baseURL: 'https://a.caspio.com.evil.test' }, false],
    ['a baseURL that ends in the query', { url: 'x', baseURL: 'https://evil.test?' }, false],
    ['a baseURL with userinfo', { url: 'x', baseURL: 'https://a.caspio.com@evil.test' }, false],
    ['a baseURL with a password', { url: 'x', baseURL: 'https://u:p@a.caspio.com' }, false],
    ['an insecure baseURL', { url: 'x', baseURL: 'http://a.caspio.com' }, false],
    [
      'another baseURL of the home origin',
      { url: 'x', baseURL: `${HOME}/integrations/rest/v3` },
      true,
    ],
    ['an empty baseURL', { url: '/x', baseURL: '' }, false],
    ['an empty baseURL and no URL', { baseURL: '' }, false],
    ['a socketPath of the request', { url: '/x', socketPath: '/run/evil.sock' }, false],
    [
      'a socketPath of the request and an absolute home URL',
      { url: `${HOME}/x`, socketPath: '/run/evil.sock' },
      false,
    ],
  ])('decide by the final URL: %s', async (_, config, isIncluded) => {
    const client = attachedClient({ baseURL: `${HOME}/rest/v2` })
    const expected = isIncluded ? BEARER : undefined
    expect(await client.authorization(config)).toBe(expected)
    expect(await client.authorization({ url: '/tables' })).toBe(BEARER)
    expect(await client.authorization(config)).toBe(expected)
  })

  it('do not count a baseURL that an interceptor removed', async () => {
    const client = attachedClient({ baseURL: `${HOME}/rest/v2` })
    expect(await client.authorization({ url: '/tables' })).toBe(BEARER)
    client.api.interceptors.request.use((config) => {
      delete config.baseURL
      return config
    })
    expect(await client.authorization({ url: '/tables' })).toBeUndefined()
  })

  it.each(['before', 'after'])(
    'count after an interceptor changed the URL, registered %s the plugin',
    async (order) => {
      const home = await startRawAccount()
      const otherParty = await startRawServer()
      const api = axios.create({ proxy: false })
      const changed = (url: string) => (url === `${home.url}/x` ? `${otherParty.url}/x` : home.url)
      const change = () =>
        api.interceptors.request.use((config) => ({ ...config, url: changed(`${config.url}`) }))
      if (order === 'before') change()
      attachCaspioAuth(api, home.credentials)
      if (order === 'after') change()
      await api.get(`${home.url}/x`)
      expect(home.tokenRequests).toHaveLength(0)
      await api.get(`${otherParty.url}/y`)
      expect(otherParty.received.map(authorizationsOf)).toEqual([[]])
      expect(home.received.map(authorizationsOf)).toEqual([['Bearer token-1']])
    },
  )

  it.each([
    [`${HOME}/x`, true],
    ['https://evil.test/x', false],
    [ENDPOINT, false],
  ])('may be a URL object: %s', async (href, isIncluded) => {
    const client = attachedClient()
    const config = { url: new URL(href) } as unknown as AxiosRequestConfig
    await client.authorization({ url: `${HOME}/warm` })
    expect(await client.authorization(config)).toBe(isIncluded ? BEARER : undefined)
  })

  it('obey allowAbsoluteUrls: false in the defaults', async () => {
    const client = attachedClient({ baseURL: HOME, allowAbsoluteUrls: false })
    const expected = CAN.forbidAbsoluteUrls ? BEARER : undefined
    expect(await client.authorization({ url: 'https://evil.test/x' })).toBe(expected)
    expect(
      await client.authorization({ url: 'https://evil.test/x', allowAbsoluteUrls: true }),
    ).toBeUndefined()
    expect(
      await client.authorization({ url: `${HOME}/x`, baseURL: 'https://evil.test' }),
    ).toBeUndefined()
  })

  // Before 1.16 axios compares with == false, and later with ===.
  it.each([[0], [''], ['0'], [[]]])(
    'give no token to an absolute URL if allowAbsoluteUrls is %j, because versions of axios differ',
    async (value) => {
      const home = await startRawAccount()
      const otherParty = await startRawServer()
      const parent = axios.create({ proxy: false })
      attachCaspioAuth(parent, home.credentials, { createdInstances: true })
      const config = { allowAbsoluteUrls: value as never }
      for (const [base, url] of [
        [otherParty.url, `${home.url}/x`],
        [home.url, `${otherParty.url}/x`],
      ]) {
        await parent.create({ baseURL: base as string }).get(url as string, config)
      }
      expect([...home.received, ...otherParty.received].map(authorizationsOf)).toEqual([[], []])
      await parent.get('/x', { ...config, baseURL: home.url })
      expect(authorizationsOf(home.received.at(-1) as Received)).toEqual(['Bearer token-1'])
      for (const unset of [undefined, null]) {
        await parent.get(`${home.url}/x`, {
          allowAbsoluteUrls: unset as never,
          baseURL: otherParty.url,
        })
        expect(authorizationsOf(home.received.at(-1) as Received)).toEqual(['Bearer token-1'])
      }
    },
  )

  it('add the origin of the instance’s baseURL to that of the token endpoint', async () => {
    const home = await startRawAccount()
    const gateway = await startRawServer()
    const api = axios.create({ baseURL: `${gateway.url}/caspio`, proxy: false })
    attachCaspioAuth(api, home.credentials)
    await api.get('/tables')
    await api.get(`${home.url}/tables`)
    expect([gateway, home].map(({ received }) => received.map(authorizationsOf))).toEqual([
      [['Bearer token-1']],
      [['Bearer token-1']],
    ])
  })

  it('follow changes of the instance’s baseURL after attaching', async () => {
    const home = await startRawAccount()
    const [first, second] = [await startRawServer(), await startRawServer()]
    const api = axios.create({ baseURL: first.url, proxy: false })
    attachCaspioAuth(api, home.credentials)
    const sendBoth = async () => {
      await api.get(`${first.url}/x`)
      await api.get(`${second.url}/x`)
      return [first, second].map(({ received }) => authorizationsOf(received.at(-1) as Received))
    }
    expect(await sendBoth()).toEqual([['Bearer token-1'], []])
    api.defaults.baseURL = second.url
    expect(await sendBoth()).toEqual([[], ['Bearer token-1']])
    api.defaults.baseURL = first.url
    expect(await sendBoth()).toEqual([['Bearer token-1'], []])
    delete api.defaults.baseURL
    expect(await sendBoth()).toEqual([[], []])
  })

  it('are out of scope over plain http, except on loopback', async () => {
    const client = attachedClient({ baseURL: 'http://gateway.test' })
    expect(await client.authorization({ url: '/x' })).toBeUndefined()
    client.api.defaults.baseURL = 'http://localhost:8080'
    expect(await client.authorization({ url: '/x' })).toBe(BEARER)
    client.api.defaults.baseURL = 'http://localhost.evil.test'
    expect(await client.authorization({ url: '/x' })).toBeUndefined()
    client.api.defaults.baseURL = 'http://127.0.0.1.evil.test'
    expect(await client.authorization({ url: '/x' })).toBeUndefined()
    client.api.defaults.baseURL = 'http://[::1]:8080'
    expect(await client.authorization({ url: '/x' })).toBe(BEARER)
  })

  it('include requests over the instance’s socketPath, but not over another one', async () => {
    const client = attachedClient({ baseURL: HOME, socketPath: '/run/gateway.sock' })
    expect(await client.authorization({ url: '/x' })).toBe(BEARER)
    expect(await client.authorization({ url: '/x', socketPath: '/run/other.sock' })).toBeUndefined()
    expect(await client.authorization({ url: '/x', socketPath: null })).toBeUndefined()
    client.api.defaults.socketPath = null
    expect(await client.authorization({ url: '/x' })).toBe(BEARER)
  })
})

describe('the option origins', () => {
  it('adds exactly these origins to the scope', async () => {
    const origins = ['https://gateway.test', 'https://gateway.test:8443/']
    const client = attachedClient({ baseURL: HOME }, { origins })
    const ask = (url: string) => client.authorization({ url })
    expect(await ask('https://gateway.test/x')).toBe(BEARER)
    expect(await ask('https://gateway.test:8443/x')).toBe(BEARER)
    expect(await ask(`${HOME}/x`)).toBe(BEARER)
    expect(await ask('https://gateway.test:9443/x')).toBeUndefined()
    expect(await ask('https://gateway.tests/x')).toBeUndefined()
    expect(await ask('http://gateway.test/x')).toBeUndefined()
  })

  it('sets the scope of a token broker without a baseURL', async () => {
    const client = attachedClient({}, { origins: [HOME] }, async () => TOKEN)
    expect(await client.authorization({ url: `${HOME}/x` })).toBe(BEARER)
    expect(await client.authorization({ url: 'https://evil.test/x' })).toBeUndefined()
  })
})

describe('in a browser', () => {
  const stubPage = (href: string) => vi.stubGlobal('location', { href })

  it('resolves a relative URL against the page', async () => {
    const client = attachedClient()
    stubPage(`${HOME}/app/index.html`)
    expect(await client.authorization({ url: '/rest' })).toBe(BEARER)
    expect(await client.authorization({ url: 'rest' })).toBe(BEARER)
    expect(await client.authorization({ url: '//a.caspio.com/rest' })).toBe(BEARER)
    expect(await client.authorization({ url: '//evil.test/rest' })).toBeUndefined()
    expect(await client.authorization({ url: '//evil.test/rest/more' })).toBeUndefined()
  })

  it('resolves a relative baseURL against the page', async () => {
    stubPage('https://app.test/index.html')
    const client = attachedClient({ baseURL: '/caspio' }, {}, async () => TOKEN)
    expect(await client.authorization({ url: '/rest' })).toBe(BEARER)
    expect(await client.authorization({ url: 'https://app.test/rest' })).toBe(BEARER)
    expect(await client.authorization({ url: 'https://evil.test/rest' })).toBeUndefined()
    expect(
      await client.authorization({ url: 'rest', baseURL: 'https://evil.test' }),
    ).toBeUndefined()
  })

  it('includes the origin of the page only if baseURL or origins name it', async () => {
    stubPage('https://app.test/index.html')
    const client = attachedClient({}, { origins: [HOME] }, async () => TOKEN)
    expect(await client.authorization({ url: `${HOME}/rest` })).toBe(BEARER)
    expect(await client.authorization({ url: 'https://app.test/api/me' })).toBeUndefined()
    expect(await client.authorization({ url: '/api/me' })).toBeUndefined()
    expect(await client.authorization({ url: 'api/me' })).toBeUndefined()
  })

  it('sends no token to a page over plain http', async () => {
    stubPage('http://app.test/')
    const client = attachedClient({ baseURL: '/caspio' }, {}, async () => TOKEN)
    expect(await client.authorization({ url: '/rest' })).toBeUndefined()
  })

  it('sends no token to a relative URL on a page without an origin', async () => {
    stubPage('about:blank')
    const client = attachedClient()
    expect(await client.authorization({ url: '/rest' })).toBeUndefined()
    expect(await client.authorization({ url: `${HOME}/rest` })).toBe(BEARER)
  })
})
