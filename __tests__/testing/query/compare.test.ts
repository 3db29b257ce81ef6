import { describe, expect, it } from 'vitest'
import { compareValues } from '../../../src/testing/query/compare.js'

describe('the order of two values', () => {
  it.each([
    [1, 2, -1],
    [2, 1, 1],
    [2, 2, 0],
    ['ä', 'b', -1],
    ['b', 'ä', 1],
    [null, 'a', -1],
    ['a', null, 1],
    [null, -1, -1],
    [null, null, 0],
  ])('%j and %j: %i', (a, b, order) => {
    expect(compareValues(a, b)).toBe(order)
  })
})
