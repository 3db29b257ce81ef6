import { describe, expect, it } from 'vitest'
import { thrownFailure } from '../../src/token/failures.js'

function failureOf(thrown: unknown) {
  const redact = (text: string) => text.replaceAll('sesame', '[redacted]')
  return thrownFailure(thrown, (reason) => `it failed (${reason}).`, redact)
}

function errorWith(message: string, fields: object): Error {
  return Object.assign(new Error(message), fields)
}

describe('the reason', () => {
  it.each<[string, unknown, string]>([
    ['is the message of the error', new Error('no route'), 'no route'],
    [
      'is the code, if the error has no message',
      errorWith('', { code: 'ECONNREFUSED' }),
      'ECONNREFUSED',
    ],
    [
      'is the message and that of the cause',
      new Error('fetch failed', { cause: new Error('bad port') }),
      'fetch failed: bad port',
    ],
    [
      'is the message and the code of the cause',
      new Error('fetch failed', { cause: errorWith('', { code: 'ECONNREFUSED' }) }),
      'fetch failed: ECONNREFUSED',
    ],
    [
      'appears once if the cause has the same message',
      new Error('no route', { cause: new Error('no route') }),
      'no route',
    ],
    ['is the thrown value, if that is a text', 'a text', 'a text'],
    ['is the thrown value, even if that is undefined', undefined, 'undefined'],
    ['is the name of the error, if it has no message and no code', new TypeError(''), 'TypeError'],
    ['is a single line', new Error('first\r\n\u0007second'), 'first second'],
    ['contains no secret', new Error('wrong: sesame'), 'wrong: [redacted]'],
    ['is cut off after 300 characters', new Error('x'.repeat(400)), 'x'.repeat(300)],
  ])('%s', (_, thrown, reason) => {
    const { message, cause } = failureOf(thrown)
    expect(message).toBe(`it failed (${reason}).`)
    expect(cause?.message).toBe(reason)
  })

  it('is given even if the thrown value cannot be read', () => {
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
    ['is the code of the thrown error', errorWith('x', { code: 'A' }), 'A'],
    [
      'is the code of its cause, if both have one',
      errorWith('x', { code: 'A', cause: errorWith('y', { code: 'B' }) }),
      'B',
    ],
    [
      'is the code of the thrown error, if its cause has none',
      errorWith('x', { code: 'A', cause: new Error('y') }),
      'A',
    ],
    ['may be missing', new Error('x'), undefined],
    ['is left out if it is an object', errorWith('x', { code: { secret: 'y' } }), undefined],
  ])('%s', (_, thrown, code) => {
    expect(failureOf(thrown).cause).toMatchObject({ code })
  })
})

describe('the failure', () => {
  it('has the code of a token endpoint that may answer the next time', () => {
    expect(failureOf(new Error('no route')).code).toBe('ERR_CASPIO_TOKEN_ENDPOINT')
  })

  it('has the code of a wrong answer if the answer was too long', () => {
    const { code } = failureOf(new Error('maxContentLength size of 9 exceeded'))
    expect(code).toBe('ERR_CASPIO_TOKEN_RESPONSE')
  })
})
