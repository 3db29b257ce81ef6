import { gzipSync } from 'node:zlib'
import axios from 'axios'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { attachCaspioAuth, CaspioAuthError, type CaspioTokenBroker } from '../../src/index.js'
import { readTokenAnswer } from '../../src/token/answer.js'
import { rejectionOf } from '../support/outcomes.js'
import { startRawServer } from '../support/raw-server.js'
import { expectNoSecrets } from '../support/secrets.js'
import { cases } from '../support/thorough.js'

// A failing run prints its seed and path: `fc.assert(property, { seed, path })` replays it.

const CODES = ['ERR_CASPIO_CREDENTIALS', 'ERR_CASPIO_TOKEN_ENDPOINT', 'ERR_CASPIO_TOKEN_RESPONSE']
const MAX_ANSWER_IN_BYTES = 1_000_000
const SECRET = 'S3cr/t+of "Örsted" & son: 100 %'
const BASIC = btoa(`the-client:${new URLSearchParams({ s: SECRET }).toString().slice(2)}`)
const REFRESH_TOKENS = [
  'a08db9eae63c4b17b0bd992a4f42902c',
  '0662fee7bc4f40c78f7a9b870182ad2b',
] as const

const ALPHABET = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/']

function isB64Token(value: unknown): boolean {
  if (typeof value !== 'string') return false
  let end = value.length
  while (value[end - 1] === '=') end--
  return end > 0 && [...value.slice(0, end)].every((letter) => ALPHABET.includes(letter))
}

function ownValue(answer: unknown, name: string): unknown {
  const found = answer == null ? undefined : Object.getOwnPropertyDescriptor(Object(answer), name)
  return found && 'value' in found ? found.value : undefined
}

function isToken(answer: unknown): boolean {
  const type = ownValue(answer, 'token_type')
  return (
    isB64Token(ownValue(answer, 'access_token')) &&
    typeof type === 'string' &&
    /^[bB][eE][aA][rR][eE][rR]$/.test(type)
  )
}

const anything = fc.anything({
  withBigInt: true,
  withBoxedValues: true,
  withDate: true,
  withMap: true,
  withNullPrototype: true,
  withObjectString: true,
  withSet: true,
  withTypedArray: true,
})

const b64token = fc
  .tuple(
    fc.array(fc.constantFrom(...ALPHABET), { minLength: 1, maxLength: 400 }),
    fc.constantFrom('', '', '=', '=='),
  )
  .map(([letters, padding]) => letters.join('') + padding)

// A token with characters inserted that are mostly not allowed in one.
const brokenToken = fc
  .tuple(
    b64token,
    fc.nat(400),
    fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('\n', '\r\n', ' ', '=', ',', '\0')),
  )
  .map(([token, at, what]) => token.slice(0, at) + what + token.slice(at))

const tokenType = fc.oneof(
  { weight: 6, arbitrary: fc.mixedCase(fc.constant('bearer')) },
  { weight: 1, arbitrary: fc.constantFrom('Bearer ', 'mac', 'N_A', '', 'bearеr', 'bearers') },
)

const expiresIn = fc.oneof(
  fc.integer(),
  fc.double(),
  fc.integer().map(String),
  fc.constantFrom(
    0,
    -0,
    '0',
    '-1',
    '1e999',
    ' 60 ',
    '0x10',
    '',
    '  ',
    'soon',
    86_399,
    '86399',
    null,
  ),
)

const refreshToken = fc.constantFrom(...REFRESH_TOKENS, '', null, 7)

