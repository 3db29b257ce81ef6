import { describe, expect, it, onTestFinished } from 'vitest'
import {
  defineHidden,
  memberOf,
  ownProperty,
  ownText,
  withoutPrototype,
} from '../../src/lib/own-properties.js'

function pollute(name: string, value: unknown): void {
  const prototype = Object.prototype as Record<string, unknown>
  prototype[name] = value
  onTestFinished(() => {
    delete prototype[name]
  })
}

describe('withoutPrototype', () => {
  it('copies the own properties and inherits nothing', () => {
    const copy = withoutPrototype({ a: 1 })
    expect({ ...copy }).toEqual({ a: 1 })
    expect(Object.getPrototypeOf(copy)).toBeNull()
  })
})

describe('ownText', () => {
  it('reads an own property that is a text, and nothing else', () => {
    expect(ownText({ a: 'text' }, 'a')).toBe('text')
    expect([ownText({ a: 7 }, 'a'), ownText({}, 'a'), ownText(null, 'a')]).toEqual(['', '', ''])
  })
})

describe('ownProperty', () => {
  it('reads an own property', () => {
    expect(ownProperty({ a: 1 }, 'a')).toBe(1)
  })

  it.each([undefined, null, 7, 'text', Symbol('s'), Object.create(null)])(
    'returns undefined for %o, which has no such property',
    (value) => {
      expect(ownProperty(value, 'a')).toBeUndefined()
    },
  )

  it('does not read what is inherited', () => {
    pollute('evil', 'from Object.prototype')
    expect(ownProperty({}, 'evil')).toBeUndefined()
    expect(ownProperty(Object.create({ a: 1 }), 'a')).toBeUndefined()
  })
})

describe('memberOf', () => {
  it('reads from the object and from its class, but not from Object.prototype', () => {
    class Stream {
      pipe() {}
    }
    pollute('evil', () => {})
    expect(memberOf(new Stream(), 'pipe')).toBe(Stream.prototype.pipe)
    expect(memberOf({ pipe: 1 }, 'pipe')).toBe(1)
    expect(memberOf(new Stream(), 'evil')).toBeUndefined()
  })
})

describe('defineHidden', () => {
  it('defines a property that does not show, and that can be changed and deleted', () => {
    const object: { secret?: string } = {}
    defineHidden(object, 'secret', 'first')
    expect([object.secret, Object.keys(object), JSON.stringify(object)]).toEqual([
      'first',
      [],
      '{}',
    ])
    object.secret = 'second'
    expect(object.secret).toBe('second')
    expect(delete object.secret).toBe(true)
  })

  it('works even if Object.prototype has a property that descriptors have, too', () => {
    const prototype = Object.prototype as Record<string, unknown>
    const object: { value?: string } = {}
    // The test runner defines properties, too: the pollution ends before it looks.
    prototype.get = () => 'evil'
    defineHidden(object, 'value', 'mine')
    delete prototype.get
    expect(object.value).toBe('mine')
  })
})
