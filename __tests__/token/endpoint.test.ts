import { AxiosError, type InternalAxiosRequestConfig } from 'axios'
import { describe, expect, it } from 'vitest'
import { CaspioAuthError, type Failure } from '../../src/contract/errors.js'
import type { CaspioAuthEvent } from '../../src/contract/events.js'
import { resolveOptions } from '../../src/contract/options.js'
import type { CaspioAuthOptions } from '../../src/contract/types.js'
import { createTokenEndpoint } from '../../src/token/endpoint.js'
import { issueRequest } from '../support/issue-request.js'
import { rejectionOf } from '../support/outcomes.js'

const CREDENTIALS = {
  clientID: 'b5a1e9c2',
  clientSecret: 'S3cr/t+of "Örsted"',
  tokenEndpointURL: 'https://a1bcd234.caspio.com/oauth/token?tenant=7#here',
}
const REFRESH_TOKEN = 'f'.repeat(64)
const TOKEN = { access_token: 'a', token_type: 'bearer', expires_in: 60 }
const WORDS = 'the token endpoint https://a1bcd234.caspio.com/oauth/token'

interface Answer {
  readonly status?: number
  readonly data?: unknown
}

/** Sends one token request through an adapter that answers like this; collects events and configs. */
function sendTokenRequest(
  answer: (config: InternalAxiosRequestConfig) => Answer,
  refreshToken?: string,
  options?: CaspioAuthOptions,
  credentials = CREDENTIALS,
) {
  const events: CaspioAuthEvent[] = []
  const configs: InternalAxiosRequestConfig[] = []
  const requestToken = createTokenEndpoint(credentials, resolveOptions(options), (event) =>
    events.push(event),
  )
  const adapter = async (config: InternalAxiosRequestConfig) => {
    configs.push(config)
    const { status = 200, data } = answer(config)
    return { status, statusText: '', headers: {}, data, config }
  }
  const answered = requestToken(
    issueRequest({ refreshToken, transport: { defaults: { adapter } } }),
  )
  return { answered, events, configs }
}

function throwing(error: unknown): () => never {
  return () => {
    throw error
  }
}

describe('an answer', () => {
  it.each([200, 201, 299])('with a token and the status %i is accepted', async (status) => {
    const { answered, events } = sendTokenRequest(() => ({ status, data: JSON.stringify(TOKEN) }))
    const { answer, grant, ...token } = await answered
    expect(token).toMatchObject({ accessToken: 'a', tokenType: 'bearer', lifeSeconds: 60 })
    expect([answer, grant]).toEqual([TOKEN, 'client_credentials'])
    expect(events).toEqual([
      {
        type: 'token-request',
        grant: 'client_credentials',
        status,
        duration: expect.any(Number),
      },
    ])
  })

  it('is accepted if the adapter has already parsed it', async () => {
    expect((await sendTokenRequest(() => ({ data: TOKEN })).answered).answer).toBe(TOKEN)
  })

  it.each([199, 300])('with a token and the status %i is refused', async (status) => {
    const { answered } = sendTokenRequest(() => ({ status, data: TOKEN }))
    expect((await rejectionOf(answered)).code).toBe('ERR_CASPIO_TOKEN_RESPONSE')
  })

  it('with an OAuth error emits an event with that error, in one line and without the secret', async () => {
    const error = `invalid\n${CREDENTIALS.clientSecret}`
    const { answered, events } = sendTokenRequest(() => ({ status: 400, data: { error } }))
    expect((await rejectionOf(answered)).message).toContain(
      `${WORDS} answered 400 invalid [redacted] instead of a token`,
    )
    expect(events).toMatchObject([{ status: 400, errorCode: 'invalid [redacted]' }])
  })

  it('without an OAuth error emits an event without an errorCode', async () => {
    const { answered, events } = sendTokenRequest(() => ({ status: 503, data: { error: 17 } }))
    await rejectionOf(answered)
    expect(events[0]).not.toHaveProperty('errorCode')
  })

  it('is read even if the adapter rejects with it', async () => {
    const response = { status: 400, statusText: '', headers: {}, data: { error: 'invalid_client' } }
    const error = new AxiosError('400', 'ERR_BAD_REQUEST', undefined, {}, response as never)
    const { answered, events } = sendTokenRequest(throwing(error))
    expect((await rejectionOf(answered)).code).toBe('ERR_CASPIO_CREDENTIALS')
    expect(events).toMatchObject([{ status: 400, errorCode: 'invalid_client' }])
  })
})