/** Similar to a token answer: each field is valid, strange or missing. */
function nearlyTokenAnswer(strange: fc.Arbitrary<unknown>) {
  const or = (arbitrary: fc.Arbitrary<unknown>) =>
    fc.oneof({ weight: 6, arbitrary }, { weight: 1, arbitrary: strange })
  const fields = {
    access_token: fc.oneof(
      { weight: 8, arbitrary: b64token as fc.Arbitrary<unknown> },
      { weight: 1, arbitrary: brokenToken },
      { weight: 1, arbitrary: strange },
    ),
    token_type: or(tokenType),
    expires_in: or(expiresIn),
    refresh_token: refreshToken,
    scope: strange,
  }
  const requiredKeys: (keyof typeof fields)[] = ['access_token', 'token_type']
  return fc.oneof(
    { weight: 4, arbitrary: fc.record(fields, { requiredKeys, noNullPrototype: true }) },
    { weight: 1, arbitrary: fc.record(fields, { requiredKeys: [], noNullPrototype: true }) },
  )
}

// The fields of a token answer in the wrong place, or not in a plain object.
const misplaced = fc.oneof(
  nearlyTokenAnswer(fc.jsonValue()).map((answer) => JSON.stringify(answer)),
  fc
    .tuple(
      nearlyTokenAnswer(anything),
      fc.constantFrom<(answer: object) => unknown>(
        (answer) => [answer],
        (answer) => ({ data: answer }),
        (answer) => Object.create(answer),
        (answer) => new Map(Object.entries(answer)),
        (answer) => Object.assign(() => {}, answer),
        (answer) => Object.assign([], answer),
        (answer) => new Proxy(answer, {}),
      ),
    )
    .map(([answer, into]) => into(answer)),
)

const someAnswer: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 6, arbitrary: nearlyTokenAnswer(anything) },
  { weight: 2, arbitrary: misplaced },
  { weight: 2, arbitrary: anything },
)

/** A placeholder for one of the objects below. */
class Hostile {
  constructor(readonly name: string) {}
  static named(this: void, name: string): unknown {
    return new Hostile(name)
  }
}

/** Objects that throw when they are read. Created late, because fast-check reads its values, too. */
const HOSTILE: Record<string, () => unknown> = {
  'a getter': () => Object.defineProperty({}, 'access_token', { get: explode }),
  'a second getter': () =>
    Object.defineProperty({ access_token: 'a' }, 'token_type', { get: explode }),
  'a proxy': () => new Proxy({}, { getOwnPropertyDescriptor: explode, get: explode }),
  'a message': () => Object.defineProperty(new Error(), 'message', { get: explode }),
  'an odd message': () => ({ message: Object.create(null) }),
  'no prototype': () => Object.create(null),
  'no text': () => ({ toString: explode }),
}

function explode(): never {
  throw new TypeError('exploded')
}

interface WireAnswer {
  readonly status: number
  readonly headers: Record<string, string>
  /** The decoded body, and the bytes that are sent. */
  readonly text: string
  readonly encoded: Buffer
}

// What a server may repeat from the token request.
const echo = fc.constantFrom(
  SECRET,
  BASIC,
  `Basic ${BASIC}`,
  encodeURIComponent(SECRET),
  new URLSearchParams({ client_secret: SECRET }).toString(),
  JSON.stringify({ client_secret: SECRET }),
  ...REFRESH_TOKENS.map((refresh_token) => JSON.stringify({ refresh_token })),
)

const oauthError = fc.record(
  {
    error: fc.oneof(
      fc.constantFrom('invalid_client', 'invalid_grant', 'access_denied', 'api-calls-rate'),
      fc.jsonValue(),
      echo,
    ),
    error_description: fc.oneof(fc.jsonValue(), echo),
    nested: fc.array(fc.dictionary(fc.oneof(fc.string(), echo), echo, { maxKeys: 2 }), {
      maxLength: 2,
    }),
    refresh_token: refreshToken,
  },
  { requiredKeys: ['nested'], noNullPrototype: true },
)

const SIZES = [999_999, MAX_ANSWER_IN_BYTES, MAX_ANSWER_IN_BYTES + 1, 1_500_000]

const mostly = <T>(usual: T, ...rare: T[]) =>
  fc.oneof(
    { weight: 7, arbitrary: fc.constant(usual) },
    { weight: 1, arbitrary: fc.constantFrom(...rare) },
  )

