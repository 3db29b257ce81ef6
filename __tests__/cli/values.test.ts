import { describe, expect, it } from 'vitest'
import { checkValues, findFaults } from '../../src/cli/check/values.js'
import type { Environment } from '../../src/cli/io.js'
import { environment } from '../support/programs.js'

const ID = '0123456789abcdef0123456789abcdef0123456789abcdef01'
const SECRET = 'fedcba9876543210fedcba9876543210fedcba9876543210fe'
const URL_VALUE = 'https://a1bcd234.caspio.com/oauth/token'
const RIGHT = { clientID: ID, clientSecret: SECRET, tokenEndpointURL: URL_VALUE }

function read(env: Environment, conflicts: string[] = []) {
  const { step, credentials } = checkValues({ env: { ...environment(RIGHT), ...env }, conflicts })
  return { ok: step.ok, text: [step.message, ...step.advice].join('\n'), credentials }
}

describe('checkValues', () => {
  it('reads the three values and trims white space', () => {
    const { ok, text, credentials } = read({ CASPIO_CLIENT_ID: ` ${ID}\n` })
    expect({ ok, text, credentials }).toEqual({
      ok: true,
      text: 'all three are set',
      credentials: RIGHT,
    })
  })

  it.each<[string, Environment, string]>([
    ['one is not set', { CASPIO_CLIENT_ID: undefined }, 'CASPIO_CLIENT_ID is not set.'],
    ['one is blank', { CASPIO_CLIENT_SECRET: ' ' }, 'CASPIO_CLIENT_SECRET is empty.'],
    [
      'two are missing',
      { CASPIO_CLIENT_ID: '', CASPIO_TOKEN_ENDPOINT_URL: undefined },
      'CASPIO_CLIENT_ID is empty, CASPIO_TOKEN_ENDPOINT_URL is not set.',
    ],
    [
      'the URL is not a URL',
      { CASPIO_TOKEN_ENDPOINT_URL: 'a1bcd234.caspio.com' },
      'CASPIO_TOKEN_ENDPOINT_URL is wrong: it is not a URL.',
    ],
    [
      'the URL is quoted',
      { CASPIO_TOKEN_ENDPOINT_URL: `"${URL_VALUE}"` },
      'it is not a URL, because it begins or ends with a quotation mark.',
    ],
    [
      'the URL uses http',
      { CASPIO_TOKEN_ENDPOINT_URL: URL_VALUE.replace('https', 'http') },
      'CASPIO_TOKEN_ENDPOINT_URL is wrong: it does not begin with https://.',
    ],
    [
      'the URL has a user',
      { CASPIO_TOKEN_ENDPOINT_URL: URL_VALUE.replace('//', '//me@') },
      'it contains a user name or a password.',
    ],
    [
      'the URL has a password',
      { CASPIO_TOKEN_ENDPOINT_URL: URL_VALUE.replace('//', '//:word@') },
      'it contains a user name or a password.',
    ],
    [
      'the secret is in the place of the URL',
      { CASPIO_TOKEN_ENDPOINT_URL: SECRET },
      'CASPIO_TOKEN_ENDPOINT_URL is wrong: it is not a URL.',
    ],
  ])('fails if %s', (_, env, words) => {
    const { ok, text, credentials } = read(env)
    expect({ ok, credentials }).toEqual({ ok: false, credentials: undefined })
    expect(text).toContain(words)
    expect(text).toContain('Web services profiles > (profile)')
    expect(text).not.toContain(SECRET)
  })

  it.each(['caspio_client_id', 'CASPIO_CLIENTID', 'CASPIO-CLIENT-ID'])(
    'names a misspelled variable: %s',
    (name) => {
      const { text } = read({ CASPIO_CLIENT_ID: undefined, [name]: ID })
      expect(text).toContain(`${name} is set, but the name must be CASPIO_CLIENT_ID.`)
    },
  )

  it.each(['CASPIO_TOKEN_URL', 'CASPIO_TOKEN_ENDPOINT_URI', 'CASPIO_TOKEN_ENDPOINT'])(
    'names a misspelled variable: %s',
    (name) => {
      const { text } = read({ CASPIO_TOKEN_ENDPOINT_URL: undefined, [name]: URL_VALUE })
      expect(text).toContain(`${name} is set, but the name must be CASPIO_TOKEN_ENDPOINT_URL.`)
    },
  )

  it.each<[string, Environment]>([
    ['all is well', {}],
    ['one is blank', { CASPIO_CLIENT_SECRET: '' }],
    ['the URL is wrong', { CASPIO_TOKEN_ENDPOINT_URL: 'x' }],
  ])('says which value in the file is not used, if %s', (_, env) => {
    const { text } = read(env, ['CASPIO_CLIENT_ID'])
    expect(text).toContain(
      'CASPIO_CLIENT_ID in the file differs from CASPIO_CLIENT_ID in the environment. The environment is used.',
    )
  })
})

describe('findFaults', () => {
  const ofID = (clientID: string) => findFaults({ ...RIGHT, clientID })
  const ofSecret = (clientSecret: string) => findFaults({ ...RIGHT, clientSecret })

  it('finds no fault in values from Caspio', () => {
    expect(findFaults(RIGHT)).toEqual([])
  })

  it.each([
    [
      'is cut off',
      ID.slice(0, -1),
      'it has 49 characters; a value from Caspio has 50 characters, each 0-9 or a-f',
    ],
    ['is doubled', ID + ID, 'it has 100 characters; '],
    [
      'has a space in it',
      `${ID.slice(0, 4)} ${ID.slice(4)}`,
      'character 5 of 51 is a space or an inv',
    ],
    [
      'ends in an invisible character',
      `${ID}\u200B`,
      'character 51 of 51 is a space or an invisible character',
    ],
    ['has an O for a 0', `O${ID.slice(1)}`, 'character 1 of 50 is not a hexadecimal digit; '],
    [
      'has an emoji in it',
      `${ID.slice(0, 9)}😀`,
      'character 10 of 10 is not a hexadecimal digit; ',
    ],
    ['is in upper case', ID.toUpperCase(), 'character 11 of 50 is an upper-case letter; '],
    ['begins with a quotation mark', `'${ID}`, 'it begins or ends with a quotation mark'],
    ['ends with a quotation mark', `${ID}”`, 'it begins or ends with a quotation mark'],
    ['is the URL', URL_VALUE, 'it is a URL.'],
    ['is a placeholder', 'your-client-id', 'character 1 of 14 is not a hexadecimal digit'],
  ])('names an ID or a secret that %s', (_, value, words) => {
    for (const [name, faults] of [
      ['CASPIO_CLIENT_ID', ofID(value)],
      ['CASPIO_CLIENT_SECRET', ofSecret(value)],
    ] as const) {
      expect(faults).toEqual([expect.stringContaining(`${name} is wrong: `)])
      expect(faults[0]).toContain(words)
      expect(faults[0]).not.toContain(value)
    }
  })

  it('names both if both have a fault', () => {
    expect(findFaults({ ...RIGHT, clientID: 'x', clientSecret: 'y' })).toHaveLength(2)
    expect(findFaults({ ...RIGHT, clientID: 'x', clientSecret: 'x' })).toHaveLength(2)
  })

  it('notices that one was copied twice', () => {
    expect(ofSecret(ID)).toEqual([
      'CASPIO_CLIENT_ID and CASPIO_CLIENT_SECRET are the same. One of them was copied twice.',
    ])
  })
})
