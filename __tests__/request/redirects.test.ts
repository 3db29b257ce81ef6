import type Axios from 'axios'
import type { AxiosInstance, CreateAxiosDefaults } from 'axios'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { ADAPTERS, CAN } from '../support/axios-features.js'
import { rejectionOf } from '../support/outcomes.js'
import { type RawServer, type Received, startRawServer } from '../support/raw-server.js'
import { expectNoSecrets } from '../support/secrets.js'

const CLIENT = { clientID: 'the-client', clientSecret: 'the+secret' }
const STATUSES = [301, 302, 307, 308]

type User = typeof import('../../src/index.js') & { axios: typeof Axios }

/** The library, on one version of axios, and the user's axios. */
const AXIOS: Record<string, () => Promise<User>> = {
  'as installed': async () => ({
    ...(await import('../../src/index.js')),
    ...(await importAxios()),
  }),
}

// If the whole suite runs on an old version, that one is installed.
if (!process.env.AXIOS) {
  AXIOS['1.13'] = async () => {
    vi.doMock('axios', () => import('axios-1-13'))
    return { ...(await import('../../src/index.js')), ...(await importAxios()) }
  }
  AXIOS['1.13 in the user’s code and a newer one in the library'] = async () => ({
    ...(await import('../../src/index.js')),
    axios: (await import('axios-1-13')).default as unknown as typeof Axios,
  })
}
const VERSIONS = Object.keys(AXIOS)

async function importAxios(): Promise<{ axios: typeof Axios }> {
  const { default: axios } = await import('axios')
  return { axios }
}

beforeEach(() => {
  vi.resetModules()
})

afterEach(() => {
  vi.doUnmock('axios')
})

/** A `lookup` that finds every host name on loopback. */
const lookupOnLoopback = async () => '127.0.0.1'

interface Setup {
  readonly api: AxiosInstance
  readonly home: RawServer
  readonly otherParty: RawServer
  /** The origin of `home`, by its name localhost. */
  readonly origin: string
}

/**
 * Starts an account that redirects `/from?status=…&to=…` and rejects its first token at `/picky`,
 * and a server of another party. Attaches an instance of this axios version.
 */
async function setUp(
  version: string,
  { tokenAnswer, ...defaults }: CreateAxiosDefaults & { tokenAnswer?: [number, string] } = {},
): Promise<Setup & User> {
  const library = await (AXIOS[version] as () => Promise<User>)()
  if (version.startsWith('1.')) expect(library.axios.VERSION).toMatch(version.slice(0, 4))
  let tokens = 0
  const otherParty = await startRawServer(({ url }, response) => {
    if (url === '/401') response.statusCode = 401
    if (url === '/back')
      response.writeHead(302, { Location: `http://localhost:${home.port}/picky` })
    response.end()
  })
  const home = await startRawServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url, 'http://localhost')
    if (pathname === '/from') {
      response.writeHead(Number(searchParams.get('status')), {
        Location: searchParams.get('to') ?? '',
      })
    } else if (pathname === '/oauth/token' && tokenAnswer) {
      const [status, to] = tokenAnswer
      response.writeHead(status, { Location: to.replace('OTHER_PARTY', otherParty.url) })
    } else if (pathname === '/oauth/token') {
      tokens++
      response.write(
        JSON.stringify({ access_token: `token-${tokens}`, token_type: 'bearer', expires_in: 3600 }),
      )
    } else if (pathname === '/picky' && request.headers.authorization !== 'Bearer token-2') {
      response.writeHead(401)
    }
    response.end()
  })
  const origin = `http://localhost:${home.port}`
  const api = library.axios.create({
    baseURL: origin,
    proxy: false,
    lookup: lookupOnLoopback,
    ...defaults,
  })
  library.attachCaspioAuth(api, { ...CLIENT, tokenEndpointURL: `${origin}/oauth/token` })
  return { ...library, api, home, otherParty, origin }
}

function redirect(status: number, to: string): string {
  return `/from?${new URLSearchParams({ status: `${status}`, to })}`
}

const last = ({ received }: RawServer) => received.at(-1) as Received
const authorizationOf = (request: Received) => request.headers.authorization

