import { describe, expect, it } from 'vitest'
import { CaspioAuthError, type Failure } from '../../src/contract/errors.js'
import { createRedact } from '../../src/lib/redact.js'
import { answerFailure } from '../../src/token/failures.js'

interface Answer {
  readonly status: number
  readonly body?: unknown
  readonly statusText?: string
  readonly headers?: Record<string, string>
  readonly fault?: string
}

/** The failure for an answer of the token endpoint; the client secret is "sesame". */
function failureOf({ body, fault, ...response }: Answer): Failure {
  return answerFailure({ headers: {}, ...response } as never, {
    body,
    fault,
    endpoint: 'the token endpoint',
    redact: createRedact(['sesame']),
    hint: '',
  })
}

/** The data that callers see. */
function dataOf(answer: Answer): unknown {
  return new CaspioAuthError(failureOf(answer)).response?.data
}

const PLACE = 'in your Caspio account, under Access permissions > Web services profiles > (profile)'

describe('the message says what the endpoint answered, why that failed, and what to do', () => {
  it.each<[Answer, string]>([
    [{ status: 503 }, ' 503: it has a problem.'],
    [{ status: 429 }, ' 429: it received too many calls.'],
    [
      { status: 407 },
      " 407: a proxy refused the request. Check the proxy's user name and password.",
    ],
    [
      { status: 400, body: { error: 'invalid_client', error_description: 'Who is that?' } },
      ` 400 invalid_client Who is that?: it refused the client. Check clientID and clientSecret. Find them ${PLACE}.`,
    ],
    [{ status: 403 }, ` 403: it refused the profile. Check the IP list of the profile, ${PLACE}.`],
    [
      { status: 400, body: { Code: 'ProfileDisabled' } },
      ` 400: it refused the profile. Check the state and permissions of the profile, ${PLACE}.`,
    ],
    [{ status: 404 }, ` 404 instead of a token. Check tokenEndpointURL. Find it ${PLACE}.`],
    [
      { status: 400, body: { error: 'invalid_request', error_description: 17 } },
      ` 400 invalid_request instead of a token. Check tokenEndpointURL. Find it ${PLACE}.`,
    ],
    [
      { status: 302 },
      ` 302, a redirect. The plugin does not follow it, because the secret would go to another server. Check tokenEndpointURL. Find it ${PLACE}.`,
    ],
    [
      { status: 0 },
      ` 0, a redirect. The plugin does not follow it, because the secret would go to another server. Check tokenEndpointURL. Find it ${PLACE}.`,
    ],
    [
      { status: 200, fault: 'token_type is not bearer' },
      ` 200, but the body is not a token: token_type is not bearer. Check tokenEndpointURL. Find it ${PLACE}.`,
    ],
  ])('%o', (answer, message) => {
    expect(failureOf(answer).message).toBe(`the token endpoint answered${message}`)
  })
})

describe('ERR_CASPIO_TOKEN_ENDPOINT', () => {
  it.each([
    { status: 407 },
    { status: 429 },
    { status: 500 },
    { status: 400, body: { Code: 'api-calls-rate-exceeded' } },
  ])('means that it may answer better the next time: %o', (answer) => {
    expect(failureOf(answer).code).toBe('ERR_CASPIO_TOKEN_ENDPOINT')
  })

  it('names an answer whose status text is not a text', () => {
    const failure = failureOf({ status: 503, statusText: 503 as never })
    expect(failure.message).toMatch(/answered 503/)
  })

  it('is a fault of the transport if a proxy may have answered', () => {
    const faults = [400, 401, 403, 404, 407, 429, 500, 502, 503, 504].filter(
      (status) => failureOf({ status }).isTransportFault,
    )
    expect(faults).toEqual([403, 407, 500, 502, 503, 504])
  })

  it.each([
    { status: 499 },
    { status: 404, body: { Code: 'api-calls-rate-exceeded' } },
    { status: 400, body: { Code: 'another' } },
  ])('is not the code for other answers: %o', (answer) => {
    expect(failureOf(answer).code).toBe('ERR_CASPIO_TOKEN_RESPONSE')
  })
})

describe('ERR_CASPIO_CREDENTIALS', () => {
  it.each([
    { status: 401 },
    { status: 403 },
    { status: 400, body: { error: 'invalid_client' } },
    { status: 400, body: { error: 'unauthorized_client' } },
    { status: 400, body: { error: 'access_denied' } },
    { status: 400, body: { error: 'invalid_grant' } },
  ])('means that the client was refused: %o', (answer) => {
    expect(failureOf(answer).code).toBe('ERR_CASPIO_CREDENTIALS')
  })

  it.each([
    'invalid_client_metadata',
    'not_an_invalid_client',
    'access_denied_by_policy',
    'no_access_denied',
  ])('is not the code for the error %s', (error) => {
    expect(failureOf({ status: 400, body: { error } }).code).toBe('ERR_CASPIO_TOKEN_RESPONSE')
  })
})

it.each([401, 403, 404, 407, 429, 503])('a Retry-After is read from an answer %i', (status) => {
  expect(failureOf({ status, headers: { 'retry-after': '7' } }).retryAfterMs).toBe(7_000)
})

describe('the answer in the error', () => {
  it('keeps its status, headers and data, with the types of their values', () => {
    const body = { error: 'invalid_request', code: 17, retry: false, more: [null, 1.5] }
    const headers = { 'x-caspio-request-id': 'a-b-c' }
    const failure = failureOf({ status: 400, statusText: 'Bad Request', headers, body })
    const { response, requestId } = new CaspioAuthError(failure)
    expect(response).toMatchObject({ status: 400, statusText: 'Bad Request', headers })
    expect(response?.data).toEqual(body)
    expect(requestId).toBe('a-b-c')
  })

  it('has an empty request ID and status text if the endpoint sent none', () => {
    const { answer, requestId } = failureOf({ status: 503 })
    expect([answer?.statusText, requestId]).toEqual(['', ''])
  })

  it('does not contain the secret anywhere', () => {
    const headers = { 'x-echo': 'sesame', 'x-caspio-request-id': 'sesame' }
    const body = { error: 'sesame', sesame: ['sesame'] }
    const failure = failureOf({ status: 404, statusText: 'sesame', headers, body })
    expect(JSON.stringify(failure)).not.toContain('sesame')
  })

  it('has each token in a text redacted, but not the rest', () => {
    const body = `{"access_token":"${'t'.repeat(340)}","token_ty`
    expect(dataOf({ status: 503, body })).toBe('{"access_token":"[redacted]","token_ty')
  })

  it('has the token fields of an object removed, but not fields with similar names', () => {
    const alike = { invalid_refresh_token: true, refresh_token_expires_in: 60 }
    const body = { access_token: 'a', refresh_token: 'b', inner: [{ access_token: 'c' }], ...alike }
    expect(dataOf({ status: 503, body })).toEqual({ ...alike, inner: [{}] })
  })

  it('has no data if the body is nested too deeply', () => {
    const nested = (levels: number) => JSON.parse('['.repeat(levels) + ']'.repeat(levels))
    expect(dataOf({ status: 503, body: nested(100) })).toEqual(nested(100))
    expect(dataOf({ status: 503, body: nested(100_000) })).toBeUndefined()
  })
})
