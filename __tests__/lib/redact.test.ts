import { describe, expect, it } from 'vitest'
import { createRedact, formEncode, printable } from '../../src/lib/redact.js'
import { TROUBLESOME_SECRETS } from '../support/secrets.js'

const FORMS: [string, (secret: string) => string][] = [
  ['as plain text', (secret) => secret],
  ['in a form', (secret) => new URLSearchParams({ s: secret }).toString().slice(2)],
  ['in a URL', (secret) => encodeURIComponent(secret)],
  ['in JSON', (secret) => JSON.stringify(secret).slice(1, -1)],
  ['in JSON in JSON', (secret) => JSON.stringify(JSON.stringify(secret).slice(1, -1)).slice(1, -1)],
]

describe.each(TROUBLESOME_SECRETS)('redact for the secret %j', (secret) => {
  it.each(FORMS)('removes the secret %s, at any position', (_, encode) => {
    const form = encode(secret)
    const redact = createRedact([secret])
    const text = redact(`${form} at the start, ${form}${form} twice, and at the end ${form}`)
    expect(text).not.toContain(form)
    expect(text).not.toContain(secret)
    expect(text).toMatch(/ at the start, .+ twice, and at the end /)
  })

  it('does not change other text', () => {
    const redact = createRedact([secret])
    for (const text of ['', 'invalid_client', 'The client is unknown.']) {
      expect(redact(text)).toBe(text)
    }
  })
})

describe('redact', () => {
  it('removes several secrets', () => {
    const redact = createRedact(['first one', 'second/one'])
    const text = redact('first one, first+one, second/one, second%2Fone')
    expect(text).not.toMatch(/first|second/)
  })

  it.each([[[]], [[undefined]], [['']]])('changes nothing if the secrets are %j', (secrets) => {
    expect(createRedact(secrets)('anything')).toBe('anything')
  })

  // 20 characters, with every one that a token may have.
  const token = 'aZ09_-.~+/aaaaaaaaaa'

  it.each([
    ['cut-off JSON', `{"access_token":"${token}==`, '{"access_token":"[redacted]'],
    ['a form', `access_token=${token}&x=1`, 'access_token=[redacted]&x=1'],
    ['an object of Ruby', `'refresh_token' => '${token}'`, "'refresh_token' => '[redacted]'"],
    ['YAML', `access_token: ${token}\nx: 1`, 'access_token: [redacted]\nx: 1'],
    [
      'JSON in JSON',
      `{\\"refresh_token\\":\\"${token}\\"}`,
      '{\\"refresh_token\\":\\"[redacted]\\"}',
    ],
    [
      'two tokens',
      `access_token=${token} refresh_token=${token}`,
      'access_token=[redacted] refresh_token=[redacted]',
    ],
  ])('removes what is named a token from %s', (_, text, redacted) => {
    expect(createRedact([])(text)).toBe(redacted)
  })

  it.each([
    'access_token is missing',
    'access_token: too short',
    `token=${token}`,
    `access_token${token}`,
  ])('does not change %s', (text) => {
    expect(createRedact([])(text)).toBe(text)
  })

  it('removes a secret with half of a surrogate pair', () => {
    const redact = createRedact(['a cut\ud83d'])
    const text = redact('secret=a cut\ud83d&form=a+cut%EF%BF%BD&url=a%20cut%EF%BF%BD')
    expect(text).toBe('secret=[redacted]&form=[redacted]&url=[redacted]')
  })
})

describe('printable', () => {
  it.each([
    ['unchanged', 'The client is unknown: ü, 密, 😀.', 'The client is unknown: ü, 密, 😀.'],
    ['without invisible characters', 'a\u007fb\u009fc\u200bd\u2066e\ufefff', 'a b c d e f'],
    ['on one line', 'first\r\nsecond\u2028third\u2029fourth', 'first second third fourth'],
    ['without terminal control characters', '\u001b[31mred\u0007\u202e', ' [31mred '],
    ['with one space for several control characters', 'a\u0000\u0001\u0002b', 'a b'],
    ['cut to 300 characters', 'x'.repeat(400), 'x'.repeat(300)],
  ])('returns text %s', (_, text, shown) => {
    expect(printable(text)).toBe(shown)
  })
})

describe('formEncode', () => {
  it.each([
    ['', ''],
    ['abcXYZ019', 'abcXYZ019'],
    ['two words', 'two+words'],
    ['a+b', 'a%2Bb'],
    ['a:b', 'a%3Ab'],
    ['a=b&c', 'a%3Db%26c'],
    ['100%', '100%25'],
    ['*-._', '*-._'],
    ["~!'()", '%7E%21%27%28%29'],
    ['ü', '%C3%BC'],
    ['密', '%E5%AF%86'],
    ['\r\n', '%0D%0A'],
  ])('encodes %j as %j', (text, encoded) => {
    expect(formEncode(text)).toBe(encoded)
  })

  it.each(TROUBLESOME_SECRETS)('encodes %j so that a form parser can read it', (secret) => {
    expect(new URLSearchParams(`s=${formEncode(secret)}`).get('s')).toBe(secret)
  })
})
