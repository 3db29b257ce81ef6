import { describe, expect, it } from 'vitest'
import { compareKeys, foldCase, textKey } from '../../../src/testing/query/text.js'
import { cpuTimeOf } from '../../support/running-time.js'

describe('texts', () => {
  it.each([
    ['Ann', 'aNN  ', true],
    ['', '   ', true],
    ['É', 'é', true],
    ['ΟΔΟΣ', 'οδος', true],
    ['E', 'É', false],
    ['I', 'ı', false],
    ['İ', 'i', false],
    [' a', 'a', false],
    ['a\t', 'a', false],
  ])('%j and %j: equal is %s', (a, b, isEqual) => {
    expect(textKey(a) === textKey(b)).toBe(isEqual)
    expect(compareKeys(textKey(a), textKey(b)) === 0).toBe(isEqual)
  })

  it('keep their length without case', () => {
    const characters = Array.from({ length: 0x10000 }, (_, code) => String.fromCharCode(code))
    expect(characters.filter((character) => foldCase(character).length !== 1)).toEqual([])
  })

  it('have an order like a dictionary', () => {
    const texts = ['_', '-', '1', '10', '2', 'a', 'á', 'b', 'ä', 'z']
    const sorted = ['_', '-', '1', '10', '2', 'a', 'á', 'ä', 'b', 'z']
    expect(texts.map(textKey).sort(compareKeys)).toEqual(sorted)
    // A dictionary has no place for control characters, but the texts differ.
    expect([compareKeys('a', '\0a'), compareKeys('\0a', 'a')]).toEqual([1, -1])
  })

  it('with many spaces take no long time', () => {
    const text = `${' '.repeat(200_000)}a${' '.repeat(200_000)}`
    expect(cpuTimeOf(() => textKey(text))).toBeLessThan(1_000)
  })
})
