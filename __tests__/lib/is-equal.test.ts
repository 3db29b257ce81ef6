import { describe, expect, it } from 'vitest'
import { isEqual } from '../../src/lib/is-equal.js'

class Agent {
  readonly keepAlive = true
}
const agent = new Agent()

describe('isEqual', () => {
  it.each([
    ['a primitive value', 'http', 'http'],
    ['an object by what it holds', { a: { b: [1, agent] } }, { a: { b: [1, agent] } }],
    ['an object without a prototype', Object.assign(Object.create(null), { a: 1 }), { a: 1 }],
    ['an unset property', { a: undefined }, {}],
    ['nothing and an empty object', undefined, {}],
  ])('finds %s equal', (_, a, b) => {
    expect([isEqual(a, b), isEqual(b, a)]).toEqual([true, true])
  })

  it.each([
    ['other values', 'http', 'fetch'],
    ['an object with one property more', { a: 1 }, { a: 1, b: 2 }],
    ['an array of another length', [1], [1, 2]],
    ['two objects of a class', new Agent(), agent],
    ['two functions', () => {}, () => {}],
    ['a value and an object', false, {}],
    ['a polluted property', { toString: 1 }, {}],
  ])('tells %s apart', (_, a, b) => {
    expect([isEqual(a, b), isEqual(b, a)]).toEqual([false, false])
  })
})