describe('a refused client', () => {
  const HINT = /their special characters may be the problem: try clientAuthentication: 'body'\.$/
  const plain = { ...CREDENTIALS, clientSecret: '7d2f' }
  const refuse = async (...more: [CaspioAuthOptions?, typeof CREDENTIALS?]) =>
    (await rejectionOf(sendTokenRequest(() => ({ status: 401 }), undefined, ...more).answered))
      .message

  it('is told of clientAuthentication, if HTTP Basic encoded its ID or secret', async () => {
    expect(await refuse()).toMatch(HINT)
    expect(await refuse({}, { ...plain, clientID: 'a:b' })).toMatch(HINT)
    expect(await refuse({}, plain)).toMatch(/ > \(profile\)\.$/)
    expect(await refuse({ clientAuthentication: 'body' })).toMatch(/ > \(profile\)\.$/)
  })
})

describe('a missing answer', () => {
  it.each([
    [
      'the code of the error',
      Object.assign(new Error('cut off'), { code: 'ECONNRESET' }),
      'ECONNRESET',
    ],
    [
      'the code of the error, even if that is a number',
      Object.assign(new Error('cut off'), { code: 7 }),
      '7',
    ],
    ['ERR_NETWORK, if the error has no code', new Error('cut off'), 'ERR_NETWORK'],
    [
      'the code of the error, without the secret',
      Object.assign(new Error('cut off'), { code: `no ${CREDENTIALS.clientSecret}` }),
      'no [redacted]',
    ],
    [
      'the code of the error, even if the answer had begun',
      new AxiosError('cut off', 'ECONNRESET', undefined, {}, { status: 200 } as never),
      'ECONNRESET',
    ],
  ])('emits an event with %s', async (_, error, errorCode) => {
    const { answered, events } = sendTokenRequest(throwing(error))
    const failure: Failure = await rejectionOf(answered)
    expect(failure.code).toBe('ERR_CASPIO_TOKEN_ENDPOINT')
    expect(failure.message).toBe(
      `${WORDS} did not answer (cut off). Check the network and tokenEndpointURL. Set any proxy or agent on the instance, not on a single request.`,
    )
    expect(events).toEqual([
      {
        type: 'token-request',
        grant: 'client_credentials',
        errorCode,
        duration: expect.any(Number),
      },
    ])
  })
})

describe('a refresh token', () => {
  it('is sent with its grant, and does not appear in a failure', async () => {
    const { answered, events, configs } = sendTokenRequest(
      ({ data }) => ({ status: 500, data }),
      REFRESH_TOKEN,
    )
    const { response } = new CaspioAuthError(await rejectionOf(answered))
    expect(String(configs[0]?.data)).toMatch(/^grant_type=refresh_token&refresh_token=f{64}$/)
    expect(events).toMatchObject([{ grant: 'refresh_token', status: 500 }])
    expect(response?.data).toBe('grant_type=refresh_token&refresh_token=[redacted]')
  })

  it('that is refused counts as a refused client', async () => {
    const refused = () => ({ status: 400, data: { error: 'invalid_grant' } })
    const failure = await rejectionOf(sendTokenRequest(refused, REFRESH_TOKEN).answered)
    expect(failure).toMatchObject({ code: 'ERR_CASPIO_CREDENTIALS' })
  })
})
