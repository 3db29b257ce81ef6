import { describe, expect, it } from 'vitest'
import { UNSERVED_ROUTES } from '../../src/testing/v4/not-implemented.js'
import { openAccount, openApi } from './client.js'

const V4 = '/integrations/rest/v4'
const json = (method: string, body: unknown): RequestInit => ({
  method,
  body: JSON.stringify(body),
})

// biome-ignore lint/suspicious/noExplicitAny: tests look at any property of it
const bodyOf = (answer: Response): Promise<any> => answer.json()

async function openOrders() {
  const tables = {
    Orders: {
      rows: [
        { Name: 'a', Total: 3 },
        { Name: 'b', Total: 1 },
        { Name: 'c', Total: 2 },
      ],
      fields: { Name: { Type: 'STRING', Unique: true } },
      note: 'All orders',
    },
  } as const
  const views = { Small: { table: 'Orders', where: 'Total<3', fields: ['Total'] } }
  const account = await openAccount({ tables, views, profiles: { Default: {} } })
  return { account, call: await openApi(account, V4) }
}

describe('GET /v4/me', () => {
  it('shows the profile, when the token expires and the rate limit', async () => {
    const { account, call } = await openOrders()
    const before = Date.now()
    expect(await bodyOf(await call('/me'))).toEqual({
      wsProfileName: 'Default',
      accountSubdomain: 'stand-in',
      tokenExpiresAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      rateLimit: { limit: 2_000, windowSeconds: 300 },
    })
    account.rateLimit = { requests: 7, seconds: 60 }
    const answer = await call('/me')
    const { rateLimit, tokenExpiresAt } = await bodyOf(answer)
    expect(rateLimit).toEqual({ limit: 7, windowSeconds: 60 })
    expect(Math.abs(Date.parse(tokenExpiresAt) - before - 86_399_000)).toBeLessThan(60_000)
    expect(answer.headers.get('x-ratelimit-limit')).toBe('7')
    expect(answer.headers.get('x-ratelimit-remaining')).toBe('6')
  })
})

describe('v4 records', () => {
  it('are listed with parameters that have no prefix', async () => {
    const { call } = await openOrders()
    const search = new URLSearchParams({ where: 'Total>1', select: 'Name', orderBy: 'Total' })
    const answer = await call(`/tables/Orders/records?${search}&pageSize=5&pageNumber=1`)
    expect(await bodyOf(answer)).toEqual({
      data: [{ Name: 'c' }, { Name: 'a' }],
      pagination: { totalCount: 2, pageNumber: 1, pageSize: 5 },
    })
    expect(answer.headers.get('x-ratelimit-remaining')).toBe('1998')
    const all = await bodyOf(await call('/tables/Orders/records'))
    expect(all.data).toHaveLength(3)
    expect(all.pagination.totalCount).toBe(3)
  })

  it('are inserted, read, changed and deleted by PK_ID', async () => {
    const { call } = await openOrders()
    const inserted = await call('/tables/Orders/records', json('POST', { Name: 'd' }))
    expect(inserted.status).toBe(201)
    expect(await bodyOf(inserted)).toEqual({ PK_ID: '4' })
    const path = '/tables/Orders/records/4'
    expect(await bodyOf(await call(path))).toEqual({ data: { PK_ID: 4, Name: 'd', Total: null } })
    expect(await bodyOf(await call(path, json('PATCH', { Total: 9 })))).toEqual({
      recordsAffected: 1,
    })
    expect(await bodyOf(await call(`${path}?echo=true`, json('PUT', { Name: 'e' })))).toEqual({
      data: { PK_ID: 4, Name: 'e', Total: 9 },
    })
    for (const search of ['echo=trueish', 'echo=untrue', 'echo=false']) {
      expect(await bodyOf(await call(`${path}?${search}`, json('PUT', { Name: 'e' })))).toEqual({
        recordsAffected: 1,
      })
    }
    expect((await call(path, json('PUT', {}))).status).toBe(400)
    expect(await bodyOf(await call(path, { method: 'DELETE' }))).toEqual({ recordsAffected: 1 })
    expect((await call(path)).status).toBe(404)
    const echo = await call('/tables/Orders/records?echo=true', json('POST', { Name: 'f' }))
    expect(await bodyOf(echo)).toEqual({ data: { PK_ID: 5, Name: 'f', Total: null } })
    const gone = await call('/tables/Orders/records/5?Echo=true', { method: 'DELETE' })
    expect(await bodyOf(gone)).toEqual({ data: { PK_ID: 5, Name: 'f', Total: null } })
  })

  it('of a view are writable', async () => {
    const { call } = await openOrders()
    const { data } = await bodyOf(await call('/views/Small/records'))
    expect(data).toEqual([
      { PK_ID: 2, Total: 1 },
      { PK_ID: 3, Total: 2 },
    ])
    expect((await call('/views/Small/records/1')).status).toBe(404)
    await call('/views/Small/records/2', json('PATCH', { Total: 0 }))
    expect(await bodyOf(await call('/tables/Orders/records/2'))).toMatchObject({
      data: { Name: 'b', Total: 0 },
    })
  })
})

