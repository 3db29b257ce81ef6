import { describe, expect, it } from 'vitest'
import { commonKind, convert, kindOfType } from '../../../src/testing/query/kinds.js'

describe('the kind of a field', () => {
  it.each([
    ['STRING', 'text'],
    ['Text', 'text'],
    ['GUID', 'text'],
    ['RANDOM ID', 'text'],
    ['PREFIXED AUTONUMBER', 'text'],
    ['FILE', 'text'],
    ['YES/NO', 'yesNo'],
    ['AUTONUMBER', 'integer'],
    ['INTEGER', 'integer'],
    ['CURRENCY', 'decimal'],
    ['NUMBER', 'float'],
    ['DATE/TIME', 'date'],
    ['TIMESTAMP', 'date'],
    ['LIST-STRING', undefined],
    ['', undefined],
  ])('%s is %s', (type, kind) => {
    expect(kindOfType(type)).toBe(kind)
  })
})

describe('two kinds compare as', () => {
  it.each([
    ['text', 'yesNo', 'yesNo'],
    ['integer', 'yesNo', 'integer'],
    ['integer', 'float', 'float'],
    ['decimal', 'float', 'float'],
    ['decimal', 'integer', 'decimal'],
    ['text', 'date', 'date'],
    ['date', 'date', 'date'],
    ['float', 'date', undefined],
    ['text', 'text', 'text'],
  ] as const)('%s and %s: %s', (a, b, kind) => {
    expect(commonKind(a, b)).toBe(kind)
    expect(commonKind(b, a)).toBe(kind)
  })
})

describe('a value becomes', () => {
  it.each([
    ['-12', 'integer', -12],
    ['+3', 'integer', 3],
    [' 12 ', 'integer', 12],
    ['', 'integer', 0],
    ['1.0', 'integer', undefined],
    ['0x12', 'integer', undefined],
    ['1e2', 'integer', undefined],
    ['12', 'decimal', 12],
    ['-12.50', 'decimal', -12.5],
    ['+1.', 'decimal', 1],
    ['.25', 'decimal', 0.25],
    ['', 'decimal', undefined],
    ['1e2', 'decimal', undefined],
    ['0x12', 'decimal', undefined],
    ['12', 'float', 12],
    ['-12.75', 'float', -12.75],
    ['.25', 'float', 0.25],
    ['1e12', 'float', 1e12],
    ['1.5E-3', 'float', 0.0015],
    ['1e+2', 'float', 100],
    ['', 'float', 0],
    ['1e999', 'float', undefined],
    ['0x12', 'float', undefined],
    [' TRUE ', 'yesNo', 1],
    ['false', 'yesNo', 0],
    [' 7', 'yesNo', 1],
    ['', 'yesNo', 0],
    ['yes', 'yesNo', undefined],
    [2, 'yesNo', 1],
    [0, 'yesNo', 0],
    [0.5, 'integer', 0.5],
    [0.5, 'text', '0.5'],
    [5, 'date', undefined],
    [true, 'text', '1'],
    ['a', 'text', 'a'],
    ['1970-01-01', 'date', 0],
    [['x'], 'text', undefined],
  ] as const)('%j as %s: %j', (value, kind, expected) => {
    expect(convert(value, kind)).toBe(expected)
  })
})