const bodyText = fc
  .tuple(
    fc.oneof(
      {
        weight: 6,
        arbitrary: nearlyTokenAnswer(fc.jsonValue()).map((value) => JSON.stringify(value)),
      },
      { weight: 4, arbitrary: oauthError.map((value) => JSON.stringify(value)) },
      { weight: 1, arbitrary: fc.json() },
      { weight: 1, arbitrary: fc.string({ unit: 'grapheme' }) },
    ),
    mostly('', '\ufeff', ")]}',\n", '\ufeff\ufeff', '<pre>'),
    mostly('', '\n', '}', '</pre>', '\0'),
    mostly(0, ...SIZES),
  )
  .map(([text, before, after, size]) => {
    const whole = before + text + after
    return whole + ' '.repeat(Math.max(0, size - Buffer.byteLength(whole)))
  })

const headers = fc.record(
  {
    'Content-Type': fc.constantFrom(
      'application/json',
      'application/json; charset=utf-16',
      'text/html',
      'application/octet-stream',
      'multipart/form-data',
      '',
    ),
    'Retry-After': fc.oneof(
      fc.constantFrom('0', '-1', '120', '9'.repeat(400), 'Mon, 03 Mar 2025 12:00:30 GMT'),
      fc.string({ unit: fc.constantFrom(...ALPHABET, ' ', ',', ':') }),
    ),
    'X-Caspio-Request-ID': fc.oneof(fc.constantFrom('a1', ''), fc.constant(BASIC)),
    'WWW-Authenticate': fc.constantFrom('Bearer error="invalid_token"', `Basic ${BASIC}`),
    'Set-Cookie': fc.constant('session=1'),
    Location: fc.constantFrom('/x', 'https://evil.test/', '//', 'javascript:'),
    Connection: fc.constant('close'),
  },
  { requiredKeys: [], noNullPrototype: true },
)

const wireAnswer: fc.Arbitrary<WireAnswer> = fc
  .record({
    status: fc.oneof(
      { weight: 6, arbitrary: fc.constant(200) },
      {
        weight: 2,
        arbitrary: fc.constantFrom(201, 204, 299, 301, 304, 307, 400, 401, 403, 429, 503),
      },
      { weight: 1, arbitrary: fc.integer({ min: 200, max: 599 }) },
    ),
    headers: headers as fc.Arbitrary<Record<string, string>>,
    text: bodyText,
    coding: mostly('', 'gzip', 'gzip', 'false gzip', 'identity', 'x-unheard-of'),
  })
  .map(({ coding, ...answer }) => {
    const headers = {
      ...answer.headers,
      ...(coding && { 'Content-Encoding': coding.slice(-4) === 'gzip' ? 'gzip' : coding }),
    }
    const plain = Buffer.from(answer.text)
    return {
      ...answer,
      headers,
      encoded: coding === 'gzip' ? gzipSync(plain) : plain,
      ...(coding === 'false gzip' && { text: '' }),
    }
  })

/** The token that this answer contains, if it is a valid one. */
function tokenOf({ status, text }: WireAnswer): string | undefined {
  if (status < 200 || status > 299 || status === 204) return undefined
  if (Buffer.byteLength(text) > MAX_ANSWER_IN_BYTES) return undefined
  try {
    const answer = JSON.parse(text.replace(/^\ufeff/, ''))
    return isToken(answer) ? answer.access_token : undefined
  } catch {
    return undefined
  }
}