describe.each(VERSIONS)('a redirected request, with axios %s', (version) => {
  const CASES = ADAPTERS.flatMap((adapter) => STATUSES.map((status) => ({ adapter, status })))

  it.each(CASES)(
    'loses the header on a redirect to another port ($adapter, $status)',
    async (cell) => {
      const { api, home, otherParty } = await setUp(version, { adapter: cell.adapter })
      const url = redirect(cell.status, `${otherParty.url}/landed`)
      expect((await api.get(url)).status).toBe(200)
      expect((await api.post(url, { a: 1 })).status).toBe(200)
      expect(
        home.received.filter(({ url }) => url.startsWith('/from')).map(authorizationOf),
      ).toEqual(['Bearer token-1', 'Bearer token-1'])
      expect(otherParty.received.map(authorizationOf)).toEqual([undefined, undefined])
      expect(last(otherParty).body.toString()).toBe(cell.status < 303 ? '' : '{"a":1}')
      for (const { rawHeaders } of otherParty.received)
        expect(rawHeaders.join()).not.toMatch(/token-/)
    },
  )

  it.each(CASES)(
    'loses the header on a redirect to another host name ($adapter, $status)',
    async (cell) => {
      const { api, home } = await setUp(version, { adapter: cell.adapter })
      const target = `http://127.0.0.1:${home.port}`
      await api.get(redirect(cell.status, `${target}/landed`))
      expect(last(home)).toMatchObject({ url: '/landed', headers: { host: target.slice(7) } })
      expect(authorizationOf(last(home))).toBeUndefined()
    },
  )

  it.each(ADAPTERS)('keeps its other headers when it loses that one (%s)', async (adapter) => {
    const { api, otherParty } = await setUp(version, { adapter })
    const headers = { 'X-Trace': 'abc' }
    await api.get(redirect(302, `${otherParty.url}/landed`), { headers })
    expect(last(otherParty).headers).toMatchObject({ 'x-trace': 'abc' })
    expect(authorizationOf(last(otherParty))).toBeUndefined()
  })

  // The platform's fetch accepts no lookup, and a test must not depend on the machine's host names.
  it.each(STATUSES)('loses the header on a redirect to a subdomain (http, %i)', async (status) => {
    const { api, home } = await setUp(version)
    const host = `sub.localhost:${home.port}`
    await api.get(redirect(status, `http://${host}/landed`))
    expect(last(home)).toMatchObject({ url: '/landed', headers: { host } })
    expect(authorizationOf(last(home))).toBeUndefined()
    await api.post(redirect(status, `http://${host}/landed`), { a: 1 })
    expect(last(home)).toMatchObject({ url: '/landed', headers: { host } })
    expect(authorizationOf(last(home))).toBeUndefined()
  })

  it('does not regain the header on a redirect to a subdomain and back', async () => {
    const { api, home, origin } = await setUp(version)
    const back = `http://sub.localhost:${home.port}${redirect(302, `${origin}/landed`)}`
    await api.get(redirect(302, back))
    expect(last(home)).toMatchObject({ url: '/landed', headers: { host: origin.slice(7) } })
    expect(authorizationOf(last(home))).toBeUndefined()
  })

  it.each(CASES)(
    'keeps the header on a redirect within the scope ($adapter, $status)',
    async (cell) => {
      const { api, home, origin } = await setUp(version, { adapter: cell.adapter })
      for (const to of ['/landed', `${origin}/landed`]) {
        await api.get(redirect(cell.status, to))
        expect(last(home).url).toBe('/landed')
        expect(authorizationOf(last(home))).toBe('Bearer token-1')
      }
    },
  )

  it('loses the header on a redirect to the token endpoint', async () => {
    const { api, home } = await setUp(version)
    await api.get(redirect(302, '/oauth/token'))
    expect(last(home).url).toBe('/oauth/token')
    expect(authorizationOf(last(home))).toBeUndefined()
  })

  it('keeps the caller’s header on a redirect of another party', async () => {
    const { api, home, otherParty } = await setUp(version)
    const third = await startRawServer((request, response) => {
      if (request.url === '/a') response.writeHead(302, { Location: '/b' })
      response.end()
    })
    await api.get(`${third.url}/a`, { headers: { Authorization: 'Bearer caller' } })
    expect(third.received.map(authorizationOf)).toEqual(['Bearer caller', 'Bearer caller'])
    expect([home.received, otherParty.received]).toEqual([[], []])
  })

  it.each(ADAPTERS)('is recovered if the target rejects the token (%s)', async (adapter) => {
    const { api, home } = await setUp(version, { adapter })
    const { status } = await api.get(redirect(302, '/picky'))
    expect(status).toBe(200)
    expect(
      home.received.map((request) => `${request.url.slice(0, 5)} ${authorizationOf(request)}`),
    ).toEqual([
      expect.stringMatching('/oaut Basic'),
      '/from Bearer token-1',
      '/pick Bearer token-1',
      expect.stringMatching('/oaut Basic'),
      '/from Bearer token-2',
      '/pick Bearer token-2',
    ])
  })

  it.each([
    ['another party', (stranger: string) => `${stranger}/401`],
    ['the account, by way of another party', (stranger: string) => `${stranger}/back`],
  ])('is not recovered if the 401 comes from %s (http)', async (_, targetOf) => {
    const { api, home, otherParty } = await setUp(version, { adapter: 'http' })
    const error = await rejectionOf(api.get(redirect(302, targetOf(otherParty.url))))
    expect(error.response.status).toBe(401)
    expect(home.received.filter(({ url }) => url.startsWith('/from'))).toHaveLength(1)
    expect(home.received.filter(({ url }) => url === '/oauth/token')).toHaveLength(1)
  })

  it('calls the user’s beforeRedirect once, after removing the header', async () => {
    const { api, otherParty, home } = await setUp(version)
    const beforeRedirect = vi.fn((options: Record<string, unknown>, _details: unknown) => {
      expect(Object.keys(options.headers as object).join()).not.toMatch(/authorization/i)
      Object.assign(options.headers as object, { 'X-Trace': 'yes' })
    })
    const url = redirect(302, `${otherParty.url}/landed`)
    const { config } = await api.get(url, { beforeRedirect })
    expect(beforeRedirect).toHaveBeenCalledTimes(1)
    expect(beforeRedirect.mock.calls[0]?.[0]).toMatchObject({ href: `${otherParty.url}/landed` })
    if (CAN.tellRedirects) {
      expect(beforeRedirect.mock.calls[0]?.[1]).toMatchObject({ statusCode: 302 })
    }
    expect(last(otherParty).headers['x-trace']).toBe('yes')
    // As axios-retry does.
    await api.request(config)
    expect(beforeRedirect).toHaveBeenCalledTimes(2)
    expect(home.received).toHaveLength(3)
  })

  it('gets no second guard if it is sent again', async () => {
    const { api } = await setUp(version)
    let { config } = await api.get('/x', { beforeRedirect: () => {} })
    for (let i = 0; i < 3; i++) ({ config } = await api.request(config))
    let reads = 0
    const details = {
      get href() {
        reads++
        return api.defaults.baseURL
      },
    }
    config.beforeRedirect?.(details as never, {} as never, {} as never)
    expect(reads).toBe(1)
  })

  it('calls the beforeRedirect of the defaults once for each time it is sent', async () => {
    const beforeRedirect = vi.fn()
    const { api } = await setUp(version, { beforeRedirect })
    await api.get(redirect(307, '/picky'))
    expect(beforeRedirect).toHaveBeenCalledTimes(2)
    await api.get(redirect(307, '/landed'))
    expect(beforeRedirect).toHaveBeenCalledTimes(3)
  })

  it('rejects with what the user’s beforeRedirect throws', async () => {
    const { api, otherParty } = await setUp(version)
    const error = await rejectionOf(
      api.get(redirect(302, `${otherParty.url}/landed`), {
        beforeRedirect: () => {
          throw new Error('not there')
        },
      }),
    )
    expect(error.message).toContain('not there')
    expect(otherParty.received).toHaveLength(0)
  })

  it.each([
    ['to another party', ({ otherParty }: Setup) => ({ url: `${otherParty.url}/x` })],
    ['with another baseURL', ({ otherParty }: Setup) => ({ baseURL: otherParty.url })],
    ['with skipCaspioAuth', () => ({ skipCaspioAuth: true })],
  ])('leaves no token in its config, which may be sent again %s', async (_, changesFor) => {
    const setup = await setUp(version)
    const { api, home, otherParty } = setup
    const { config } = await api.get('/picky')
    const error = await rejectionOf(api.get(redirect(302, '/x'), { maxRedirects: 0 }))
    const before = home.received.length
    for (const used of [config, error.config]) {
      await api.request({ ...used, ...changesFor(setup), validateStatus: null })
    }
    const requests = [...home.received.slice(before), ...otherParty.received]
    expect(requests.map(authorizationOf)).toEqual([undefined, undefined])
  })

  it('leaves no guard in its config, which may be sent again to another party', async () => {
    const { api } = await setUp(version)
    const third = await startRawServer((request, response) => {
      if (request.url === '/a') response.writeHead(302, { Location: '/b' })
      response.end()
    })
    const beforeRedirect = vi.fn()
    const { config } = await api.get('/x', { beforeRedirect })
    const headers = { Authorization: 'Bearer caller' }
    const again = await api.request({ ...config, url: `${third.url}/a`, headers })
    expect(third.received.map(authorizationOf)).toEqual(['Bearer caller', 'Bearer caller'])
    expect(beforeRedirect).toHaveBeenCalledTimes(1)
    expect(again.config.beforeRedirect).toBe(beforeRedirect)
  })

  it('obeys the caller’s maxRedirects', async () => {
    const { api, home } = await setUp(version)
    const error = await rejectionOf(api.get(redirect(302, '/landed'), { maxRedirects: 0 }))
    expect(error.response.status).toBe(302)
    expect(last(home).url).toMatch('/from')
  })
})

