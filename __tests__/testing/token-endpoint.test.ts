import { afterEach, describe, expect, it, vi } from 'vitest'
import { thrownBy } from '../support/account.js'
import {
  askToken,
  basic,
  getToken,
  openAccount,
  openApi,
  refresh,
  statusWith,
  type Token,
} from './client.js'

const DAY_MS = 86_400_000

afterEach(() => {
  vi.useRealTimers()
})

describe('client credentials', () => {
  it('get an opaque token that lives for a day', async () => {
    const account = await openAccount()
    const answer = await askToken(account)
    expect(answer.status).toBe(200)
    expect(answer.headers.get('cache-control')).toBe('no-store')
    expect(answer.headers.get('content-type')).toBe('application/json;charset=UTF-8')
    expect(answer.headers.get('x-caspio-request-id')).toMatch(/^[0-9a-f-]{36}$/)
    expect(await answer.json()).toEqual({
      access_token: expect.stringMatching(/^[\w-]{340}$/),
      token_type: 'bearer',
      expires_in: 86_399,
      refresh_token: expect.stringMatching(/^[0-9a-f]{64}$/),
    })
  })

  it('may be in the body', async () => {
    const account = await openAccount()
    const { clientID, clientSecret } = account.credentials
    const fields = { grant_type: 'client_credentials', client_id: clientID }
    const right = await askToken(
      account,
      { ...fields, client_secret: clientSecret },
      { headers: {} },
    )
    expect(right.status).toBe(200)
    const wrong = await askToken(account, { ...fields, client_secret: 'wrong' }, { headers: {} })
    expect(wrong.status).toBe(400)
    expect(await wrong.json()).toEqual({ error: 'invalid_client' })
    expect(account.log.token.map((entry) => entry.clientAuthentication)).toEqual(['body', 'body'])
  })

  it('are form-decoded in the Basic scheme', async () => {
    const account = await openAccount({ clientID: 'my id', clientSecret: 'ü:%+&' })
    const encoded = await askToken(account, undefined, {
      headers: basic('my+id', '%C3%BC%3A%25%2B%26'),
    })
    expect(encoded.status).toBe(200)
    const raw = await askToken(account, undefined, { headers: basic('my id', 'ü:%+&') })
    expect(await raw.json()).toEqual({ error: 'invalid_client' })
  })

  it.each([
    ['a wrong secret', (id: string) => basic(id, 'wrong')],
    ['a wrong id', () => basic('wrong', 'the secret')],
    ['no colon', () => ({ Authorization: `Basic ${btoa('abc')}` })],
    ['malformed base64', () => ({ Authorization: 'Basic §§§%%%' })],
    ['only a scheme', () => ({ Authorization: 'Basic' })],
    ['another scheme', () => ({ Authorization: 'Digest x' })],
    ['no authentication', () => ({})],
  ])('with %s get 400 invalid_client', async (_, headers) => {
    const account = await openAccount({ clientSecret: 'the secret' })
    const answer = await askToken(account, undefined, {
      headers: headers(account.credentials.clientID) as Record<string, string>,
    })
    expect(answer.status).toBe(400)
    expect(await answer.json()).toEqual({ error: 'invalid_client' })
  })

  it('get a new token without ending earlier ones', async () => {
    const account = await openAccount()
    const call = await openApi(account)
    await getToken(account)
    expect((await call('/tables')).status).toBe(200)
    expect(account.liveAccessTokens).toBe(2)
  })

  it('are accepted whatever the case of the path', async () => {
    const account = await openAccount()
    const { clientID, clientSecret } = account.credentials
    const answer = await fetch(`${account.url}/OAuth/Token`, {
      method: 'POST',
      headers: basic(clientID, clientSecret),
      body: new URLSearchParams({ grant_type: 'client_credentials' }),
    })
    expect(answer.status).toBe(200)
    expect(account.log.token).toHaveLength(1)
  })
})

