import { describe, expect, it } from 'vitest'
import type { CaspioFault } from '../../src/testing/index.js'
import { rejectionOf, thrownBy } from '../support/outcomes.js'
import { askToken, basic, openAccount, openApi, resultOf } from './client.js'

const RECORDS = '/tables/Physicians/records'
const FORM = 'application/x-www-form-urlencoded'

describe('the sample data', () => {
  it.each([
    ['Physicians', 12, 7],
    ['Appointments', 8, 6],
  ])('%s has %i rows and no empty text', async (table, rows, fields) => {
    const call = await openApi(await openAccount())
    const result = await resultOf(await call(`/tables/${table}/records`))
    expect(result).toHaveLength(rows)
    for (const row of result) {
      const values = Object.values(row)
      expect(values).toHaveLength(fields)
      expect(values.filter((value) => value === '')).toEqual([])
    }
  })

  it('says which physicians accept new patients', async () => {
    const call = await openApi(await openAccount())
    const accepts = `${RECORDS}?q.where=AcceptsNewPatients=1&q.select=FirstName`
    expect((await resultOf(await call(accepts))).map(({ FirstName }) => FirstName)).toEqual([
      'Amara',
      'Benedikt',
      'Dara',
      'Elif',
      'Farid',
      'Ines',
      'Jonah',
      'Luis',
    ])
  })
})

describe('the API words its errors as Caspio does', () => {
  it.each<[number, string, string]>([
    [400, 'BadRequest', 'The request cannot be served.'],
    [401, 'Unauthorized', 'The access token is missing, unknown, expired or revoked.'],
    [403, 'UnsufficientPrivileges', 'Not enough privileges to perform requested operation.'],
    [404, 'ObjectNotFound', 'Requested object not found.'],
    [405, 'MethodNotAllowed', 'The resource does not support this HTTP method.'],
    [413, 'RequestTooLarge', 'The request body is larger than 50 MB.'],
    [414, 'UriTooLong', 'The request URI is longer than 2047 characters.'],
    [418, 'Error', 'Status 418.'],
    [429, 'TooManyRequests', 'You have exceeded your API call rate limits (api-calls-rate).'],
    [500, 'InternalError', 'Internal error.'],
    [503, 'ServiceUnavailable', 'The service is temporarily unavailable.'],
  ])('%i', async (status, Code, Message) => {
    const account = await openAccount()
    const call = await openApi(account)
    account.api.fail({ status })
    const answer = await call(RECORDS)
    expect(await answer.json()).toMatchObject({ Code, Message })
    expect(answer.headers.get('www-authenticate')).toBe(status === 401 ? 'Bearer' : null)
  })

  it.each<[string, RequestInit, string]>([
    [`${RECORDS}?q.nonsense=1`, {}, 'The stand-in account does not support q.nonsense here.'],
    [
      `${RECORDS}?q.where=`,
      {},
      'q.where is wrong at its end: a field or a value is expected here.',
    ],
    [
      `${RECORDS}?q.where=1=1 AND Shoe=3`,
      {},
      'q.where is wrong at position 9, near "Shoe=3": there is no field Shoe.',
    ],
    [
      `${RECORDS}?q.orderBy=City,Shoe`,
      {},
      'q.orderBy is wrong at position 6, near "Shoe": there is no field Shoe.',
    ],
    [
      `${RECORDS}?q.orderBy=`,
      {},
      'q.orderBy is wrong at its end: the name of a field is expected here.',
    ],
    [
      `${RECORDS}?q.select=City,`,
      {},
      'q.select is wrong at its end: the name of a field is expected here.',
    ],
    [`${RECORDS}?q.limit=0`, {}, 'q.limit must be an integer from 1 to 1000, got: 0'],
    [RECORDS, { method: 'DELETE' }, 'q.where is required, for instance q.where=PK_ID=1.'],
    [RECORDS, { method: 'POST', body: 'x' }, 'The body is not JSON.'],
    [RECORDS, { method: 'POST', body: '[]' }, 'The body must be a JSON object.'],
    [RECORDS, { method: 'POST', body: '{"PK_ID":1}' }, 'PK_ID cannot be written.'],
    [RECORDS, { method: 'POST', body: '{"Shoe":1}' }, "The table has no field 'Shoe'."],
    [`${RECORDS}?q.where=PK_ID=1`, { method: 'PUT', body: '{}' }, 'The body names no field.'],
  ])('%s %o', async (path, init, message) => {
    const call = await openApi(await openAccount())
    const answer = await call(path, init)
    expect(answer.status).toBe(400)
    expect(((await answer.json()) as { Message: string }).Message).toBe(message)
  })

  it('as escaped XML', async () => {
    const call = await openApi(await openAccount())
    const answer = await call(`${RECORDS}?q.select=<a>%26"%00`, { headers: { Accept: 'text/xml' } })
    expect(await answer.text()).toContain(
      '<Message>q.select is wrong at position 4, near &quot;&amp;&quot; &quot;: the stand-in account does not support this character.</Message>',
    )
  })
})

