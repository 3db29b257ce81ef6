import { describe, expect, it } from 'vitest'
import { createTokenBroker } from '../../src/token/broker.js'
import { issueRequest } from '../support/issue-request.js'
import { rejectionOf } from '../support/outcomes.js'

const TOKEN = { access_token: 'a', token_type: 'bearer' }

describe('a token broker', () => {
  it.each([true, false])(
    'receives whether the current token must not be reused: %j',
    async (renew) => {
      const requests: object[] = []
      const requestToken = createTokenBroker(async (request) => {
        requests.push(request)
        return TOKEN
      }, 1_000)
      const { answer, grant, ...token } = await requestToken(issueRequest({ renew }))
      expect(requests).toEqual([{ renew }])
      expect(token).toMatchObject({ accessToken: 'a', lifeSeconds: Number.POSITIVE_INFINITY })
      expect([answer, grant]).toEqual([TOKEN, 'broker'])
    },
  )

  const ADVICE = "It must resolve to { access_token, token_type: 'bearer', expires_in }."

  it.each<[string, () => unknown, string, string]>([
    [
      'rejects',
      () => Promise.reject(new Error('logged out')),
      'ERR_CASPIO_TOKEN_ENDPOINT',
      'logged out',
    ],
    [
      'shows a token in its error',
      () => Promise.reject(new Error('no user in {"access_token":"0123456789abcdef"}')),
      'ERR_CASPIO_TOKEN_ENDPOINT',
      'no user in {"access_token":"[redacted]"}',
    ],
    [
      'does not answer',
      () => new Promise(() => {}),
      'ERR_CASPIO_TOKEN_ENDPOINT',
      'no answer within 5 ms',
    ],
    [
      'answers without a token',
      () => ({ token_type: 'bearer' }),
      'ERR_CASPIO_TOKEN_RESPONSE',
      'access_token is missing or is not a bearer token (RFC 6750)',
    ],
    [
      'answers with another type of token',
      () => ({ ...TOKEN, token_type: 'mac' }),
      'ERR_CASPIO_TOKEN_RESPONSE',
      'token_type is not bearer',
    ],
  ])(
    'that %s causes an error that says so, and what a broker must return',
    async (_, broker, code, reason) => {
      const requestToken = createTokenBroker(broker as never, 5)
      const failure = await rejectionOf(requestToken(issueRequest()))
      expect(failure).toMatchObject({
        code,
        message: `the token broker failed (${reason}). ${ADVICE}`,
      })
    },
  )
})
