import { describe, expect, it, onTestFinished } from 'vitest'
import { readTokenAnswer } from '../../src/token/answer.js'
import { named } from '../support/named.js'

const good = Object.freeze({
  access_token: 'uAnmAE_cHVhzCygc4k2kNkgAf6OJFLUhyy7wqMDZ__jRZZyoz2EHTgi0c-8IF1Cdv67GQxRTTe5k',
  token_type: 'bearer',
  expires_in: 86_399,
  refresh_token: 'a08db9eae63c4b17b0bd992a4f42902c0662fee7bc4f40c78f7a9b870182ad2b',
})

function lifeOf(expires_in: unknown): number {
  const token = readTokenAnswer({ ...good, expires_in })
  if (typeof token === 'string') throw new Error(`no token: ${token}`)
  return token.lifeSeconds
}

/** Expects a problem that contains these words, and no token from the answer. */
function expectNoToken(answer: unknown, ...words: string[]): void {
  const problem = readTokenAnswer(answer)
  expect(problem).toEqual(expect.any(String))
  for (const word of words) expect(problem).toContain(word)
  expect(problem).not.toContain(good.access_token)
  expect(problem).not.toContain(good.refresh_token)
}

describe('a token answer', () => {
  it('is read as Caspio sends it', () => {
    expect(readTokenAnswer(good)).toEqual({
      answer: good,
      accessToken: good.access_token,
      tokenType: 'bearer',
      lifeSeconds: 86_399,
      refreshToken: good.refresh_token,
    })
  })

  it('may contain additional fields, and have no prototype', () => {
    const answer = Object.assign(Object.create(null), good, { userName: 'x', '.expires': 'later' })
    expect(readTokenAnswer(answer)).toEqual(Object.assign(readTokenAnswer(good), { answer }))
  })

  it.each(['bearer', 'Bearer', 'BEARER', 'bEaReR'])('may write %s in any case', (token_type) => {
    expect(readTokenAnswer({ ...good, token_type })).toMatchObject({ tokenType: token_type })
  })

  it.each(
    named([
      'a',
      '0',
      'aZ09-._~+/',
      'mF_9.B5f-4.1JqM',
      'eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.',
      'dG9rZW4=',
      'dG9rZQ==',
      'x'.repeat(8_192),
    ]),
  )('may contain any token that RFC 6750 allows: %s', (_, access_token) => {
    expect(readTokenAnswer({ ...good, access_token })).toMatchObject({ accessToken: access_token })
  })
})

describe('expires_in', () => {
  it.each([
    [86_399, 86_399],
    [1, 1],
    [0.5, 0.5],
    ['86399', 86_399],
    ['3600.5', 3600.5],
    [' 60 ', 60],
  ])('%j is %d seconds', (expires_in, life) => {
    expect(lifeOf(expires_in)).toBe(life)
  })

  it.each([
    ['missing', undefined],
    ['null', null],
    ['zero', 0],
    ['minus zero', -0],
    ['zero as text', '0'],
    ['negative', -86_399],
    ['negative as text', '-1'],
    ['NaN', Number.NaN],
    ['NaN as text', 'NaN'],
    ['a word', 'soon'],
    ['a date', '2030-01-01T00:00:00Z'],
    ['empty', ''],
    ['blank', '  '],
    ['infinite', JSON.parse('1e999')],
    ['infinite as text', '1e999'],
    ['true', true],
    ['an array', [60]],
    ['an object', { seconds: 60 }],
    ['a bigint', 60n],
  ])('that is %s counts as unknown: the token is used until Caspio rejects it', (_, expires_in) => {
    expect(lifeOf(expires_in)).toBe(Number.POSITIVE_INFINITY)
  })
})

