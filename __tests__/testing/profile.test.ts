import { request } from 'node:http'
import { describe, expect, it } from 'vitest'
import {
  type CaspioAccount,
  type CaspioAccountCredentials,
  type CaspioProfileOptions,
  startCaspioAccount,
} from '../../src/testing/index.js'
import { rejectionOf, thrownBy } from '../support/outcomes.js'
import { askTokenFor, openAccount, resultOf, type Token } from './client.js'

const V3 = '/integrations/rest/v3'
const V4 = '/integrations/rest/v4'

/** Opens an account with the profile `Desk`, and calls the API with its token. */
async function openDesk(desk: CaspioProfileOptions) {
  const account = await openAccount({
    profiles: { Desk: desk },
    tables: { Orders: [{ Total: 1 }], Costs: [{ Total: 2 }] },
    views: { Open: { table: 'Orders' } },
  })
  const profile = account.profiles.Desk as NonNullable<CaspioAccount['profiles'][string]>
  const token = (await (await askTokenFor(profile.credentials)).json()) as Token
  const headers = { Authorization: `Bearer ${token.access_token}` }
  const call = (path: string, method = 'GET', body?: unknown) =>
    fetch(account.url + path, { method, headers, body: body ? JSON.stringify(body) : null })
  return { account, profile, token, call }
}

