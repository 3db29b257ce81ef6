import { describe, expect, it } from 'vitest'
import { getToken, openAccount, openApi, statusWith } from './client.js'

const RECORDS = '/tables/Physicians/records'

describe('the bearer token', () => {
  it.each([
    ['no header', undefined],
    ['a wrong token', 'Bearer wrong'],
    ['an empty token', 'Bearer '],
    ['Bearer undefined', 'Bearer undefined'],
    ['another scheme', 'Basic YTpi'],
  ])('%s gets 401 with a challenge', async (_, authorization) => {
    const account = await openAccount()
    await getToken(account)
    const headers: Record<string, string> = authorization ? { Authorization: authorization } : {}
    const url = `${account.url}/rest/v2${RECORDS}?q.limit=1`
    const answer = await fetch(url, { headers })
    expect(answer.status).toBe(401)
    expect(answer.headers.get('www-authenticate')).toBe('Bearer')
    expect(await answer.json()).toEqual({
      Code: 'Unauthorized',
      Message: expect.any(String),
      Resource: url,
      RequestId: answer.headers.get('x-caspio-request-id'),
    })
  })

  it('may have its scheme in lower case', async () => {
    const account = await openAccount()
    const { access_token } = await getToken(account)
    expect(await statusWith(account, access_token, 'bearer')).toBe(200)
  })
})

describe('errors', () => {
  it.each([
    ['application/xml', true],
    ['text/xml;q=0.9', true],
    ['application/xml, application/json', false],
    ['application/xml, */*;q=0.1', false],
    ['*/*', false],
    ['text/plain', false],
  ])('for Accept: %s are XML: %s', async (accept, xml) => {
    const call = await openApi(await openAccount())
    const answer = await call('/tables/A%3CB/records', { headers: { Accept: accept } })
    expect(answer.status).toBe(404)
    const body = await answer.text()
    if (xml) {
      expect(answer.headers.get('content-type')).toBe('application/xml; charset=utf-8')
      expect(body).toMatch(/^<Error [^>]+><Code>ObjectNotFound<\/Code>.*<\/Error>$/)
      expect(body).toContain('<Message>There is no table A&lt;B.</Message>')
      expect(body).toContain(`<RequestId>${answer.headers.get('x-caspio-request-id')}</RequestId>`)
    } else {
      expect(answer.headers.get('content-type')).toBe('application/json;charset=UTF-8')
      expect(JSON.parse(body)).toMatchObject({ Code: 'ObjectNotFound' })
    }
  })

  it.each([
    '/tables/Nope/records',
    '/tables/Nope',
    '/tables/Physicians/records/1',
    '/views/Nope',
    '/files/unknown',
    '/tables/%E0%A4%A/records',
    '/tables//records',
    '//records',
    '',
  ])('an unknown route %j gets 404', async (path) => {
    const call = await openApi(await openAccount())
    const answer = await call(path)
    expect(answer.status).toBe(404)
    expect(await answer.json()).toMatchObject({ Code: 'ObjectNotFound' })
  })

  it('a path outside the API gets 404, even without a token', async () => {
    const account = await openAccount()
    for (const path of [
      '/',
      '/rest/v1/tables',
      '/oauth/token/x',
      '/rest/v22/tables',
      '/x/rest/v2/tables',
      '//',
    ]) {
      const answer = await fetch(account.url + path)
      expect(answer.status).toBe(404)
      expect(answer.headers.get('x-caspio-request-id')).toBeTruthy()
    }
  })

  it.each([
    ['PUT', '/tables', 'GET, HEAD, POST'],
    ['PATCH', RECORDS, 'GET, HEAD, POST, PUT, DELETE'],
    ['DELETE', '/files', 'GET, HEAD, POST, PUT'],
    ['POST', '/files/x', 'GET, HEAD, DELETE'],
    ['OPTIONS', '/tables', 'GET, HEAD, POST'],
  ])('%s %s gets 405', async (method, path, allow) => {
    const call = await openApi(await openAccount())
    const answer = await call(path, { method })
    expect(answer.status).toBe(405)
    expect(answer.headers.get('allow')).toBe(allow)
    expect(await answer.json()).toMatchObject({ Code: 'MethodNotAllowed' })
  })

  it('a URI of 2,047 characters passes, a longer one gets 414', async () => {
    const account = await openAccount()
    const call = await openApi(account)
    const start = `${account.url}/rest/v2${RECORDS}?x=`
    const path = (length: number) => `${RECORDS}?x=${'x'.repeat(length - start.length)}`
    expect((await call(path(2_047))).status).toBe(200)
    expect((await call(path(2_048))).status).toBe(414)
    expect((await call(path(40_000))).status).toBe(414)
  })
})

describe('routes', () => {
  it('ignore case and a slash at the end', async () => {
    const account = await openAccount()
    const call = await openApi(account, '/REST/V2')
    expect((await call('/Tables/')).status).toBe(200)
    expect((await call('/tables/Physicians/Records/')).status).toBe(200)
  })

  it('answer HEAD like GET, without the body', async () => {
    const call = await openApi(await openAccount())
    const get = await call(RECORDS)
    const head = await call(RECORDS, { method: 'HEAD' })
    expect(head.status).toBe(200)
    expect(head.headers.get('content-length')).toBe(get.headers.get('content-length'))
    expect(await head.text()).toBe('')
  })
})
