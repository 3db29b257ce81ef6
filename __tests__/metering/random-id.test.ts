import { afterEach, describe, expect, it, vi } from 'vitest'
import { randomID } from '../../src/metering/random-id.js'

afterEach(() => {
  vi.unstubAllGlobals()
})

describe('a random ID', () => {
  it('is a UUID', () => {
    expect(randomID()).toMatch(/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/)
  })

  it.each([undefined, {}])('is not needed from the runtime: with crypto = %o', (crypto) => {
    vi.stubGlobal('crypto', crypto)
    const ids = Array.from({ length: 100 }, randomID)
    for (const id of ids) expect(id).toMatch(/^[\da-z]{8,}-[\da-z]{5,}-[\da-z]{5,}$/)
    expect(new Set(ids).size).toBe(100)
  })
})
