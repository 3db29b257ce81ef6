import { describe, expect, it } from 'vitest'
import { createTokenBroker } from '../../src/token/broker.js'
import { rejectionOf } from '../support/account.js'
import { issueRequest } from '../support/issue-request.js'

const TOKEN = { access_token: 'a', token_type: 'bearer' }

describe('a token broker', () => {
  it.each([true, false])('is told whether the token at hand will not do: %j', async (renew) => {
    const asked: object[] = []
    const ask = createTokenBroker(async (request) => {
      asked.push(request)
      return TOKEN
    }, 1_000)
    const { token, answer, grant } = await ask(issueRequest({ renew }))
    expect(asked).toEqual([{ renew }])
    expect(token).toMatchObject({ accessToken: 'a', lifeSeconds: Number.POSITIVE_INFINITY })
    expect([answer, grant]).toEqual([TOKEN, 'broker'])
  })

  const ADVICE = "It must resolve to { access_token, token_type: 'bearer', expires_in }."

  it.each<[string, () => unknown, string, string]>([
    [
      'rejects',
      () => Promise.reject(new Error('logged out')),
      'ERR_CASPIO_TOKEN_ENDPOINT',
      'logged out',
    ],
    ['hangs', () => new Promise(() => {}), 'ERR_CASPIO_TOKEN_ENDPOINT', 'no answer within 5 ms'],
    [
      'has no token',
      () => ({ token_type: 'bearer' }),
      'ERR_CASPIO_TOKEN_RESPONSE',
      'access_token is missing or is not a bearer token (RFC 6750)',
    ],
    [
      'has a token of another type',
      () => ({ ...TOKEN, token_type: 'mac' }),
      'ERR_CASPIO_TOKEN_RESPONSE',
      'token_type is not bearer',
    ],
  ])('that %s is told so, and what it must do', async (_, broker, code, reason) => {
    const ask = createTokenBroker(broker as never, 5)
    const failure = await rejectionOf(ask(issueRequest()))
    expect(failure).toMatchObject({
      code,
      message: `the token broker failed (${reason}). ${ADVICE}`,
    })
  })
})