describe('refresh tokens', () => {
  it('work once, and each renewal returns the next one', async () => {
    const account = await openAccount()
    const first = await getToken(account)
    const answer = await refresh(account, first.refresh_token)
    expect(answer.status).toBe(200)
    const second = (await answer.json()) as Token
    expect(second.access_token).not.toBe(first.access_token)
    expect(account.liveRefreshTokens).toBe(1)

    const again = await refresh(account, first.refresh_token)
    expect(again.status).toBe(400)
    expect(await again.json()).toEqual({ error: 'invalid_grant' })
    expect((await refresh(account, second.refresh_token)).status).toBe(200)
  })

  it('get invalid_grant if they are revoked or unknown', async () => {
    const account = await openAccount()
    const { refresh_token } = await getToken(account)
    expect(account.revokeRefreshTokens()).toBe(1)
    expect(account.liveRefreshTokens).toBe(0)
    for (const dead of [refresh_token, 'f'.repeat(64)]) {
      expect(await (await refresh(account, dead)).json()).toEqual({ error: 'invalid_grant' })
    }
  })

  it('need the credentials, too', async () => {
    const account = await openAccount()
    const { refresh_token } = await getToken(account)
    const fields = { grant_type: 'refresh_token', refresh_token }
    const answer = await askToken(account, fields, { headers: basic('wrong', 'wrong') })
    expect(await answer.json()).toEqual({ error: 'invalid_client' })
    expect(account.liveRefreshTokens).toBe(1)
  })

  it('are limited: past the limit the account drops the oldest one', async () => {
    const account = await openAccount({ maxRefreshTokens: 2 })
    const oldest = await getToken(account)
    const second = await getToken(account)
    expect((await askToken(account)).status).toBe(200)
    expect(account.liveRefreshTokens).toBe(2)
    expect(account.liveAccessTokens).toBe(3)

    const refused = await refresh(account, oldest.refresh_token)
    expect(refused.status).toBe(400)
    expect(await refused.json()).toEqual({ error: 'invalid_grant' })
    expect((await refresh(account, second.refresh_token)).status).toBe(200)
    expect(account.liveRefreshTokens).toBe(2)
  })

  it('may be limited to none: then no refresh token works', async () => {
    const account = await openAccount({ maxRefreshTokens: 0 })
    const { refresh_token } = await getToken(account)
    expect(account.liveRefreshTokens).toBe(0)
    expect((await refresh(account, refresh_token)).status).toBe(400)
  })

  it('are limited to 1,000 by default', async () => {
    const account = await openAccount()
    for (let i = 0; i < 20; i++) {
      await Promise.all(Array.from({ length: 50 }, () => getToken(account)))
    }
    expect(account.liveRefreshTokens).toBe(1_000)
    expect((await askToken(account)).status).toBe(200)
    expect(account.liveRefreshTokens).toBe(1_000)
  }, 60_000)

  it('expire after 60 days without use, and their chain after a year', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    const account = await openAccount()
    const start = Date.now()
    const unused = await getToken(account)
    let { refresh_token } = unused
    for (let day = 59; day < 365; day += 59) {
      vi.setSystemTime(start + day * DAY_MS)
      const answer = await refresh(account, refresh_token)
      expect(answer.status).toBe(200)
      refresh_token = ((await answer.json()) as Token).refresh_token
    }
    vi.setSystemTime(start + 365 * DAY_MS)
    expect(account.liveRefreshTokens).toBe(0)
    expect((await refresh(account, refresh_token)).status).toBe(400)

    const fresh = await getToken(account)
    vi.setSystemTime(start + (365 + 60) * DAY_MS)
    expect((await refresh(account, fresh.refresh_token)).status).toBe(400)
  })
})

