import axios, {
  AxiosHeaders,
  type AxiosInstance,
  type AxiosRequestConfig,
  getAdapter,
  type InternalAxiosRequestConfig,
} from 'axios'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { attachCaspioAuth } from '../../src/index.js'
import { guardRedirects } from '../../src/request/redirects.js'
import { createScope } from '../../src/request/scope.js'
import { ADAPTERS, CAN } from '../support/axios-features.js'

// A failing run prints its seed and path: `fc.assert(property, { seed, path })` replays it.

/** The part of a request that decides its URL. */
interface Destination {
  readonly url?: string
  readonly baseURL?: string
  readonly allowAbsoluteUrls?: boolean
}

/** An account, and an instance that it is attached to. */
interface World {
  readonly tokenEndpointURL?: string
  readonly origins: readonly string[]
  /** The origin of another account on the same instance. */
  readonly others?: string
}

const HOME = 'https://a1bcd234.caspio.com'

const WORLDS: readonly World[] = [
  {
    tokenEndpointURL: `${HOME}/oauth/token`,
    origins: ['https://gateway.test:8443', 'https://xn--bcher-kva.test'],
  },
  { tokenEndpointURL: `${HOME}/`, origins: [] },
  { tokenEndpointURL: `${HOME}/o%20auth/t%6Fken/`, origins: ['http://localhost'] },
  {
    tokenEndpointURL: 'http://127.0.0.1:8080/OAuth/Token.aspx?x=1',
    origins: ['http://[::1]:8080', HOME],
    others: 'https://gateway.test:8443',
  },
  { origins: [] },
  { origins: [HOME], others: 'https://xn--bcher-kva.test' },
]

const SCHEMES = ['https:', 'http:', 'HTTPS:', 'hTTp:', '', 'ftp:', 'wss:', 'file:', 'data:']
const SLASHES = ['//', '//', '//', '///', '////', '/', '', '\\\\', '/\\']
const USERS = ['', '', '', '', 'user@', 'user:pw@', ':pw@', '@', ':@', 'a1bcd234.caspio.com@']
const HOSTS = [
  'a1bcd234.caspio.com',
  'a1bcd234.caspio.com',
  'a1bcd234.caspio.com',
  'A1BCD234.Caspio.COM',
  'a1bcd234.caspio.com.',
  '%611bcd234.caspio.com',
  'ａ1bcd234．caspio。com',
  'xa1bcd234.caspio.com',
  'a1bcd234.caspio.comm',
  'a1bcd234.caspio.com.evil.test',
  'caspio.com',
  'evil.test',
  'gateway.test',
  'bücher.test',
  'BÜCHER.test',
  'xn--bcher-kva.test',
  'bucher.test',
  'localhost',
  'localhost.evil.test',
  '127.0.0.1',
  '127.1',
  '2130706433',
  '0x7f.0.0.1',
  '127.0.0.1.evil.test',
  '[::1]',
  '[0:0::0001]',
  '[::ffff:127.0.0.1]',
  '',
]
const PORTS = ['', '', '', '', ':443', ':80', ':', ':0443', ':8080', ':8443', ':65536', ':x']
const PATHS = [
  '',
  '/',
  '/rest/v2/tables',
  '/oauth/token',
  '/OAUTH/Token',
  '/oauth/./token',
  '/oauth/x/../token',
  '/oauth/x/%2e%2E/token',
  '/oauth/tok\ten',
  '/oauth\\token',
  '/oauth/token/',
  '/oauth/token/..',
  '/oauth/%74oken',
  '/../../oauth//token',
  '/oauth/token.aspx',
  '/o auth/t%6Fken/',
  '/@evil.test/',
  '//evil.test/',
  '/https://evil.test/',
  '.evil.test/',
  '@evil.test/',
]
const ENDS = [
  '',
  '',
  '',
  '?',
  '?q.where=1',
  '?/@evil.test/',
  '#',
  '#@evil.test/',
  '?a#b?c',
  '/.',
  ' ',
]
const NOISE = [
  ...'\t\n\r\0 \\/@:%?#.。\u00ad\u200b\u2028\ufeff[]|^',
  '..',
  '//',
  '%2F',
  '%00',
  '\ud800',
]