describe('refresh_token', () => {
  it.each([
    ['missing', undefined],
    ['null', null],
    ['empty', ''],
    ['a number', 7],
    ['true', true],
    ['an object', {}],
  ])('that is %s is ignored', (_, refresh_token) => {
    expect(readTokenAnswer({ ...good, refresh_token })).toMatchObject({
      accessToken: good.access_token,
      refreshToken: undefined,
    })
  })
})

describe('an invalid token answer', () => {
  it.each([
    ['undefined', undefined],
    ['null', null],
    ['an empty string', ''],
    ['only the token', good.access_token],
    ['unparsed JSON', JSON.stringify(good)],
    ['HTML', '<!doctype html><title>Sign in</title>'],
    ['a number', 200],
    ['true', true],
    ['an empty object', {}],
    ['an array', []],
    ['an array with a token answer', [good]],
    ['a token answer within an object', { data: good }],
    ['an OAuth error', { error: 'invalid_client' }],
    ['a function', () => good],
  ])('%s', (_, answer) => {
    expectNoToken(answer, 'access_token')
  })

  it.each([
    ['missing', undefined],
    ['null', null],
    ['empty', ''],
    ['a number', 42],
    ['true', true],
    ['an object', {}],
    ['an array of one string', [good.access_token]],
    ['a boxed string', Object(good.access_token)],
    ['a space', ' '],
    ['with a space at the start', ` ${good.access_token}`],
    ['with a space at the end', `${good.access_token} `],
    ['with a space in the middle', 'two words'],
    ['with a line break at the end', `${good.access_token}\n`],
    ['with a header at the end', `${good.access_token}\r\nX-Injected: 1`],
    ['with a carriage return', 'a\rb'],
    ['with a tab', 'a\tb'],
    ['with a NUL', 'a\0b'],
    ['with a DEL', 'a\x7fb'],
    ['with an escape character', 'a\x1bb'],
    ['with letters outside ASCII', 'tökén'],
    ['with a letter that looks like ASCII', 'tоken'],
    ['with a line separator', 'a\u2028b'],
    ['with an emoji', 'a😀'],
    ['with a comma', 'a,b'],
    ['with a quote', 'a"b'],
    ['with a percent sign', 'a%20b'],
    ['with a colon', 'a:b'],
    ['with padding at the start', '=abc'],
    ['with padding in the middle', 'ab=c'],
    ['only padding', '=='],
  ])('access_token: %s', (_, access_token) => {
    expectNoToken({ ...good, access_token }, 'access_token')
  })

  it.each([
    ['missing', undefined],
    ['null', null],
    ['empty', ''],
    ['mac', 'mac'],
    ['DPoP', 'DPoP'],
    ['N_A', 'N_A'],
    ['bearer with a space', 'bearer '],
    ['more than bearer', 'bearers'],
    ['bearer with a letter that only looks like ASCII', 'BEAREＲ'],
    ['an array', ['bearer']],
    ['a number', 1],
  ])('token_type: %s', (_, token_type) => {
    expectNoToken({ ...good, token_type }, 'token_type')
  })

  it('is not completed from a polluted Object.prototype', () => {
    const prototype = Object.prototype as Record<string, unknown>
    onTestFinished(() => {
      for (const name of Object.keys(good)) delete prototype[name]
    })
    Object.assign(prototype, good)
    expectNoToken({}, 'access_token')
    expectNoToken([], 'access_token')
    expectNoToken('text', 'access_token')
    expectNoToken({ access_token: 'mine' }, 'token_type')
    const mine = { access_token: 'mine', token_type: 'Bearer' }
    expect(readTokenAnswer(mine)).toEqual({
      answer: mine,
      accessToken: 'mine',
      tokenType: 'Bearer',
      lifeSeconds: Number.POSITIVE_INFINITY,
      refreshToken: undefined,
    })
  })

  it('is not completed from its own prototype', () => {
    expectNoToken(JSON.parse(`{ "__proto__": ${JSON.stringify(good)} }`), 'access_token')
    expectNoToken(Object.create(good), 'access_token')
  })
})
