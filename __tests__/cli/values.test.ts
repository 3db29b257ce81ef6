import { describe, expect, it } from 'vitest'
import { doubtsOf, readValues } from '../../src/cli/check/values.js'
import type { Environment } from '../../src/cli/io.js'
import { environment } from '../support/programs.js'

const ID = '0123456789abcdef0123456789abcdef0123456789abcdef01'
const SECRET = 'fedcba9876543210fedcba9876543210fedcba9876543210fe'
const URL_VALUE = 'https://a1bcd234.caspio.com/oauth/token'
const RIGHT = { clientID: ID, clientSecret: SECRET, tokenEndpointURL: URL_VALUE }

function read(env: Environment, overruled: string[] = []) {
  const { step, credentials } = readValues({ env: { ...environment(RIGHT), ...env }, overruled })
  return { ok: step.ok, text: [step.message, ...step.advice].join('\n'), credentials }
}

describe('readValues', () => {
  it('reads the three values, without the white space around them', () => {
    const { ok, text, credentials } = read({ CASPIO_CLIENT_ID: ` ${ID}\n` })
    expect({ ok, text, credentials }).toEqual({
      ok: true,
      text: 'all three are set',
      credentials: RIGHT,
    })
  })

  it.each<[string, Environment, string]>([
    ['one is not set', { CASPIO_CLIENT_ID: undefined }, 'CASPIO_CLIENT_ID is not set.'],
    ['one is blank', { CASPIO_CLIENT_SECRET: ' ' }, 'CASPIO_CLIENT_SECRET is blank.'],
    [
      'two are missing',
      { CASPIO_CLIENT_ID: '', CASPIO_TOKEN_ENDPOINT_URL: undefined },
      'CASPIO_CLIENT_ID is blank, CASPIO_TOKEN_ENDPOINT_URL is not set.',
    ],
    [
      'the URL is none',
      { CASPIO_TOKEN_ENDPOINT_URL: 'a1bcd234.caspio.com' },
      'CASPIO_TOKEN_ENDPOINT_URL is wrong: it is no URL.',
    ],
    [
      'the URL is quoted',
      { CASPIO_TOKEN_ENDPOINT_URL: `"${URL_VALUE}"` },
      'it is no URL, but begins or ends with a quotation mark.',
    ],
    [
      'the URL is one of http',
      { CASPIO_TOKEN_ENDPOINT_URL: URL_VALUE.replace('https', 'http') },
      'CASPIO_TOKEN_ENDPOINT_URL is wrong: it does not begin with https://.',
    ],
    [
      'the URL has a user',
      { CASPIO_TOKEN_ENDPOINT_URL: URL_VALUE.replace('//', '//me@') },
      'it has a user or a password in it.',
    ],
    [
      'the URL has a password',
      { CASPIO_TOKEN_ENDPOINT_URL: URL_VALUE.replace('//', '//:word@') },
      'it has a user or a password in it.',
    ],
    [
      'the secret stands in the place of the URL',
      { CASPIO_TOKEN_ENDPOINT_URL: SECRET },
      'CASPIO_TOKEN_ENDPOINT_URL is wrong: it is no URL.',
    ],
  ])('fails where %s', (_, env, words) => {
    const { ok, text, credentials } = read(env)
    expect({ ok, credentials }).toEqual({ ok: false, credentials: undefined })
    expect(text).toContain(words)
    expect(text).toContain('Web services profiles > (profile)')
    expect(text).not.toContain(SECRET)
  })

  it.each(['caspio_client_id', 'CASPIO_CLIENTID', 'CASPIO-CLIENT-ID'])(
    'names a slip: %s',
    (name) => {
      const { text } = read({ CASPIO_CLIENT_ID: undefined, [name]: ID })
      expect(text).toContain(`${name} is set: the name must be CASPIO_CLIENT_ID.`)
    },
  )

  it.each(['CASPIO_TOKEN_URL', 'CASPIO_TOKEN_ENDPOINT_URI', 'CASPIO_TOKEN_ENDPOINT'])(
    'names a slip: %s',
    (name) => {
      const { text } = read({ CASPIO_TOKEN_ENDPOINT_URL: undefined, [name]: URL_VALUE })
      expect(text).toContain(`${name} is set: the name must be CASPIO_TOKEN_ENDPOINT_URL.`)
    },
  )

  it.each<[string, Environment]>([
    ['all is well', {}],
    ['one is blank', { CASPIO_CLIENT_SECRET: '' }],
    ['the URL is wrong', { CASPIO_TOKEN_ENDPOINT_URL: 'x' }],
  ])('tells which value of the file is not used, where %s', (_, env) => {
    const { text } = read(env, ['CASPIO_CLIENT_ID'])
    expect(text).toContain(
      'CASPIO_CLIENT_ID is another in the file than in the environment, whose value is used.',
    )
  })
})

describe('doubtsOf', () => {
  const ofID = (clientID: string) => doubtsOf({ ...RIGHT, clientID })
  const ofSecret = (clientSecret: string) => doubtsOf({ ...RIGHT, clientSecret })

  it('finds nothing odd in what Caspio gives out', () => {
    expect(doubtsOf(RIGHT)).toEqual([])
  })

  it.each([
    ['is cut off', ID.slice(0, -1), "it has 49 characters; Caspio's have 50, each of 0-9 or a-f"],
    ['is there twice', ID + ID, 'it has 100 characters; '],
    [
      'has a blank in it',
      `${ID.slice(0, 4)} ${ID.slice(4)}`,
      'number 5 of 51 is a blank or an inv',
    ],
    ['has an invisible end', `${ID}\u200B`, 'number 51 of 51 is a blank or an invisible character'],
    [
      'has an O for a 0',
      `O${ID.slice(1)}`,
      'its character number 1 of 50 is no hexadecimal digit; ',
    ],
    [
      'has a face in it',
      `${ID.slice(0, 9)}😀`,
      'its character number 10 of 10 is no hexadecimal digit; ',
    ],
    ['is in upper case', ID.toUpperCase(), 'its character number 11 of 50 is in upper case; '],
    ['begins with a mark', `'${ID}`, 'it begins or ends with a quotation mark'],
    ['ends with a mark', `${ID}”`, 'it begins or ends with a quotation mark'],
    ['is the URL', URL_VALUE, 'it is a URL.'],
    ['is a placeholder', 'your-client-id', 'its character number 1 of 14 is no hexadecimal digit'],
  ])('an ID or a secret that %s is named', (_, value, words) => {
    for (const [name, doubts] of [
      ['CASPIO_CLIENT_ID', ofID(value)],
      ['CASPIO_CLIENT_SECRET', ofSecret(value)],
    ] as const) {
      expect(doubts).toEqual([expect.stringContaining(`${name} is wrong: `)])
      expect(doubts[0]).toContain(words)
      expect(doubts[0]).not.toContain(value)
    }
  })

  it('names both where both are odd', () => {
    expect(doubtsOf({ ...RIGHT, clientID: 'x', clientSecret: 'y' })).toHaveLength(2)
    expect(doubtsOf({ ...RIGHT, clientID: 'x', clientSecret: 'x' })).toHaveLength(2)
  })

  it('sees that one was copied twice', () => {
    expect(ofSecret(ID)).toEqual([
      'CASPIO_CLIENT_ID and CASPIO_CLIENT_SECRET are the same: one of the two was copied twice.',
    ])
  })
})