const pick = (list: readonly string[]) => fc.constantFrom(...list)

const noise = fc.array(fc.tuple(fc.nat(60), pick(NOISE)), { maxLength: 2, size: 'max' })

const nearURL = fc
  .tuple(
    fc.tuple(pick(SCHEMES), pick(SLASHES), pick(USERS), pick(HOSTS), pick(PORTS)),
    fc.tuple(pick(PATHS), pick(ENDS)),
    fc.option(noise, { freq: 2, nil: [] }),
  )
  .map(([authority, path, holes]) =>
    holes.reduce(
      (text, [at, what]) => text.slice(0, at) + what + text.slice(at),
      [...authority, ...path].join(''),
    ),
  )

// Plain URLs, so that many of them are allowed.
const homeURL = fc
  .tuple(
    pick(['https://a1bcd234.caspio.com', 'https://gateway.test:8443', 'http://127.0.0.1:8080']),
    pick(PATHS),
    pick(ENDS),
  )
  .map((parts) => parts.join(''))

const relativeURL = fc.tuple(pick(PATHS), pick(ENDS)).map((parts) => parts.join(''))

const longURL = fc
  .tuple(nearURL, fc.integer({ min: 2_000, max: 10_000 }))
  .map(([start, length]) => start + 'a/'.repeat(length / 2))

const url = fc.oneof(
  { weight: 8, arbitrary: nearURL },
  { weight: 5, arbitrary: homeURL },
  { weight: 5, arbitrary: relativeURL },
  { weight: 2, arbitrary: fc.webUrl({ withQueryParameters: true, withFragments: true }) },
  { weight: 2, arbitrary: fc.string({ unit: 'binary' }) },
  { weight: 1, arbitrary: longURL },
)

const anyBaseURL = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(undefined, '', '/', 'rest/v2', '/rest/v2/') },
  {
    weight: 8,
    // With many different paths.
    arbitrary: fc
      .tuple(homeURL, fc.nat(200), pick(['', '/', '//', '?', '\\']))
      .map(([start, n, end]) => `${start}${n % 3 ? `/${n}` : ''}${end}`),
  },
  { weight: 3, arbitrary: nearURL },
  {
    weight: 2,
    arbitrary: fc.tuple(pick(['http:', 'https:']), pick(HOSTS)).map((parts) => parts.join('//')),
  },
)

// axios 1.16 removes at most two slashes from its end.
const baseURL = anyBaseURL.map((text) => text?.replace(/\/{3,}$/, '//'))

const destination: fc.Arbitrary<Destination> = fc.record(
  {
    url,
    baseURL: baseURL as fc.Arbitrary<string>,
    allowAbsoluteUrls: CAN.forbidAbsoluteUrls ? fc.boolean() : fc.constant(true),
  },
  { requiredKeys: [] },
)

/** The URL that a request goes to; undefined if it is not valid. */
function goesTo({ url = '', baseURL, allowAbsoluteUrls }: Destination): URL | undefined {
  const isAbsolute = /^([a-z][a-z0-9+.-]*:)?\/\//i.test(url)
  const isJoined = baseURL && (!isAbsolute || allowAbsoluteUrls === false)
  const joined = url ? `${baseURL?.replace(/\/+$/, '')}/${url.replace(/^\/+/, '')}` : `${baseURL}`
  return parsed(isJoined ? joined : url)
}

/** The request after axios merged it with the instance's defaults. */
function merged(config: Destination, instanceURL: string | undefined): Destination {
  const { baseURL = instanceURL } = config
  return baseURL === undefined ? config : { ...config, baseURL }
}

// Not with URL.canParse, which fails on letters beyond ASCII once Node has optimised it.
function parsed(text: string, base?: string): URL | undefined {
  try {
    return new URL(text, base)
  } catch {
    return undefined
  }
}

