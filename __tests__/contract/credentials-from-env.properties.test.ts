import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { credentialsFromEnv, isCaspioAuthError } from '../../src/index.js'
import { thrownBy } from '../support/outcomes.js'
import { leaksIn } from '../support/secrets.js'

// A failing run prints its seed and path: `fc.assert(property, { seed, path })` replays it.

const NAMES = ['CASPIO_CLIENT_ID', 'CASPIO_CLIENT_SECRET', 'CASPIO_TOKEN_ENDPOINT_URL'] as const

type Env = Record<string, string | undefined>

// The white space that files, shells and editors leave around a value.
const blank = fc.string({ unit: fc.constantFrom(...' \t\r\n\v\f\u00a0\u2028\u2029\u3000\ufeff') })

const value = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .tuple(blank, fc.oneof(fc.uuid(), fc.string({ unit: 'binary', minLength: 1 })), blank)
      .map((parts) => parts.join('')),
  },
  { weight: 1, arbitrary: blank },
  { weight: 1, arbitrary: fc.constant(undefined) },
)

const env: fc.Arbitrary<Env> = fc
  .tuple(
    fc.record(
      {
        CASPIO_CLIENT_ID: value,
        CASPIO_CLIENT_SECRET: value,
        CASPIO_TOKEN_ENDPOINT_URL: value,
        // Similar names, which must be ignored.
        CASPIO_CLIENT_SECRET_: value,
        caspio_client_id: value,
        CLIENT_ID: value,
      },
      { requiredKeys: [] },
    ),
    fc.dictionary(fc.string(), value, { maxKeys: 3 }),
  )
  .map(([known, others]) => Object.freeze(Object.assign(Object.create(null), others, known)))

// Does not use trim(), so that it checks the code independently.
function stripped(text: string | undefined): string {
  return `${text ?? ''}`.replace(/^\s+/u, '').replace(/\s+$/u, '')
}

describe('credentialsFromEnv', () => {
  it('returns the three values without surrounding white space, or names the missing ones', () => {
    const tally = { read: 0, refused: 0 }
    const property = fc.property(env, (env) => {
      const [clientID, clientSecret, tokenEndpointURL] = NAMES.map((name) => stripped(env[name]))
      const missing = NAMES.filter((name) => !stripped(env[name]))
      if (missing.length === 0) {
        tally.read++
        expect(credentialsFromEnv(env)).toEqual({ clientID, clientSecret, tokenEndpointURL })
        return
      }
      tally.refused++
      const error = thrownBy(() => credentialsFromEnv(env))
      expect(isCaspioAuthError(error)).toBe(true)
      expect(error.code).toBe('ERR_CASPIO_CONFIG')
      expect(NAMES.filter((name) => error.message.includes(name))).toEqual(missing)
      // The message does not depend on the values.
      const others = NAMES.filter((name) => !missing.includes(name)).map((name) => [name, 'other'])
      const same = thrownBy(() => credentialsFromEnv(Object.fromEntries(others)))
      expect(error.message).toBe(same.message)
      const long = Object.values(env).filter((text) => /^\s*[\da-f-]{36}\s*$/.test(`${text}`))
      expect(leaksIn([error], long.map(stripped))).toEqual([])
    })
    fc.assert(property, { numRuns: 1_000 })
    expect(Math.min(tally.read, tally.refused)).toBeGreaterThan(50)
  })
})