describe('v4 bulk writes', () => {
  const BULK = '/tables/Orders/records/bulk'

  it('insert all records, and answer 201 with their keys', async () => {
    const { call } = await openOrders()
    const answer = await call(BULK, json('POST', [{ Name: 'd' }, { Name: 'e' }]))
    expect(answer.status).toBe(201)
    expect(await bodyOf(answer)).toEqual({ PK_ID: ['4', '5'] })
    const echo = await call(`${BULK}?echo=true`, json('POST', [{ Name: 'f' }]))
    expect(await bodyOf(echo)).toMatchObject({ PK_ID: ['6'], data: [{ Name: 'f' }] })
    const most = await call(BULK, json('POST', Array(1_000).fill({ Total: 1 })))
    expect(most.status).toBe(201)
  })

  it('insert what they can, and answer 207 with one result per record', async () => {
    const { call } = await openOrders()
    const items = [{ Name: 'd' }, { Nope: 1 }, 'x', { Name: 'D', Total: 'x' }, { Name: 'a' }]
    const answer = await call(BULK, json('POST', items))
    expect(answer.status).toBe(207)
    expect(await bodyOf(answer)).toEqual({
      PK_ID: ['4'],
      data: [
        { status: 201, PK_ID: '4' },
        { status: 400, error: "The table has no field 'Nope'." },
        { status: 400, error: 'A record must be a JSON object.' },
        { status: 400, error: "The field 'Total' cannot hold this value: its type is INTEGER." },
        {
          status: 400,
          error: "The field 'Name' is unique, and another record has this value.",
        },
      ],
    })
  })

  it('update what they can, and answer 207 with one result per record', async () => {
    const { call } = await openOrders()
    const same = { where: 'PK_ID IN (1,2)', recordValues: { Name: 'z' } }
    const answer = await call(BULK, json('PATCH', same))
    expect(answer.status).toBe(207)
    expect(await bodyOf(answer)).toEqual({
      recordsAffected: 1,
      data: [
        { PK_ID: '1', status: 200 },
        {
          PK_ID: '2',
          status: 400,
          error: "The field 'Name' is unique, and another record has this value.",
        },
      ],
    })
    const { data } = await bodyOf(await call('/tables/Orders/records?select=Name'))
    expect(data).toEqual([{ Name: 'z' }, { Name: 'b' }, { Name: 'c' }])
    const taken = await call(BULK, json('PATCH', { ...same, recordValues: { Name: 'c' } }))
    expect(taken.status).toBe(400)
    expect(await bodyOf(taken)).toMatchObject({ Code: 'IncorrectBodyParameter' })
  })

  it('change and delete the records that a condition selects', async () => {
    const { call } = await openOrders()
    const change = { where: 'Total<3', recordValues: { Total: 8 } }
    expect(await bodyOf(await call(BULK, json('PATCH', change)))).toEqual({ recordsAffected: 2 })
    const echo = await call(`${BULK}?echo=true`, json('PATCH', { ...change, where: 'PK_ID=1' }))
    expect(await bodyOf(echo)).toMatchObject({ recordsAffected: 1, data: [{ Total: 8 }] })
    const remove = json('DELETE', { where: "Name='a'" })
    expect(await bodyOf(await call(`${BULK}?echo=true`, remove))).toMatchObject({
      recordsAffected: 1,
      data: [{ PK_ID: 1 }],
    })
    expect(await bodyOf(await call(BULK, remove))).toEqual({ recordsAffected: 0 })
  })

  it.each([
    ['POST', {}],
    ['POST', []],
    ['POST', Array.from({ length: 1_001 }, () => ({}))],
    ['PATCH', { recordValues: { Total: 1 } }],
    ['PATCH', { where: 'PK_ID=1' }],
    ['PATCH', { where: 'PK_ID=1', recordValues: {} }],
    ['PATCH', { where: 'Total', recordValues: { Total: 1 } }],
    ['DELETE', { where: ' ' }],
  ])('%s %o gets 400 and changes nothing', async (method, body) => {
    const { call } = await openOrders()
    expect((await call(BULK, json(method, body))).status).toBe(400)
    const { data } = await bodyOf(await call('/tables/Orders/records?orderBy=PK_ID'))
    expect(data.map((row: { Total: number }) => row.Total)).toEqual([3, 1, 2])
  })
})