describe('a malformed token request', () => {
  it.each([
    [{}, 'unsupported_grant_type'],
    [{ grant_type: 'password' }, 'unsupported_grant_type'],
    [{ grant_type: 'refresh_token' }, 'invalid_request'],
  ])('with the fields %o gets %s', async (fields, error) => {
    const account = await openAccount()
    const answer = await askToken(account, fields as Record<string, string>)
    expect(answer.status).toBe(400)
    expect(await answer.json()).toMatchObject({ error })
    expect(account.log.token).toMatchObject([{ status: 400, error }])
  })

  it('with a body that is not a form gets invalid_request', async () => {
    const account = await openAccount()
    const answer = await askToken(account, undefined, {
      headers: { 'Content-Type': 'application/json' },
      body: '{"grant_type":"client_credentials"}',
    })
    expect(answer.status).toBe(400)
    expect(await answer.json()).toMatchObject({ error: 'invalid_request' })
  })

  it('with malformed percent-encoding gets invalid_client', async () => {
    const account = await openAccount()
    const { clientID } = account.credentials
    const answer = await askToken(account, undefined, {
      headers: {
        ...basic(clientID, '%E0%A4%A'),
        'Content-Type': 'application/x-www-form-urlencoded',
      },
      body: 'grant_type=%E0%A4%A&%%%&=',
    })
    expect(await answer.json()).toEqual({ error: 'invalid_client' })
  })

  it.each(['GET', 'HEAD', 'PUT', 'DELETE'])('sent by %s gets 405', async (method) => {
    const account = await openAccount()
    const answer = await fetch(`${account.url}/oauth/token`, { method })
    expect(answer.status).toBe(405)
    expect(answer.headers.get('allow')).toBe('POST')
    expect(answer.headers.get('x-caspio-request-id')).toBeTruthy()
  })
})

describe('the life of an access token', () => {
  it('ends after tokenLife seconds', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    const account = await openAccount({ tokenLife: 60 })
    const call = await openApi(account)
    vi.setSystemTime(Date.now() + 59_999)
    expect((await call('/tables')).status).toBe(200)
    vi.setSystemTime(Date.now() + 1)
    expect((await call('/tables')).status).toBe(401)
    expect(account.liveAccessTokens).toBe(0)
  })

  it('may be a fraction of a second, which expires_in rounds to 1', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    const account = await openAccount({ tokenLife: 0.25 })
    const token = await getToken(account)
    expect(token.expires_in).toBe(1)
    vi.setSystemTime(Date.now() + 249)
    expect(await statusWith(account, token.access_token)).toBe(200)
    vi.setSystemTime(Date.now() + 1)
    expect(await statusWith(account, token.access_token)).toBe(401)
  })

  it('can be changed for the tokens issued from then on', async () => {
    const account = await openAccount()
    const call = await openApi(account)
    account.tokenLife = 0
    const { access_token } = await getToken(account)
    expect(await statusWith(account, access_token)).toBe(401)
    expect((await call('/tables')).status).toBe(200)
    account.tokenLife = 7.9
    expect((await getToken(account)).expires_in).toBe(7)
    const set = () => {
      account.tokenLife = Number.NaN
    }
    expect(thrownBy(set)).toBeInstanceOf(TypeError)
  })
})

describe('revoking', () => {
  it('ends one access token, or all of them', async () => {
    const account = await openAccount()
    const tokens = await Promise.all([1, 2, 3].map(() => getToken(account)))
    const [first, second, third] = tokens.map((token) => token.access_token) as [
      string,
      string,
      string,
    ]
    expect(account.revoke(first)).toBe(1)
    expect(account.revoke(first)).toBe(0)
    expect(account.revoke('unknown')).toBe(0)
    expect(await statusWith(account, first)).toBe(401)
    expect(await statusWith(account, second)).toBe(200)
    expect(account.revoke()).toBe(2)
    expect(account.revoke()).toBe(0)
    expect(await statusWith(account, second)).toBe(401)
    expect(await statusWith(account, third)).toBe(401)
    expect(account.liveRefreshTokens).toBe(3)
  })
})

describe('rotating the secret', () => {
  it('refuses the old secret, shows the new one and keeps the tokens', async () => {
    const account = await openAccount()
    const call = await openApi(account)
    const old = account.credentials
    account.rotateSecret()
    expect(account.credentials).toMatchObject({ clientID: old.clientID })
    expect(account.credentials.clientSecret).not.toBe(old.clientSecret)
    const headers = basic(old.clientID, old.clientSecret)
    const refused = await askToken(account, undefined, { headers })
    expect(await refused.json()).toEqual({ error: 'invalid_client' })
    expect((await askToken(account)).status).toBe(200)
    expect((await call('/tables')).status).toBe(200)
  })
})