function isAllowed(to: URL | undefined, world: World, instanceURL: string | undefined): boolean {
  if (!to || to.username || to.password) return false
  const isLoopback =
    ['localhost', '[::1]'].includes(to.hostname) || /^127\.\d+\.\d+\.\d+$/.test(to.hostname)
  if (to.protocol !== 'https:' && !(to.protocol === 'http:' && isLoopback)) return false
  const endpoint = parsed(world.tokenEndpointURL ?? '')
  if (to.origin === endpoint?.origin) {
    return to.pathname.toLowerCase() !== endpoint.pathname.toLowerCase()
  }
  if (world.origins.includes(to.origin)) return true
  return to.origin === parsed(instanceURL ?? '')?.origin && to.origin !== world.others
}

/** Whether axios refuses the spelling of the URL. */
function isRefused(config: Destination): boolean {
  try {
    axios.getUri(config)
    return false
  } catch {
    return true
  }
}

function createWorldsScope(world: World, instance: { baseURL?: string }) {
  const endpoint = parsed(world.tokenEndpointURL ?? '')
  const origins = new Set([...(endpoint ? [endpoint.origin] : []), ...world.origins])
  const belongsToAnother = (origin: string) => origin === world.others
  return createScope(origins, endpoint, { defaults: instance }, belongsToAnother)
}

describe('the scope', () => {
  it('includes a request if and only if its URL may receive the token, whatever came before', () => {
    const tally = { included: 0, excluded: 0, invalid: 0 }
    const step = fc.oneof(
      { weight: 40, arbitrary: fc.record({ ask: destination, onInstance: fc.boolean() }) },
      { weight: 1, arbitrary: fc.record({ become: baseURL }) },
    )
    const property = fc.property(
      fc.constantFrom(...WORLDS),
      baseURL,
      fc.array(step, { minLength: 50, maxLength: 150, size: 'max' }),
      (world, first, steps) => {
        const instance = { baseURL: first } as { baseURL: string }
        const scope = createWorldsScope(world, instance)
        for (const step of steps) {
          if ('become' in step) instance.baseURL = step.become as string
          else {
            const config = step.onInstance ? merged(step.ask, instance.baseURL) : step.ask
            if (isRefused(config)) continue
            const to = goesTo(config)
            const expected = isAllowed(to, world, instance.baseURL)
            tally[expected ? 'included' : to ? 'excluded' : 'invalid']++
            const destination = scope.destinationOf(config as InternalAxiosRequestConfig)
            const isIncluded = destination?.hasUser === false
            if (isIncluded !== expected) {
              throw new Error(`${JSON.stringify(config)} to ${to?.href}: included? ${isIncluded}`)
            }
          }
        }
      },
    )
    fc.assert(property, { numRuns: 300 })
    // The run was not trivial.
    expect(tally.included + tally.excluded + tally.invalid).toBeGreaterThan(20_000)
    expect(Math.min(...Object.values(tally))).toBeGreaterThan(2_000)
  })

  it('keeps the header on a redirect if and only if the URL may receive the token', () => {
    const tally = [0, 0]
    const names = fc.constantFrom('Authorization', 'authorization', 'AUTHORIZATION')
    const property = fc.property(
      fc.constantFrom(...WORLDS),
      baseURL,
      fc.array(url, { maxLength: 40, size: 'max' }),
      names,
      (world, instanceURL, locations, name) => {
        const scope = createWorldsScope(world, { baseURL: instanceURL as string })
        let calls = 0
        const config: InternalAxiosRequestConfig = {
          headers: new AxiosHeaders(),
          beforeRedirect: () => calls++,
        }
        guardRedirects(config, scope)
        let from = `${HOME}/rest/v2/tables`
        for (const location of locations) {
          // As follow-redirects resolves it:
          const to = parsed(location, from)
          if (!to) continue
          const headers: Record<string, string> = { [name]: 'Bearer t', 'X-Authorization': 'kept' }
          config.beforeRedirect?.(
            { href: to.href, headers },
            { headers: {}, statusCode: 302 },
            {
              headers: {},
              url: from,
              method: 'GET',
            },
          )
          const isKept = isAllowed(to, world, instanceURL)
          tally[Number(isKept)] = (tally[Number(isKept)] ?? 0) + 1
          const kept = isKept ? { [name]: 'Bearer t' } : {}
          expect([to.href, headers]).toEqual([to.href, { ...kept, 'X-Authorization': 'kept' }])
          from = to.href
        }
        expect(calls).toBeLessThanOrEqual(locations.length)
      },
    )
    fc.assert(property, { numRuns: 200 })
    expect(Math.min(...tally)).toBeGreaterThan(300)
  })
})

