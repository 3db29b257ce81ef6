import { describe, expect, it } from 'vitest'
import { counted, printText, widthOf, wrap } from '../../src/cli/text.js'

const write = () => {}

describe('widthOf', () => {
  it.each([
    ['a narrow terminal', { write, isTTY: true, columns: 40 }, 40],
    [
      'a wide terminal, whose lines would be hard to read',
      { write, isTTY: true, columns: 250 },
      100,
    ],
    ['a terminal of unknown size', { write, isTTY: true, columns: 0 }, 80],
    ['a pipe', { write }, 80],
    ['a pipe with a number of columns', { write, columns: 40 }, 80],
  ])('%s', (_, stream, width) => {
    expect(widthOf(stream)).toBe(width)
  })
})

describe('wrap', () => {
  it('fills each line up to the width', () => {
    expect(wrap('one two three four', 7)).toEqual(['one two', 'three', 'four'])
    expect(wrap('one two', 6)).toEqual(['one', 'two'])
  })

  it('keeps a word that is too long', () => {
    expect(wrap('a https://example.com b', 8)).toEqual(['a', 'https://example.com', 'b'])
    expect(wrap('https://example.com', 8)).toEqual(['https://example.com'])
  })

  it('indents all lines but the first, for which it leaves room', () => {
    expect(wrap('one two three', 9, 2)).toEqual(['one two', '  three'])
    expect(wrap('one two three', 9, 2, 4)).toEqual(['one', '  two', '  three'])
  })

  it('moves a first word that does not fit behind the prefix to the next line', () => {
    expect(wrap('three four', 8, 2, 5)).toEqual(['', '  three', '  four'])
  })

  it('is fine with an empty text', () => {
    expect(wrap('', 8)).toEqual([''])
  })
})

it('printText wraps a paragraph', () => {
  let printed = ''
  printText({ write: (text) => (printed += text), isTTY: true, columns: 7 }, 'one two three')
  expect(printed).toBe('one two\nthree\n')
})

it('counted puts a noun into the plural', () => {
  expect([0, 1, 2].map((count) => counted(count, 'call'))).toEqual(['0 calls', '1 call', '2 calls'])
})
