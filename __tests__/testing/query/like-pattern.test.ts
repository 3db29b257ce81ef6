import { describe, expect, it } from 'vitest'
import { compilePattern as compile } from '../../../src/testing/query/like-pattern.js'
import { thrownBy } from '../../support/outcomes.js'
import { cpuTimeOf } from '../../support/running-time.js'

const compilePattern = (pattern: string, escapedBy?: string) =>
  compile(pattern, escapedBy, (problem) => new Error(problem))

describe('a LIKE pattern', () => {
  it.each([
    ['', ['']],
    ['%', ['', 'abc', 'ABCabc', 'a_c', 'a%c', 'a-c', 'a]c']],
    ['abc', ['abc']],
    ['A%C', ['abc', 'ABCabc', 'a_c', 'a%c', 'a-c', 'a]c']],
    ['___', ['abc', 'a_c', 'a%c', 'a-c', 'a]c']],
    ['%bc%', ['abc', 'ABCabc']],
    ['abc%abc', ['ABCabc']],
    ['%_bca%', ['ABCabc']],
    ['%%c', ['abc', 'ABCabc', 'a_c', 'a%c', 'a-c', 'a]c']],
    ['_%_%__%', ['abc', 'ABCabc', 'a_c', 'a%c', 'a-c', 'a]c'].filter((text) => text.length > 3)],
    ['a[_]c', ['a_c']],
    ['a[%]c', ['a%c']],
    ['a[b%]c', ['abc', 'a%c']],
    ['a[A-C]c', ['abc']],
    ['a[^b]c', ['a_c', 'a%c', 'a-c', 'a]c']],
    ['a[^a-z]c', ['a_c', 'a%c', 'a-c', 'a]c']],
    ['a[-b]c', ['abc', 'a-c']],
    ['a[b-]c', ['abc', 'a-c']],
    ['a[[]c', []],
    ['a]c', ['a]c']],
    ['%[a-b]c_b%', ['ABCabc']],
    ['abcd%', []],
    ['abc ', []],
    ['%x%b%', []],
    ['x[b]c', []],
    ['%[x-z]%', []],
    ['_%%', ['abc', 'ABCabc', 'a_c', 'a%c', 'a-c', 'a]c']],
  ])('%j', (pattern, matching) => {
    const texts = ['', 'abc', 'ABCabc', 'a_c', 'a%c', 'a-c', 'a]c']
    expect(texts.filter(compilePattern(pattern))).toEqual(matching)
  })

  it.each([
    ['a!_c', ['a_c']],
    ['a!!c', ['a!c']],
    ['a[!]]c', ['a]c']],
    ['a[!]!^]c', ['a]c', 'a^c']],
    ['a[a-!c]c', ['abc']],
    ['%!%%', ['a%c']],
    ['!abc', ['abc']],
    ['abc!', []],
  ])('%j with an escape character', (pattern, matching) => {
    const texts = ['abc', 'a_c', 'a!c', 'a]c', 'a%c', 'a^c', 'abcd']
    expect(texts.filter(compilePattern(pattern, '!'))).toEqual(matching)
  })

  it.each(['[', 'a[b', '[^', '[a-', '[]', '[^]', '[!'])('%j is not known', (pattern) => {
    expect(thrownBy(() => compilePattern(pattern, '!')).message).toMatch(/bracket/)
  })

  it('ignores case in every script', () => {
    expect(compilePattern('STRASSE_ÉLAN_ΟΔΟΣ_İ')('strasse élan οδος İ')).toBe(true)
    expect(compilePattern('%[à-ö]%')('É')).toBe(true)
    expect(compilePattern('straße')('STRASSE')).toBe(false)
  })

  it('takes no exponential time', () => {
    const match = () => {
      expect(compilePattern(`${'%a'.repeat(500)}%b`)('a'.repeat(50_000))).toBe(false)
      expect(compilePattern(`${'%_a'.repeat(300)}%b`)('a'.repeat(50_000))).toBe(false)
    }
    expect(cpuTimeOf(match)).toBeLessThan(2_000)
  })
})
