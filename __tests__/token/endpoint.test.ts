import { AxiosError, type InternalAxiosRequestConfig } from 'axios'
import { describe, expect, it } from 'vitest'
import type { Failure } from '../../src/contract/errors.js'
import type { CaspioAuthEvent } from '../../src/contract/events.js'
import { resolveOptions } from '../../src/contract/options.js'
import { createTokenEndpoint } from '../../src/token/endpoint.js'
import { rejectionOf } from '../support/account.js'
import { issueRequest } from '../support/issue-request.js'

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

/** Asks once, with an adapter that answers so; with the event of the attempt. */
function asking(answer: (config: InternalAxiosRequestConfig) => Answer, refreshToken?: string) {
  const events: CaspioAuthEvent[] = []
  const asked: InternalAxiosRequestConfig[] = []
  const ask = createTokenEndpoint(CREDENTIALS, resolveOptions(), (event) => events.push(event))
  const adapter = async (config: InternalAxiosRequestConfig) => {
    asked.push(config)
    const { status = 200, data } = answer(config)
    return { status, statusText: '', headers: {}, data, config }
  }
  const answered = ask(issueRequest({ refreshToken, transport: () => ({ adapter }) }))
  return { answered, events, asked }
}

function failing(error: unknown): () => never {
  return () => {
    throw error
  }
}

describe('an answer', () => {
  it.each([200, 201, 299])('with a token and the status %i is one', async (status) => {
    const { answered, events } = asking(() => ({ status, data: JSON.stringify(TOKEN) }))
    const { token, answer, grant } = await answered
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

  it('that an adapter has parsed already is one', async () => {
    expect((await asking(() => ({ data: TOKEN })).answered).answer).toBe(TOKEN)
  })

  it.each([199, 300])('with a token and the status %i is none', async (status) => {
    const { answered } = asking(() => ({ status, data: TOKEN }))
    expect((await rejectionOf(answered)).code).toBe('ERR_CASPIO_TOKEN_RESPONSE')
  })

  it('that is refused is an event with OAuth’s error, in one line and without the secret', async () => {
    const error = `invalid\n${CREDENTIALS.clientSecret}`
    const { answered, events } = asking(() => ({ status: 400, data: { error } }))
    expect((await rejectionOf(answered)).message).toContain(
      `${WORDS} answered 400 invalid [redacted], which is not a token`,
    )
    expect(events).toMatchObject([{ status: 400, errorCode: 'invalid [redacted]' }])
  })

  it('that names no error is an event without', async () => {
    const { answered, events } = asking(() => ({ status: 503, data: { error: 17 } }))
    await rejectionOf(answered)
    expect(events[0]).not.toHaveProperty('errorCode')
  })

  it('that an adapter rejects with counts as one', async () => {
    const response = { status: 400, statusText: '', headers: {}, data: { error: 'invalid_client' } }
    const error = new AxiosError('400', 'ERR_BAD_REQUEST', undefined, {}, response as never)
    const { answered, events } = asking(failing(error))
    expect((await rejectionOf(answered)).code).toBe('ERR_CASPIO_CREDENTIALS')
    expect(events).toMatchObject([{ status: 400, errorCode: 'invalid_client' }])
  })
})

describe('no answer', () => {
  it.each([
    ['its code', Object.assign(new Error('cut off'), { code: 'ECONNRESET' }), 'ECONNRESET'],
    ['its code, though it is a number', Object.assign(new Error('cut off'), { code: 7 }), '7'],
    ['a code of ours, if it has none', new Error('cut off'), 'ERR_NETWORK'],
    [
      'its code, though it began',
      new AxiosError('cut off', 'ECONNRESET', undefined, {}, { status: 200 } as never),
      'ECONNRESET',
    ],
  ])('is an event with %s', async (_, error, errorCode) => {
    const { answered, events } = asking(failing(error))
    const failure: Failure = await rejectionOf(answered)
    expect(failure.code).toBe('ERR_CASPIO_TOKEN_ENDPOINT')
    expect(failure.message).toBe(
      `${WORDS} did not answer (cut off). Check the network and tokenEndpointURL.`,
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
  it('goes with its grant, and shows in nothing that fails', async () => {
    const { answered, events, asked } = asking(({ data }) => ({ status: 500, data }), REFRESH_TOKEN)
    const failure: Failure = await rejectionOf(answered)
    expect(String(asked[0]?.data)).toMatch(/^grant_type=refresh_token&refresh_token=f{64}$/)
    expect(events).toMatchObject([{ grant: 'refresh_token', status: 500 }])
    expect(failure.answer?.data).toBe('grant_type=refresh_token&refresh_token=[redacted]')
  })

  it('that is refused is no passing fault', async () => {
    const refused = () => ({ status: 400, data: { error: 'invalid_grant' } })
    const failure = await rejectionOf(asking(refused, REFRESH_TOKEN).answered)
    expect(failure).toMatchObject({ code: 'ERR_CASPIO_CREDENTIALS', isTemporary: false })
  })
})