describe('the token endpoint words its errors as OAuth does', () => {
  const oddForm = (contentType: string): RequestInit => ({
    headers: { 'Content-Type': contentType },
  })

  it.each<[string, RequestInit, number, object]>([
    [
      'not a POST',
      { method: 'PUT' },
      405,
      { error_description: 'The token endpoint answers POST only.' },
    ],
    [
      'not a form',
      oddForm('application/json'),
      400,
      { error_description: `The body must be ${FORM}.` },
    ],
    [
      'a type that ends with the form type',
      oddForm(`x-${FORM}`),
      400,
      { error: 'invalid_request' },
    ],
    [
      'a type that begins with the form type',
      oddForm(`${FORM}x;`),
      400,
      { error: 'invalid_request' },
    ],
    ['a form with a space', oddForm(`${FORM} ; charset=utf-8`), 400, { error: 'invalid_client' }],
    ['no client', oddForm(FORM), 400, { error: 'invalid_client' }],
    [
      'a body that is too large',
      { body: 'x'.repeat(51 * 2 ** 20) },
      413,
      { error_description: 'The request body is too large.' },
    ],
  ])('%s', async (_, init, status, body) => {
    const answer = await askToken(await openAccount(), {}, init)
    expect(answer.status).toBe(status)
    expect(answer.headers.get('cache-control')).toBe('no-store')
    expect(await answer.json()).toMatchObject(body)
  })

  it('no refresh token', async () => {
    const answer = await askToken(await openAccount(), { grant_type: 'refresh_token' })
    expect(await answer.json()).toEqual({
      error: 'invalid_request',
      error_description: 'The parameter refresh_token is missing.',
    })
  })

  it.each<[number, string]>([
    [400, 'invalid_request'],
    [401, 'invalid_client'],
    [429, 'temporarily_unavailable'],
    [500, 'server_error'],
    [503, 'temporarily_unavailable'],
  ])('%i', async (status, error) => {
    const account = await openAccount()
    account.tokenEndpoint.fail({ status })
    const answer = await askToken(account)
    expect([answer.status, await answer.json()]).toEqual([status, { error }])
    expect(account.log.token).toMatchObject([{ status, error }])
  })

  it.each<[string, string | undefined, string | undefined]>([
    ['Basic', 'basic', 'basic'],
    ['  BASIC \t', 'basic', 'basic'],
    ['Bearer abc', 'bearer', undefined],
    ['Digest abc', 'other', undefined],
  ])(
    'logs the authentication of the client: %j',
    async (authorization, scheme, clientAuthentication) => {
      const account = await openAccount()
      const headers = { Authorization: authorization, 'Content-Type': FORM }
      await askToken(account, {}, { headers })
      expect(account.log.token).toMatchObject([{ authorization: scheme, clientAuthentication }])
    },
  )

  it.each([{ client_id: 'x' }, { client_secret: 'x' }])(
    '%o counts as a client in the body',
    async (form) => {
      const account = await openAccount()
      await askToken(account, form, { headers: {} })
      expect(account.log.token).toMatchObject([
        { clientAuthentication: 'body', authorization: undefined },
      ])
    },
  )

  it.each(['', ':', 'nocolon', ':x'])('the pair %j is not a client', async (pair) => {
    const account = await openAccount()
    const headers = { Authorization: `Basic ${btoa(pair)}` }
    expect(await (await askToken(account, undefined, { headers })).json()).toEqual({
      error: 'invalid_client',
    })
  })

  it.each(['Basic   ', 'basic\t'])('%j may come before the pair', async (scheme) => {
    const account = await openAccount()
    const { clientID, clientSecret } = account.credentials
    const [, pair] = `${basic(clientID, clientSecret).Authorization}`.split(' ')
    const answer = await askToken(account, undefined, { headers: { Authorization: scheme + pair } })
    expect(answer.status).toBe(200)
  })
})