/** What axios would send: the URL and the `Authorization` header. */
interface Departure {
  readonly to: URL
  readonly authorization: string | undefined
}

interface Sender {
  readonly api: AxiosInstance
  /** Sends it; undefined if axios refuses to. */
  send(config: AxiosRequestConfig): Promise<Departure | undefined>
}

/**
 * An instance with the plugin. Its requests stop at the point where axios would hand them to Node or
 * to `fetch`.
 */
function attachedSender(world: World, adapter: 'http' | 'fetch', instanceURL: string | undefined) {
  let departure: Departure | undefined
  const halt = new Error('halt')
  const transport = {
    request({ protocol, hostname, port, path, headers }: Record<string, string>) {
      const host = `${hostname}`.includes(':') ? `[${hostname}]` : hostname
      const to = new URL(`${protocol}//${host}${port && `:${port}`}${path}`)
      departure = { to, authorization: Object(headers).Authorization }
      throw halt
    },
  }
  const recordedFetch = async (input: Request) => {
    departure = {
      to: new URL(input.url),
      authorization: input.headers.get('Authorization') ?? undefined,
    }
    throw halt
  }
  const answer = { access_token: 'the-token', token_type: 'bearer' }
  const api = axios.create({
    ...(instanceURL !== undefined && { baseURL: instanceURL }),
    proxy: false,
    adapter: (config) => {
      const isTokenRequest = `${config.headers.get('Authorization')}`.startsWith('Basic ')
      if (!isTokenRequest) {
        const env = { ...config.env, fetch: recordedFetch }
        const outgoing = { ...config, transport, env } as InternalAxiosRequestConfig
        return getAdapter(adapter, outgoing)(outgoing)
      }
      const data = JSON.stringify(answer)
      return Promise.resolve({ data, status: 200, statusText: 'OK', headers: {}, config })
    },
  })
  const { tokenEndpointURL, origins } = world
  const credentials = {
    clientID: 'id',
    clientSecret: 'secret',
    tokenEndpointURL: `${tokenEndpointURL}`,
  }
  attachCaspioAuth(api, tokenEndpointURL ? credentials : async () => answer, { origins })
  const sender: Sender = {
    api,
    async send(config) {
      departure = undefined
      await api.request(config).catch(() => {})
      return departure
    },
  }
  return sender
}

describe('an instance with the plugin', () => {
  const worlds = WORLDS.filter(({ others }) => !others)

  it.each(ADAPTERS)(
    '%s: sends the token if and only if the URL may receive it',
    async (adapter) => {
      const tally = [0, 0]
      const property = fc.asyncProperty(
        fc.constantFrom(...worlds),
        baseURL.filter(Boolean),
        fc.array(destination, { maxLength: 60, size: 'max' }),
        async (world, instanceURL, destinations) => {
          const { send } = attachedSender(world, adapter, instanceURL)
          for (const config of destinations) {
            const departure = await send(config)
            const expected = goesTo(merged(config, instanceURL))
            if (!departure) continue
            // An old axios takes these for paths of http://localhost.
            if (!CAN.parseWithoutBase && departure.to.origin === 'http://localhost') continue
            const { to, authorization } = departure
            const mayHaveIt = isAllowed(expected, world, instanceURL)
            tally[Number(mayHaveIt)] = (tally[Number(mayHaveIt)] ?? 0) + 1
            const bearer = authorization?.startsWith('Basic ') ? undefined : authorization
            // For a URL with userinfo and without a scheme, axios's fetch adapter uses http.
            const { origin, pathname } = expected ?? to
            expect([config, to.origin, to.pathname, bearer]).toEqual([
              config,
              origin,
              pathname,
              mayHaveIt ? 'Bearer the-token' : undefined,
            ])
          }
        },
      )
      await fc.assert(property, { numRuns: adapter === 'http' ? 80 : 40 })
      expect(Math.min(...tally)).toBeGreaterThan(80)
    },
  )
})