describe('v4 designs', () => {
  it('list tables and views by IDs that the other paths take', async () => {
    const { call } = await openOrders()
    const tables = await bodyOf(await call('/tables?pageSize=1000'))
    expect(tables).toEqual({
      data: [
        {
          tableId: expect.stringMatching(/^[a-z\d]{6}$/),
          name: 'Orders',
          description: 'All orders',
          fieldCount: 3,
        },
      ],
      pagination: { totalCount: 1, pageNumber: 1, pageSize: 1_000 },
    })
    const path = `/tables/${tables.data[0].tableId}`
    expect(await bodyOf(await call(path))).toEqual({ data: tables.data[0] })
    expect((await call(`${path}/records`)).status).toBe(200)
    const name = { name: 'Name', dataType: 'TEXT255', editable: true, unique: true }
    expect(await bodyOf(await call(`${path}/fields/name`))).toMatchObject({ data: name })
    expect((await bodyOf(await call(`${path}/fields`))).data).toHaveLength(3)
    const schemas = await bodyOf(await call('/schemas/tables'))
    expect(schemas.data[0].fields[1]).toMatchObject(name)
    const views = await bodyOf(await call('/schemas/views'))
    expect(views.data[0]).toMatchObject({ name: 'Small', fieldCount: 2 })
    expect((await call('/tables?pageSize=4')).status).toBe(400)
  })

  it('come in pages', async () => {
    const names = ['A', 'B', 'C', 'D', 'E', 'F']
    const account = await openAccount({
      tables: Object.fromEntries(names.map((name) => [name, []])),
    })
    const call = await openApi(account, V4)
    const namesIn = async (search: string) =>
      (await bodyOf(await call(`/tables?${search}`))).data.map(({ name }: { name: string }) => name)
    expect(await namesIn('pageSize=5')).toEqual(['A', 'B', 'C', 'D', 'E'])
    expect(await namesIn('pageSize=5&pageNumber=2')).toEqual(['F'])
  })

  it.each([
    ['TEXT', 'TEXT64K'],
    ['PREFIXED AUTONUMBER', 'SEQUENCE'],
    ['RANDOM ID', 'RANDOM_ID'],
    ['NUMBER', 'NUMBER'],
  ] as const)('call the type %s %s', async (Type, dataType) => {
    const account = await openAccount({ tables: { Orders: { rows: [], fields: { Code: Type } } } })
    const call = await openApi(account, V4)
    const { data } = await bodyOf(await call('/tables/Orders/fields/Code'))
    expect(data).toMatchObject({ name: 'Code', dataType })
  })
})

describe('v4 errors', () => {
  it('have a hint and a link that works', async () => {
    const { account, call } = await openOrders()
    const answer = await call('/tables/Nope/records')
    const error = await bodyOf(answer)
    expect(error).toEqual({
      Code: 'ObjectNotFound',
      Message: 'There is no table Nope.',
      Resource: `${account.url}${V4}/tables/Nope/records`,
      RequestId: answer.headers.get('x-caspio-request-id'),
      DocumentationUrl: `${account.url}${V4}/errors/ObjectNotFound`,
      Hint: { Note: expect.any(String), Remediation: expect.any(String) },
    })
    const { pathname } = new URL(error.DocumentationUrl)
    const explained = await call(pathname.slice(V4.length))
    expect(await bodyOf(explained)).toEqual({ data: { Code: error.Code, Hint: error.Hint } })
    const all = await bodyOf(await call('/errors'))
    expect(all.data).toContainEqual({ Code: error.Code, Hint: error.Hint })
    expect((await call('/errors/Nope')).status).toBe(404)
  })

  it('are XML with the hint inside, if the client wants XML', async () => {
    const { call } = await openOrders()
    const answer = await call('/tables/Nope', { headers: { Accept: 'application/xml' } })
    expect(await answer.text()).toMatch(
      /<Hint><Note>[^<]+<\/Note><Remediation>.+<\/Hint><\/Error>$/,
    )
  })

  it('have no hint for a code that is not listed', async () => {
    const { account, call } = await openOrders()
    account.api.fail({ status: 418 })
    expect(await bodyOf(await call('/me'))).not.toHaveProperty('Hint')
  })

  it('say that an operation is known, but not implemented', async () => {
    const { call } = await openOrders()
    for (const { method, path } of UNSERVED_ROUTES) {
      expect(path).toMatch(/^(\/(\w+|\{\w+\}))+$/)
      const answer = await call(path.replace(/\{\w+\}/g, 'x'), { method })
      expect(answer.status).toBe(501)
      expect(await bodyOf(answer)).toMatchObject({
        Code: 'NotImplemented',
        Message: `The stand-in account does not implement ${method} /v4${path}.`,
      })
    }
    expect(UNSERVED_ROUTES).toHaveLength(80)
  })
})
