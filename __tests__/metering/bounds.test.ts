import { expect, it } from 'vitest'
import { boundsOf } from '../../src/metering/bounds.js'
import { callEvent, countOf, unanswered } from './support.js'

it.each([
  ['an answer', callEvent(), countOf(1)],
  ['a refusal', callEvent({ status: 401, errorCode: 'ERR_BAD_REQUEST' }), countOf(1)],
  ['an answer that is too long', unanswered('ERR_BAD_RESPONSE'), countOf(1)],
  ['one redirect too many', unanswered('ERR_FR_TOO_MANY_REDIRECTS'), countOf(1)],
  ['a reset', unanswered('ECONNRESET'), countOf(0, 1)],
  ['a timeout', unanswered('ECONNABORTED'), countOf(0, 1)],
  ['an abort', unanswered('ERR_CANCELED'), countOf(0, 1)],
  ['an unreachable network, maybe after sending', unanswered('ENETUNREACH'), countOf(0, 1)],
  ['a refused connection', unanswered('ECONNREFUSED'), countOf(0)],
  ['a host without an address', unanswered('ENOTFOUND'), countOf(0)],
  ['a name server that does not answer', unanswered('EAI_AGAIN'), countOf(0)],
])('%s', (_, event, count) => {
  expect(boundsOf(event)).toEqual(count)
})

it('an error without a code', () => {
  const { status: _, ...event } = callEvent()
  expect(boundsOf(event)).toEqual(countOf(0, 1))
})
