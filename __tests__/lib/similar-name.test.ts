import { describe, expect, it } from 'vitest'
import { similarName } from '../../src/lib/similar-name.js'

describe('similarName', () => {
  it.each([
    ['clientID', 'clientId'],
    ['clientID', 'client_id'],
    ['clientSecret', 'client-secret'],
    ['tokenEndpointURL', 'tokenUrl'],
    ['tokenEndpointURL', 'token_endpoint'],
    ['tokenEndpointURL', 'tokenEndpointUri'],
  ])('finds for %s: %s', (name, other) => {
    expect(similarName(name, ['unrelated', other])).toBe(other)
  })

  it('does not suggest the name itself, nor an unrelated one', () => {
    expect(similarName('clientID', ['clientID', 'clientSecret', 'id'])).toBeUndefined()
  })
})
