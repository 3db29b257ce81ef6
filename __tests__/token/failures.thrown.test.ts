import { describe, expect, it } from 'vitest'
import { thrownFailure } from '../../src/token/failures.js'

function failureOf(thrown: unknown) {
  const scrub = (text: string) => text.replaceAll('sesame', '[redacted]')
  return thrownFailure(thrown, (reason) => `it failed (${reason}).`, scrub)
}

function errorWith(message: string, fields: object): Error {
  return Object.assign(new Error(message), fields)
}

describe('the reason', () => {
  it.each<[string, unknown, string]>([
    ['is its message', new Error('no route'), 'no route'],
    ['is its code, if it has no message', errorWith('', { code: 'ECONNREFUSED' }), 'ECONNREFUSED'],
    [
      'is its message and what lies beneath',
      new Error('fetch failed', { cause: new Error('bad port') }),
      'fetch failed: bad port',
    ],
    [
      'is its message and the code beneath',
      new Error('fetch failed', { cause: errorWith('', { code: 'ECONNREFUSED' }) }),
      'fetch failed: ECONNREFUSED',
    ],
    ['is said once', new Error('no route', { cause: new Error('no route') }), 'no route'],
    ['is what it was that was thrown', 'a text', 'a text'],
    ['is what it was that was thrown, though nothing', undefined, 'undefined'],
    ['is its name, if it says nothing', new TypeError(''), 'TypeError'],
    ['is one line', new Error('first\r\n\u0007second'), 'first second'],
    ['is no secret', new Error('wrong: sesame'), 'wrong: [redacted]'],
    ['is no novel', new Error('x'.repeat(400)), 'x'.repeat(300)],
  ])('%s', (_, thrown, reason) => {
    const { message, cause } = failureOf(thrown)
    expect(message).toBe(`it failed (${reason}).`)
    expect(cause?.message).toBe(reason)
  })

  it('is told even of what throws when it is looked at', () => {
    const thrown = {
      get message() {
        throw new Error('not here')
      },
    }
    const { message, cause } = failureOf(thrown)
    expect(message).toBe('it failed (the thrown value cannot be read).')
    expect(cause).toMatchObject({ code: undefined })
  })
})

describe('the code of the cause', () => {
  it.each<[string, unknown, unknown]>([
    ['is that of what was thrown', errorWith('x', { code: 'A' }), 'A'],
    [
      'is rather that of what lies beneath',
      errorWith('x', { code: 'A', cause: errorWith('y', { code: 'B' }) }),
      'B',
    ],
    [
      'is that of what was thrown, if there is none beneath',
      errorWith('x', { code: 'A', cause: new Error('y') }),
      'A',
    ],
    ['may be missing', new Error('x'), undefined],
  ])('%s', (_, thrown, code) => {
    expect(failureOf(thrown).cause).toMatchObject({ code })
  })
})

describe('another attempt', () => {
  it('may help against what was thrown', () => {
    const { code, isTemporary } = failureOf(new Error('no route'))
    expect([code, isTemporary]).toEqual(['ERR_CASPIO_TOKEN_ENDPOINT', true])
  })

  it('will not make an answer shorter that was cut off for its size', () => {
    const { code, isTemporary } = failureOf(new Error('maxContentLength size of 9 exceeded'))
    expect([code, isTemporary]).toEqual(['ERR_CASPIO_TOKEN_RESPONSE', false])
  })
})
