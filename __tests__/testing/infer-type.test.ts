import { describe, expect, it } from 'vitest'
import { widenType } from '../../src/testing/data/infer-type.js'

describe('the type of a field', () => {
  it.each([
    [[], undefined],
    [[null, undefined], undefined],
    [[1, null, -2], 'INTEGER'],
    [[1, 2.5], 'NUMBER'],
    [[2.5, 1], 'NUMBER'],
    [[true, null], 'YES/NO'],
    [['2026-01-31', '2026-01-31T09:00:00', '1970-01-01T00:00:00.000Z'], 'DATE/TIME'],
    [['2026-01-31', 'soon'], 'STRING'],
    [['2026-01-31T09:00'], 'DATE/TIME'],
    [['12026-01-31'], 'STRING'],
    [['2026-01-31 9:00'], 'STRING'],
    [['2026-02-31'], 'STRING'],
    [['1/31/2026'], 'STRING'],
    [['text', ''], 'STRING'],
    [[1, 'text'], 'STRING'],
    [[1, true], 'STRING'],
    [['text', 1, 2], 'STRING'],
    [[['a']], 'STRING'],
  ])('of %j is %s', (values, type) => {
    expect(values.reduce(widenType, undefined as string | undefined)).toBe(type)
  })

  it.each([
    [['a'.repeat(255)], 'STRING'],
    [['a'.repeat(256)], 'TEXT'],
    [['a'.repeat(256), 'a', 1], 'TEXT'],
    [[1, 'a'.repeat(256)], 'TEXT'],
  ])('depends on the length of its texts (%#)', (values, type) => {
    expect(values.reduce(widenType, undefined as string | undefined)).toBe(type)
  })
})
