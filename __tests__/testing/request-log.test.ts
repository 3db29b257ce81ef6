import { describe, expect, it, vi } from 'vitest'
import { askToken, connectTo, getToken, nextRequest, openAccount, openApi } from './client.js'

describe('the token log', () => {
  it('holds the grant and the kind of authentication, but no secret', async () => {
    const account = await openAccount()
    const before = Date.now()
    const { refresh_token } = await getToken(account)
    const { clientID, clientSecret } = account.credentials
    const body = { grant_type: 'refresh_token', refresh_token, client_id: clientID }
    await askToken(account, { ...body, client_secret: clientSecret }, { headers: {} })
    await fetch(`${account.url}/oauth/token`, { headers: { Authorization: 'Bearer x' } })

    const contentType = 'application/x-www-form-urlencoded;charset=UTF-8'
    expect(account.log.token).toEqual([
      {
        at: expect.any(Number),
        method: 'POST',
        grant: 'client_credentials',
        clientAuthentication: 'basic',
        contentType,
        authorization: 'basic',
        status: 200,
        error: undefined,
      },
      {
        at: expect.any(Number),
        method: 'POST',
        grant: 'refresh_token',
        clientAuthentication: 'body',
        contentType,
        authorization: undefined,
        status: 200,
        error: undefined,
      },
      {
        at: expect.any(Number),
        method: 'GET',
        grant: undefined,
        clientAuthentication: undefined,
        contentType: undefined,
        authorization: 'bearer',
        status: 405,
        error: 'invalid_request',
      },
    ])
    const at = account.log.token[0]?.at ?? 0
    expect(at).toBeGreaterThanOrEqual(before)
    expect(at).toBeLessThanOrEqual(Date.now())
    const text = JSON.stringify(account.log.token)
    for (const secret of [clientSecret, refresh_token]) expect(text).not.toContain(secret)
    expect(account.log.api).toEqual([])
  })
})

describe('the API log', () => {
  it('holds what the account received and answered', async () => {
    const account = await openAccount()
    const call = await openApi(account)
    const body = '{"LastName":"Ünal"}'
    const answer = await call('/tables/Physicians/records?response=rows', {
      method: 'POST',
      headers: { 'X-Mine': 'Yes', 'Content-Type': 'application/json' },
      body,
    })
    await fetch(`${account.url}/nope?a=%zz`)
    expect(account.log.api).toEqual([
      {
        at: expect.any(Number),
        method: 'POST',
        path: '/rest/v2/tables/Physicians/records?response=rows',
        headers: expect.objectContaining({
          'x-mine': 'Yes',
          authorization: expect.stringMatching(/^Bearer [\w-]{340}$/),
        }),
        body: new TextEncoder().encode(body),
        status: 201,
        requestId: answer.headers.get('x-caspio-request-id'),
      },
      expect.objectContaining({ path: '/nope?a=%zz', status: 404, body: new Uint8Array() }),
    ])
  })

  it('has the order of the answers, and can be cleared', async () => {
    const account = await openAccount()
    const call = await openApi(account)
    const slow = await connectTo(account)
    const received = nextRequest()
    slow.write('POST /rest/v2/tables HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nha')
    await received
    await call('/files')
    expect(account.log.api.map((entry) => entry.path)).toEqual(['/rest/v2/files'])
    slow.write('lf')
    await vi.waitUntil(() => account.log.api.length === 2)
    const { api, token } = account.log
    expect(api.map((entry) => entry.path)).toEqual(['/rest/v2/files', '/rest/v2/tables'])
    account.log.clear()
    expect(api).toEqual([])
    expect(token).toEqual([])
    expect(account.log.api).toBe(api)
  })

  it('holds an upload that the client cut off, with status 0 and the part that arrived, and serves nothing', async () => {
    const account = await openAccount()
    account.api.fail({ times: 1 })
    const socket = await connectTo(account)
    const received = nextRequest()
    socket.write('POST /rest/v2/files HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf')
    await received
    socket.destroy()
    await vi.waitFor(() => expect(account.log.api).toHaveLength(1))
    expect(account.log.api[0]).toMatchObject({ status: 0, body: new TextEncoder().encode('half') })
    const call = await openApi(account)
    expect((await call('/tables')).status, 'the fault is not used up').toBe(503)
  })
})
