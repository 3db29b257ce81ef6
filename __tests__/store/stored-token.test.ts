import { describe, expect, it } from 'vitest'
import { readStoredToken, writeStoredToken } from '../../src/store/stored-token.js'
import type { Issued } from '../../src/token/issuer.js'
import { fakeClocks } from '../support/clocks.js'

/** A token that was asked for so many seconds ago. */
function issued(life: number, age = 0, refreshToken?: string): Issued {
  const askedAt = { wall: Date.now() - age * 1_000, monotonic: performance.now() - age * 1_000 }
  const token = { accessToken: 'a', tokenType: 'Bearer', life, refreshToken }
  return { token, askedAt, answer: undefined, grant: 'client_credentials' }
}

const stored = (fields: object = {}) => ({ ...JSON.parse(writeStoredToken(issued(60))), ...fields })

describe('a stored token', () => {
  fakeClocks()

  it.each([
    ['with all that an answer has', issued(60, 20, 'f00')],
    ['without a refresh token', issued(60, 20)],
    ['whose life nobody told', issued(Number.POSITIVE_INFINITY, 20, 'f00')],
  ])('is read as it was written, %s', (_, { token, askedAt }) => {
    const written = writeStoredToken({ token, askedAt, answer: undefined, grant: undefined })
    const read = readStoredToken(written)
    expect(read).toMatchObject({ token, grant: undefined, answer: undefined })
    expect(read).toMatchObject({ askedAt: { wall: expect.closeTo(askedAt.wall, 0) } })
  })

  it('is read on another machine, whose monotonic clock began at another time', () => {
    const text = writeStoredToken({ ...issued(60), askedAt: { wall: Date.now(), monotonic: 1e12 } })
    const read = readStoredToken(text) as Issued
    expect(read.askedAt.monotonic).toBeCloseTo(performance.now(), 0)
  })

  it('may come parsed', () => {
    expect(readStoredToken(stored())).toMatchObject({ token: { accessToken: 'a', life: 60 } })
  })

  it('is taken for no younger than new where another clock is ahead', () => {
    const read = readStoredToken(stored({ issued_at: Date.now() + 3_600_000 })) as Issued
    expect(read.askedAt.wall).toBeCloseTo(Date.now(), 0)
  })

  // Less a margin of 3 s for the way to the server.
  it('is usable to its end, and not longer', () => {
    const at = (age: number) => readStoredToken(stored({ issued_at: Date.now() - age }))
    expect(at(56_999)).toBeTypeOf('object')
    expect(at(57_000)).toBe('its token has expired')
  })

  it.each([
    ['of another version', stored({ v: 2 }), 'it holds something else, or of another version'],
    ['that is no JSON', 'x', 'it holds something else, or of another version'],
    ['that is nothing', null, 'it holds something else, or of another version'],
    ['that is a number', 7, 'it holds something else, or of another version'],
    [
      'without its token',
      stored({ access_token: undefined }),
      'access_token is missing or no token (RFC 6750)',
    ],
    ['of another type', stored({ token_type: 'mac' }), 'token_type is not bearer'],
    ['of no time', stored({ issued_at: undefined }), 'its token has expired'],
    ['of no time that is a time', stored({ issued_at: 'today' }), 'its token has expired'],
  ])('%s is none: what is wrong is told', (_, value, reason) => {
    expect(readStoredToken(value)).toBe(reason)
    expect(readStoredToken(JSON.stringify(value))).toBe(reason)
  })
})