describe('the answer check', () => {
  it('accepts exactly the answers that contain a bearer token, and never throws', () => {
    const tally = { accepted: 0, refused: 0 }
    const property = fc.property(someAnswer, (answer) => {
      const read = readTokenAnswer(answer)
      expect(typeof read).toBe(isToken(answer) ? 'object' : 'string')
      if (typeof read === 'string') {
        tally.refused++
        return
      }
      tally.accepted++
      expect(read.accessToken).toBe(ownValue(answer, 'access_token'))
      const expiresIn = ownValue(answer, 'expires_in')
      const life = typeof expiresIn === 'string' ? Number(expiresIn) : expiresIn
      expect([life, Number.POSITIVE_INFINITY]).toContain(read.lifeSeconds)
      expect(read.lifeSeconds).toBeGreaterThan(0)
      expect(read.refreshToken).not.toBe('')
    })
    fc.assert(property, { numRuns: 10_000 })
    expect(Math.min(tally.accepted, tally.refused)).toBeGreaterThan(2_000)
  })

  it('for a token broker: any result or error ends in a token or a CaspioAuthError', async () => {
    const sent: unknown[] = []
    const api = axios.create({
      baseURL: 'https://a1bcd234.caspio.com',
      adapter: async (config) => {
        sent.push(config.headers.get('Authorization'))
        return { data: '', status: 200, statusText: '', headers: {}, config }
      },
    })
    let act: () => unknown = () => {}
    const broker = (async () => act()) as unknown as CaspioTokenBroker
    const behaviour = fc.record({
      value: fc.oneof(
        { weight: 6, arbitrary: someAnswer },
        { weight: 1, arbitrary: fc.constantFrom(...Object.keys(HOSTILE)).map(Hostile.named) },
      ),
      does: fc.constantFrom('return', 'return', 'return', 'throw'),
    })
    const property = fc.asyncProperty(behaviour, async ({ value, does }) => {
      const result = value instanceof Hostile ? HOSTILE[value.name]?.() : value
      act = () => {
        if (does === 'throw') throw result
        return result
      }
      sent.length = 0
      const auth = attachCaspioAuth(api, broker)
      const error = await api.get('/').then(
        () => undefined,
        (thrown) => thrown,
      )
      auth.detach()
      if (does === 'return' && isToken(value)) {
        expect(error).toBeUndefined()
        expect(sent).toEqual([`Bearer ${ownValue(value, 'access_token')}`])
      } else {
        expect(error).toBeInstanceOf(CaspioAuthError)
        expect(CODES).toContain(error.code)
        expect(sent).toEqual([])
      }
    })
    await fc.assert(property, { numRuns: cases(1_500) })
  })

  it('over the wire: any body, status, header and size ends in a token or a CaspioAuthError', async () => {
    let answer: WireAnswer = { status: 200, headers: {}, text: '', encoded: Buffer.alloc(0) }
    const server = await startRawServer(({ url }, response) => {
      if (url !== '/oauth/token') response.end('{}')
      else response.writeHead(answer.status, answer.headers).end(answer.encoded)
    })
    const credentials = {
      clientID: 'the-client',
      clientSecret: SECRET,
      tokenEndpointURL: `${server.url}/oauth/token`,
    }
    const tally = { accepted: 0, refused: 0 }
    const property = fc.asyncProperty(wireAnswer, async (next) => {
      answer = next
      server.received.length = 0
      const api = axios.create({ baseURL: server.url, proxy: false })
      // axios 1.13 waits for ever if compressed bytes are broken.
      const timeout = 'Content-Encoding' in next.headers ? 1_000 : 10_000
      attachCaspioAuth(api, credentials, { retries: 0, timeout })
      const bearers = () =>
        server.received
          .filter(({ url }) => url === '/x')
          .map(({ headers }) => headers.authorization)
      const token = tokenOf(next)
      if (token) {
        tally.accepted++
        await api.get('/x')
        expect(bearers()).toEqual([`Bearer ${token}`])
      } else {
        tally.refused++
        const error = await rejectionOf(api.get('/x'))
        expect(error).toBeInstanceOf(CaspioAuthError)
        expect(CODES).toContain(error.code)
        expect(bearers()).toEqual([])
        expectNoSecrets(error, credentials, ...REFRESH_TOKENS)
      }
    })
    // JSON within JSON, in a text that is not JSON itself.
    const text = `<pre>${JSON.stringify({ nested: [JSON.stringify({ client_secret: SECRET })] })}`
    const nested = { status: 500, headers: {}, text, encoded: Buffer.from(text) }
    await fc.assert(property, { numRuns: cases(1_000), examples: [[nested]] })
    expect(Math.min(tally.accepted, tally.refused)).toBeGreaterThan(0)
  })
})