describe('a fault', () => {
  it.each<[CaspioFault, string, string | null, string | null]>([
    [{ status: 200 }, '', null, null],
    [{ status: 200, body: 'x' }, 'x', 'application/json;charset=UTF-8', null],
    [{ status: 204, body: 'x' }, '', null, null],
    [{ status: 400, body: 'x', retryAfter: 3 }, 'x', 'application/json;charset=UTF-8', '3'],
    [{ status: 302, retryAfter: 'soon' }, '', null, 'soon'],
  ])('%o sends only what it sets', async (fault, body, type, retryAfter) => {
    const account = await openAccount()
    account.tokenEndpoint.fail(fault)
    const answer = await askToken(account, undefined, { redirect: 'manual' })
    expect(await answer.text()).toBe(body)
    if (body) expect(answer.headers.get('content-type')).toBe(type)
    expect(answer.headers.get('retry-after')).toBe(retryAfter)
    expect(account.log.token[0]?.error).toBeUndefined()
  })

  it('applies if the path begins with its path', async () => {
    const account = await openAccount()
    const call = await openApi(account)
    account.api.fail({ path: '/rest/v2/tables/P', times: 1 })
    expect((await call('/tables')).status).toBe(200)
    expect((await call(RECORDS)).status).toBe(503)
    expect((await call(RECORDS)).status).toBe(200)
  })

  it.each<[string, () => object]>([
    ['status must be an integer from 200 to 599', () => ({ status: 600 })],
    ['times must be an integer, 0 or more', () => ({ times: 1.5 })],
    ['status must be an integer from 200 to 599', () => ({ status: '500' })],
  ])('is rejected with a message: %s (%#)', async (words, fault) => {
    const account = await openAccount()
    const error = thrownBy(() => account.api.fail(fault()))
    expect(error.message).toBe(`axios-caspio-auth/testing: ${words}`)
  })

  it.each<[string, (account: Awaited<ReturnType<typeof openAccount>>) => void]>([
    [
      'latency must be a number of milliseconds from 0 to 2147483647',
      (account) => Object.assign(account.api, { latency: -1 }),
    ],
    [
      'tokenLife must be a number of seconds, 0 or more',
      (account) => Object.assign(account, { tokenLife: 'x' }),
    ],
    [
      'rateLimit must be a number of requests per second, 0 or more',
      (account) => Object.assign(account, { rateLimit: -1 }),
    ],
    [
      'rateLimit must be a number of requests per second, 0 or more',
      (account) => Object.assign(account, { rateLimit: null }),
    ],
    [
      'rateLimit has no option second. The options are requests, seconds, status, retryAfter.',
      (account) => Object.assign(account, { rateLimit: { requests: 1, second: 5 } }),
    ],
    ['fail() needs an object, or nothing', (account) => account.api.fail(null as never)],
    ['fail() needs an object, or nothing', (account) => account.api.fail(503 as never)],
    [
      'the fault has no option time. The options are status, times, path, retryAfter, headers, body, reset, hang.',
      (account) => account.tokenEndpoint.fail({ time: 1 } as never),
    ],
  ])('or a wrong setting is rejected with a message: %s', async (words, set) => {
    const account = await openAccount()
    expect(thrownBy(() => set(account)).message).toBe(`axios-caspio-auth/testing: ${words}`)
  })

  it('latency may be as long as a timer can count', async () => {
    const account = await openAccount()
    account.api.latency = 2_147_483_647
    expect(account.api.latency).toBe(2_147_483_647)
    const hung = fetch(account.url, { signal: AbortSignal.timeout(50) })
    expect((await rejectionOf(hung)).name).toBe('TimeoutError')
  })
})
