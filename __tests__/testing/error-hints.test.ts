import { expect, it } from 'vitest'
import { ERROR_HINTS } from '../../src/testing/error-hints.js'

it('each error of v4 has a hint of two sentences', () => {
  expect([...ERROR_HINTS.keys()]).toEqual([
    'BadRequest',
    'Conflict',
    'FieldNotFound',
    'IncorrectBodyParameter',
    'IncorrectQueryParameter',
    'InternalError',
    'IpForbidden',
    'MethodNotAllowed',
    'NotImplemented',
    'ObjectNotFound',
    'RequestTooLarge',
    'ServiceUnavailable',
    'Unauthorized',
    'UnsufficientPrivileges',
    'UriTooLong',
  ])
  const sentence = expect.stringMatching(/^[A-Z].+\.$/)
  for (const hint of ERROR_HINTS.values()) {
    expect(hint).toEqual({ Note: sentence, Remediation: sentence })
  }
})
