import { describe, expect, it } from 'vitest'
import { keysWhere, problemOf } from './tables.js'

describe('a malformed condition is refused with its place', () => {
  it.each([
    ['', 'at its end: a field or a value is expected here.'],
    ['Rep', 'at its end: a comparison is expected here, such as =1.'],
    ['IsActive AND 1=1', 'at position 10, near "AND 1=1": a comparison is expected here'],
    ['1=1 OR Rep', 'at its end: a comparison is expected here'],
    ['NOT Rep', 'at its end: a comparison is expected here'],
    ['NOT NOT Rep OR 1=1', 'at position 13, near "OR 1=1": a comparison is expected here'],
    ['(Rep) AND 1=1', 'at position 7, near "AND 1=1": a comparison is expected here'],
    ['Rep=', 'at its end: a field or a value is expected here.'],
    ["Rep='A", 'at position 5, near "\'A": the closing \' is missing.'],
    ['[Rep=1', 'at position 1, near "[Rep=1": the closing ] is missing.'],
    ["(Rep='A'", 'at its end: ) is expected here.'],
    ["Rep='A')", 'at position 8, near ")": this is not expected here.'],
    ["Rep='A' Rep='B'", 'at position 9, near "Rep=\'B\'": this is not expected here'],
    [
      "Rep='A'; DROP TABLE x",
      'at position 8, near "; DROP TABLE x": the stand-in account does not support this character.',
    ],
    [
      "Rep='A' -- x",
      'near "-- x": this is not expected here. The stand-in account does not support arithmetic.',
    ],
    ['Total=3x', 'at position 8, near "x": this is not expected here.'],
    [
      'Total+1=2',
      'near "+1=2": a comparison is expected here, such as =1. The stand-in account does not support arithmetic.',
    ],
    ['Total=-Total', 'near "Total": a number is expected after the sign.'],
    ['Orders.Total=1', 'at position 7, near ".Total=1": a comparison is expected here'],
    ["Rep IS 'A'", 'near "\'A\'": NULL is expected here.'],
    ["Rep NOT 'A'", 'near "\'A\'": LIKE, IN or BETWEEN is expected here.'],
    ['PK_ID IN ()', 'near ")": a field or a value is expected here.'],
    ['PK_ID IN 1', 'near "1": ( is expected here.'],
    ['PK_ID IN (1 2)', 'near "2)": ) is expected here.'],
    [
      'PK_ID IN (SELECT 1)',
      'near "SELECT 1)": a field or a value is expected here. SELECT is a reserved word: as a name, write [SELECT].',
    ],
    ['PK_ID BETWEEN 1 OR 2', 'near "OR 2": AND is expected here.'],
    ['PK_ID=(1=1)', 'near "(1=1)": a value is expected here, not a condition.'],
    ['(1=1)=(1=1)', 'at position 6, near "=(1=1)": this is not expected here.'],
    [
      'LEN(Rep)=3',
      'near "LEN(Rep)=3": the stand-in account does not support the function LEN here.',
    ],
    ['Order=1', 'Order is a reserved word: as a name, write [Order].'],
    [
      "Rep='a very long text that does not end here, and goes on",
      'near "\'a very long text that does not end here…"',
    ],
    ["Rep '=' 'Ann'", "near \"'=' 'Ann'\": a comparison is expected here"],
    ["1=1 'AND' 1=1", 'near "\'AND\' 1=1": this is not expected here'],
    ["PK_ID IN '(' 1)", 'near "\'(\' 1)": ( is expected here.'],
    ['Rep=‘Ann’', 'near "‘Ann’": the stand-in account does not support this character.'],
  ])('%j', (where, message) => {
    expect(problemOf(() => keysWhere(where))).toContain(message)
  })
})

describe('the error gives no advice that does not fit', () => {
  it.each([
    ['PK_ID IN ()', 'position 11, near ")": a field or a value is expected here.'],
    ["1=1 'a-'", 'position 5, near "\'a-\'": this is not expected here.'],
    ["1=1 '-a'", 'position 5, near "\'-a\'": this is not expected here.'],
    [
      `1=1 '${'a'.repeat(38)}'`,
      `position 5, near "'${'a'.repeat(38)}'": this is not expected here.`,
    ],
  ])('%s', (where, message) => {
    expect(problemOf(() => keysWhere(where))).toBe(`q.where is wrong at ${message}`)
  })
})

describe('a large condition', () => {
  it('may be long', () => {
    const terms = Array.from({ length: 10_000 }, (_, index) => `PK_ID=${index + 3}`)
    expect(keysWhere(terms.join(' OR '))).toEqual([3, 4, 5, 6])
    expect(keysWhere(`PK_ID IN (${terms.map((_, index) => index + 5).join(',')})`)).toEqual([5, 6])
    expect(keysWhere(`${'NOT '.repeat(10_000)}PK_ID=1`)).toEqual([1])
  }, 60_000)

  it('may be nested, but not too deep for the stack', () => {
    const nested = (depth: number) => `${'('.repeat(depth)}PK_ID=1${')'.repeat(depth)}`
    expect(keysWhere(nested(500))).toEqual([1])
    expect(keysWhere(Array(501).fill('(PK_ID=1)').join(' AND '))).toEqual([1])
    expect(keysWhere(`${'(1=0 OR NOT '.repeat(500)}1=0${')'.repeat(500)}`)).toHaveLength(0)
    expect(problemOf(() => keysWhere(nested(501)))).toContain('more than 500 nested parentheses')
    expect(problemOf(() => keysWhere('('.repeat(100_000)))).toContain('position 501, near "(((')
  })
})