describe.each(VERSIONS)('a redirect of the token endpoint, with axios %s', (version) => {
  const CASES = ADAPTERS.flatMap((adapter) =>
    [301, 302, 303, 307, 308].flatMap((status) =>
      ['OTHER_PARTY/oauth/token', '/oauth/token?again', '/oauth/other'].map((to) => ({
        adapter,
        status,
        to,
      })),
    ),
  )

  it.each(CASES)('is not followed: $status to $to ($adapter)', async ({ adapter, status, to }) => {
    const { api, home, otherParty, axios } = await setUp(version, {
      adapter,
      tokenAnswer: [status, to],
    })
    const error = await rejectionOf(api.get('/x'))
    expect([error.code, error.status]).toEqual(['ERR_CASPIO_TOKEN_RESPONSE', status])
    expect(error.message).toContain('The plugin does not follow it')
    expect(axios.isAxiosError(error)).toBe(true)
    expectNoSecrets(error, CLIENT)
    expect(home.received.map(({ method, url }) => `${method} ${url}`)).toEqual([
      'POST /oauth/token',
    ])
    expect(otherParty.received).toEqual([])
  })

  const customFetch = (...request: Parameters<typeof fetch>) => fetch(...request)

  const WITH_FETCH: [string, CreateAxiosDefaults][] = [
    ['fetchOptions', { adapter: 'fetch', fetchOptions: { redirect: 'follow' } }],
    ['a custom fetch', { adapter: 'fetch', env: { fetch: customFetch } }],
    [
      'a custom fetch without Request',
      { adapter: 'fetch', env: { fetch: customFetch, Request: null } } as unknown as object,
    ],
  ]

  it.each<[string, CreateAxiosDefaults]>([
    ['maxRedirects', { maxRedirects: 10 }],
    ['beforeRedirect', { beforeRedirect: () => {} }],
    ...(CAN.fetch ? WITH_FETCH : []),
  ])('is not followed, whatever the instance’s settings: %s', async (_, defaults) => {
    const { api, home, otherParty } = await setUp(version, {
      ...defaults,
      tokenAnswer: [307, 'OTHER_PARTY/oauth/token'],
    })
    const error = await rejectionOf(api.get('/x'))
    expect(error.code).toBe('ERR_CASPIO_TOKEN_RESPONSE')
    expect(home.received).toHaveLength(1)
    expect(otherParty.received).toEqual([])
  })
})