describe('profiles', () => {
  it('have their own client IDs and tokens', async () => {
    const { account, profile, token, call } = await openDesk({
      clientID: 'desk',
      clientSecret: 's',
    })
    expect(Object.keys(account.profiles)).toEqual(['Default', 'Desk'])
    expect(account.profiles.Default?.credentials).toEqual(account.credentials)
    expect(profile).toMatchObject({ name: 'Desk', state: 'enabled', ip: {} })
    expect(profile.credentials).toMatchObject({ clientID: 'desk', clientSecret: 's' })
    expect((await call(`${V3}/tables`)).status).toBe(200)

    const mixed = { ...account.credentials, clientID: 'desk' }
    expect(await (await askTokenFor(mixed)).json()).toEqual({ error: 'invalid_client' })
    const fields = { grant_type: 'refresh_token', refresh_token: token.refresh_token }
    expect(await (await askTokenFor(account.credentials, fields)).json()).toEqual({
      error: 'invalid_grant',
    })
    expect((await askTokenFor(profile.credentials, fields)).status).toBe(200)
  })

  it('share the limit of refresh tokens', async () => {
    const account = await openAccount({ maxRefreshTokens: 1, profiles: { Desk: {} } })
    await askTokenFor(account.credentials)
    await askTokenFor(account.profiles.Desk?.credentials as CaspioAccountCredentials)
    expect(account.liveRefreshTokens).toBe(1)
  })

  it('open only what they are granted', async () => {
    const permissions = { 'tables/Orders': ['read', 'update'], views: 'all' } as const
    const { call } = await openDesk({ permissions })
    expect(await resultOf(await call(`${V3}/tables`))).toEqual(['Orders'])
    expect(await resultOf(await call(`${V3}/views`))).toEqual(['Open'])
    expect((await call(`${V3}/tables/orders/records`)).status).toBe(200)
    expect((await call(`${V3}/tables/Orders/fields`)).status).toBe(200)
    expect((await call(`${V3}/views/Open/records`, 'POST', { Total: 3 })).status).toBe(201)
    const { data } = (await (await call(`${V4}/tables`)).json()) as { data: { tableId: string }[] }
    expect(data).toMatchObject([{ name: 'Orders' }])
    expect((await call(`${V4}/tables/${data[0]?.tableId}/records`)).status).toBe(200)

    for (const answer of [
      await call(`${V3}/tables/Costs/records`),
      await call(`${V3}/tables/Orders/records`, 'POST', { Total: 3 }),
      await call(`${V3}/tables/Orders/records?q.where=PK_ID=1`, 'DELETE'),
      await call(`${V3}/tables`, 'POST', {}),
      await call(`${V3}/files`),
      await call(`${V4}/tables/Costs/records`),
      await call(`/rest/v2/tables/Costs/records`),
    ]) {
      expect(answer.status).toBe(403)
      expect(await answer.json()).toMatchObject({ Code: 'UnsufficientPrivileges' })
    }
  })

  it('see only what they may read in the lists of tables and views', async () => {
    const { call } = await openDesk({ permissions: { 'tables/Orders': ['read'] } })
    expect(await resultOf(await call(`${V3}/tables`))).toEqual(['Orders'])
    expect(await resultOf(await call(`${V3}/views`))).toEqual([])
    expect(await (await call(`${V4}/views`)).json()).toMatchObject({ data: [] })
  })

  it.each([
    ['disabled', 'ProfileDisabled'],
    ['unprivileged', 'UnsufficientPrivileges'],
  ] as const)('that are %s get 400 %s, and their tokens stop working', async (state, error) => {
    const { profile, call, account } = await openDesk({})
    profile.state = state
    const refused = await askTokenFor(profile.credentials)
    expect(refused.status).toBe(400)
    expect(await refused.json()).toEqual({ error })
    expect(account.log.token.at(-1)).toMatchObject({ status: 400, error })
    expect((await call(`${V3}/tables`)).status).toBe(401)
    expect((await askTokenFor(account.credentials)).status).toBe(200)
    profile.state = 'enabled'
    expect((await call(`${V3}/tables`)).status).toBe(200)
  })

  it('refuse an IP address that their rule does not allow', async () => {
    const { profile, call } = await openDesk({ ip: { deny: ['127.0.0.9'] } })
    profile.ip = { allow: ['127.0.0.2'] }
    expect(profile.ip).toEqual({ allow: ['127.0.0.2'] })
    const refused = await askTokenFor(profile.credentials)
    expect(refused.status).toBe(403)
    expect(await refused.json()).toEqual({ error: 'IpForbidden' })
    const api = await call(`${V3}/tables`)
    expect(api.status).toBe(403)
    expect(await api.json()).toMatchObject({
      Code: 'IpForbidden',
      Message: 'The profile does not allow requests from this IP address.',
    })
    profile.ip = { deny: ['127.0.0.1'] }
    expect((await askTokenFor(profile.credentials)).status).toBe(403)
    profile.ip = {}
    expect((await askTokenFor(profile.credentials)).status).toBe(200)
  })

  it('see the address that the client really has', async () => {
    const { profile } = await openDesk({ ip: { allow: ['127.0.0.1'] } })
    profile.ip = { allow: ['127.0.0.3'] }
    const { clientID, clientSecret, tokenEndpointURL } = profile.credentials
    const status = await new Promise((resolve) => {
      const req = request(
        tokenEndpointURL,
        {
          method: 'POST',
          localAddress: '127.0.0.3',
          headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
        },
        (res) => resolve(res.resume().statusCode),
      )
      const client = { client_id: clientID, client_secret: clientSecret }
      req.end(String(new URLSearchParams({ ...client, grant_type: 'client_credentials' })))
    })
    expect(status).toBe(200)
  })

  it('may restrict the main profile, too', async () => {
    const account = await openAccount({
      clientID: 'main',
      profiles: { Default: { permissions: { files: ['read'] }, clientSecret: 'secret' } },
    })
    expect(account.credentials).toMatchObject({ clientID: 'main', clientSecret: 'secret' })
    const { access_token } = (await (await askTokenFor(account.credentials)).json()) as Token
    const headers = { Authorization: `Bearer ${access_token}` }
    expect((await fetch(`${account.url}${V3}/files`, { headers })).status).toBe(200)
    expect((await fetch(`${account.url}${V3}/tables/Physicians`, { headers })).status).toBe(403)
  })

  const RIGHTS = 'read, insert, update, delete, design'
  it.each([
    [null, 'profiles must be an object of profiles'],
    [{ A: 5 }, 'profiles.A must be an object'],
    [
      { A: { ID: 1 } },
      'profiles.A has no option ID. The options are clientID, clientSecret, permissions, ip, state.',
    ],
    [{ A: { clientID: '' } }, 'profiles.A.clientID must be a string that is not empty'],
    [{ A: { clientSecret: 5 } }, 'profiles.A.clientSecret must be a string that is not empty'],
    [{ A: { state: 'off' } }, 'state must be one of enabled, disabled, unprivileged'],
    [{ A: { ip: { allow: '127.0.0.1' } } }, 'allow and deny must be arrays of IP addresses'],
    [
      { A: { permissions: { files: ['write'] } } },
      `profiles.A.permissions['files'] must be 'all', or an array of ${RIGHTS}`,
    ],
    [
      { A: { permissions: { files: 'read' } } },
      `profiles.A.permissions['files'] must be 'all', or an array of ${RIGHTS}`,
    ],
    [{ A: { clientID: 'x' }, B: { clientID: 'x' } }, 'two profiles have the same clientID'],
  ])('cannot be %o', async (profiles, message) => {
    const error = await rejectionOf(startCaspioAccount({ profiles: profiles as never }))
    expect(error).toBeInstanceOf(TypeError)
    expect(error.message).toBe(`axios-caspio-auth/testing: ${message}`)
  })

  it('check what is set later', async () => {
    const { profile } = await openDesk({})
    expect(thrownBy(() => Object.assign(profile, { state: 5 }))).toBeInstanceOf(TypeError)
    expect(thrownBy(() => Object.assign(profile, { ip: { deny: 5 } }))).toBeInstanceOf(TypeError)
  })
})
