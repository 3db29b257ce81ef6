import { expect, it } from 'vitest'
import { parseJSON } from '../../src/lib/parse-json.js'

it('parses JSON', () => {
  expect(parseJSON('{"a":[1,null]}')).toEqual({ a: [1, null] })
})

it.each(['', '{', 'text', undefined, { parsed: true }])(
  'returns %o unchanged, because it is not JSON',
  (value) => {
    expect(parseJSON(value)).toBe(value)
  },
)
