import { describe, expect, it } from 'vitest'
import { readStoredToken, writeStoredToken } from '../../src/store/stored-token.js'
import type { Token } from '../../src/token/life.js'
import { fakeClocks } from '../support/clocks.js'

/** A token that was requested `age` seconds ago. */
function requested(lifeSeconds: number, age = 0, refreshToken?: string): Token {
  const ageMs = age * 1_000
  const requestedAt = { wall: Date.now() - ageMs, monotonic: performance.now() - ageMs }
  const grant = undefined
  return { accessToken: 'a', tokenType: 'Bearer', lifeSeconds, refreshToken, requestedAt, grant }
}

const stored = (fields: object = {}) => ({
  ...JSON.parse(writeStoredToken(requested(60))),
  ...fields,
})

describe('a stored token', () => {
  fakeClocks()

  it.each([
    ['with every field', requested(60, 20, 'f00')],
    ['without a refresh token', requested(60, 20)],
    ['with an unknown life', requested(Number.POSITIVE_INFINITY, 20, 'f00')],
  ])('reads back as it was written, %s', (_, token) => {
    const read = readStoredToken(writeStoredToken(token))
    const wall = expect.closeTo(token.requestedAt.wall, 0)
    expect(read).toMatchObject({ ...token, requestedAt: { wall } })
  })

  it('can be read on another machine, whose monotonic clock started at a different time', () => {
    const requestedAt = { wall: Date.now(), monotonic: 1e12 }
    const read = readStoredToken(writeStoredToken({ ...requested(60), requestedAt })) as Token
    expect(read.requestedAt.monotonic).toBeCloseTo(performance.now(), 0)
    const older = readStoredToken(writeStoredToken(requested(60, 20))) as Token
    expect(older.requestedAt.monotonic).toBeCloseTo(performance.now() - 20_000, 0)
  })

  it('may already be parsed', () => {
    expect(readStoredToken(stored())).toMatchObject({ accessToken: 'a', lifeSeconds: 60 })
  })

  it('counts as issued now if its time is in the future, because another clock is ahead', () => {
    const read = readStoredToken(stored({ issued_at: Date.now() + 3_600_000 })) as Token
    expect(read.requestedAt.wall).toBeCloseTo(Date.now(), 0)
  })

  // The plugin subtracts a margin of 3 s for the way to the server.
  it('is usable until it expires, and not longer', () => {
    const at = (age: number) => readStoredToken(stored({ issued_at: Date.now() - age }))
    expect(at(56_999)).toBeTypeOf('object')
    expect(at(57_000)).toBe('the stored token has expired')
  })

  it.each([
    ['of another version', stored({ v: 2 }), 'the stored value is not a token of this version'],
    ['that is not JSON', 'x', 'the stored value is not a token of this version'],
    ['that is null', null, 'the stored value is not a token of this version'],
    ['that is a number', 7, 'the stored value is not a token of this version'],
    [
      'without an access token',
      stored({ access_token: undefined }),
      'access_token is missing or is not a bearer token (RFC 6750)',
    ],
    ['of another token type', stored({ token_type: 'mac' }), 'token_type is not bearer'],
    ['without a time', stored({ issued_at: undefined }), 'the stored token has expired'],
    ['whose time is not a number', stored({ issued_at: 'today' }), 'the stored token has expired'],
  ])('%s is refused with a reason', (_, value, reason) => {
    expect(readStoredToken(value)).toBe(reason)
    expect(readStoredToken(JSON.stringify(value))).toBe(reason)
  })
})
