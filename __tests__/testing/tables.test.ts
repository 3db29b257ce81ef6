import { describe, expect, it } from 'vitest'
import { type Call, openAccount, openApi, resultOf } from './client.js'

const V3 = '/integrations/rest/v3'
const json = (method: string, body: unknown): RequestInit => ({
  method,
  body: JSON.stringify(body),
})

// biome-ignore lint/suspicious/noExplicitAny: tests look at any property of it
const bodyOf = (answer: Response): Promise<any> => answer.json()

async function insert(call: Call, table: string, values: object) {
  const answer = await call(`/tables/${table}/records?response=rows`, json('POST', values))
  expect(answer.status).toBe(201)
  return (await resultOf(answer))[0] as Record<string, unknown>
}

describe('a new table', () => {
  it('has the fields that it is created with', async () => {
    const account = await openAccount()
    const call = await openApi(account, V3)
    const Fields = [
      { Name: 'City', Type: 'STRING', Unique: true, Label: 'Town' },
      { Name: 'Beds', Type: 'INTEGER', Description: null },
      { Name: 'Wards', Type: 'LIST-STRING', ListField: ['East', 'West'] },
    ]
    const created = await call('/tables', json('POST', { Name: 'Clinics', Fields }))
    expect(created.status).toBe(201)
    expect(created.headers.get('location')).toBe(`${account.url}${V3}/tables/Clinics`)
    expect(await bodyOf(await call('/tables/clinics'))).toEqual({
      Result: { Name: 'Clinics', Note: '' },
    })
    const fields = await resultOf(await call('/tables/Clinics/fields'))
    expect(fields.map(({ Name }) => Name)).toEqual(['PK_ID', 'City', 'Beds', 'Wards'])
    expect(fields[3]?.ListField).toEqual({ 1: 'East', 2: 'West' })
    expect(fields[1]).toMatchObject({
      Unique: true,
      Label: 'Town',
      Editable: true,
      DisplayOrder: 2,
    })
    expect(fields[0]).toMatchObject({ Type: 'AUTONUMBER', Editable: false })
    expect(await insert(call, 'Clinics', { city: 'Oakland', Beds: '40' })).toEqual({
      PK_ID: 1,
      City: 'Oakland',
      Beds: 40,
      Wards: null,
    })
  })

  it.each([
    [{ Name: 'a b', Fields: [{ Name: 'A', Type: 'STRING' }] }],
    [{ Fields: [{ Name: 'A', Type: 'STRING' }] }],
    [{ Name: 'physicians', Fields: [{ Name: 'A', Type: 'STRING' }] }],
    [{ Name: 'cardiologists', Fields: [{ Name: 'A', Type: 'STRING' }] }],
    [{ Name: 'New' }],
    [{ Name: 'New', Fields: [] }],
    [{ Name: 'New', Fields: ['A'] }],
    [{ Name: 'New', Fields: [{ Name: 'A' }] }],
    [{ Name: 'New', Fields: [{ Type: 'STRING' }] }],
    [{ Name: 'New', Fields: [{ Name: 'A', Type: 'VARCHAR' }] }],
    [{ Name: 'New', Fields: [{ Name: 'PK_ID', Type: 'INTEGER' }] }],
    [{ Name: 'New', Fields: [{ Name: 'A', Type: 'STRING', Colour: 'red' }] }],
    [{ Name: 'New', Fields: [{ Name: 'A', Type: 'STRING', Unique: 'yes' }] }],
    [{ Name: 'New', Fields: [{ Name: 'A', Type: 'STRING' }], Note: 'Mine' }],
    [{ Name: 'New', Fields: [{ Name: 'A', Type: 'RANDOM ID', Length: 1.5 }] }],
    [{ Name: 'New', Fields: [{ Name: 'A', Type: 'LIST-STRING', ListField: [1] }] }],
    [{ Name: 'New', Fields: [{ Name: 'A', Type: 'LIST-STRING', ListField: 'x' }] }],
  ])('cannot be %j', async (body) => {
    const call = await openApi(await openAccount(), V3)
    const answer = await call('/tables', json('POST', body))
    expect(answer.status).toBe(400)
    expect(await answer.json()).toMatchObject({ Code: 'IncorrectBodyParameter' })
    expect(await resultOf(await call('/tables'))).toEqual(['Physicians', 'Appointments'])
  })
})

describe('the fields of a table', () => {
  const FIELDS = '/tables/Physicians/fields'

  it('are added to all its records', async () => {
    const call = await openApi(await openAccount(), V3)
    const field = { Name: 'Number', Type: 'PREFIXED AUTONUMBER', Prefix: 'D-', Format: '001' }
    expect((await call(FIELDS, json('POST', field))).status).toBe(201)
    expect((await call(FIELDS, json('POST', field))).status).toBe(400)
    const rows = await resultOf(await call('/tables/Physicians/records?q.select=Number&q.limit=2'))
    expect(rows).toEqual([{ Number: 'D-001' }, { Number: 'D-002' }])
  })

  it('are null in the records that the table has already', async () => {
    const call = await openApi(await openAccount({ tables: { T: [{ A: 1 }] } }), V3)
    await call('/tables/T/fields', json('POST', { Name: 'B', Type: 'STRING' }))
    await call('/tables/T/fields', json('POST', { Name: 'C', Type: 'PASSWORD' }))
    expect(await bodyOf(await call('/tables/T/records'))).toEqual({
      Result: [{ PK_ID: 1, A: 1, B: null }],
    })
  })

  it('keep their values if only the label changes, or nothing', async () => {
    const call = await openApi(await openAccount({ tables: { T: [{ A: 'x' }] } }), V3)
    expect((await call('/tables/T/fields/A', json('PUT', { Name: 'A' }))).status).toBe(204)
    expect((await call('/tables/T/fields/A', json('PUT', { Label: 'B' }))).status).toBe(204)
    expect(await resultOf(await call('/tables/T/records'))).toEqual([{ PK_ID: 1, A: 'x' }])
  })

  const COMMON = {
    Name: 'A',
    Unique: false,
    UniqueAllowNulls: false,
    Editable: true,
    Label: '',
    Description: '',
    DisplayOrder: 2,
    IsFormula: false,
    OnInsert: null,
    OnUpdate: null,
    TimeZone: null,
    Format: null,
    Prefix: null,
    Length: null,
    ListField: null,
    AttachmentPermittedFileTypes: null,
    AttachmentMinFileSize: null,
    AttachmentMaxFileSize: null,
    AttachmentSmartResizer: null,
    AttachmentSmartResizerForRetina: null,
    AttachmentAltText: null,
    AttachmentTitle: null,
  }

  it.each([
    ['STRING', {}],
    ['TIMESTAMP', { Editable: false, OnInsert: false, OnUpdate: false, TimeZone: '' }],
    ['RANDOM ID', { Editable: false, Format: '', Prefix: '', Length: 12 }],
    ['PREFIXED AUTONUMBER', { Editable: false, Format: '', Prefix: '' }],
    ['LIST-STRING', { ListField: {} }],
    ['LIST-NUMBER', { ListField: {} }],
    ['LIST-DATE/TIME', { ListField: {} }],
    [
      'ATTACHMENT',
      {
        AttachmentPermittedFileTypes: [],
        AttachmentMinFileSize: 0,
        AttachmentMaxFileSize: 0,
        AttachmentSmartResizer: false,
        AttachmentSmartResizerForRetina: false,
        AttachmentAltText: '',
        AttachmentTitle: '',
      },
    ],
  ] as const)(
    'of type %s have the properties of that type, and null for the others',
    async (Type, own) => {
      const call = await openApi(
        await openAccount({ tables: { T: { rows: [], fields: { A: Type } } } }),
        V3,
      )
      expect(await bodyOf(await call('/tables/T/fields/A'))).toEqual({
        Result: { ...COMMON, Type, ...own },
      })
    },
  )

  const ID_FORMATS = 'The Format of a RANDOM ID must be one of 0, U, 0U.'
  it.each([
    [{ Type: 'RANDOM ID', Format: '1' }, ID_FORMATS],
    [{ Type: 'RANDOM ID', Format: 'u' }, ID_FORMATS],
    [{ Type: 'RANDOM ID', Format: '0', Length: 7 }, 'Length must be from 8 to 12.'],
    [{ Type: 'RANDOM ID', Format: 'U', Length: 5 }, 'Length must be from 6 to 12.'],
    [{ Type: 'RANDOM ID', Format: '0U', Length: 13 }, 'Length must be from 6 to 12.'],
    [{ Type: 'RANDOM ID', Length: -1 }, 'Length must be from 6 to 12.'],
    [{ Type: 'RANDOM ID', Prefix: 'x'.repeat(50) }, 'Prefix must have less than 50 characters.'],
    [
      { Type: 'PREFIXED AUTONUMBER', Format: '00000001' },
      'The Format of a PREFIXED AUTONUMBER must be one of 1, 01, 001, 0001, 00001, 000001, 0000001.',
    ],
  ])('are neither added nor changed with %j', async (properties, Message) => {
    const fields = { A: { Type: properties.Type, Prefix: 'x'.repeat(49) } } as never
    const call = await openApi(await openAccount({ tables: { T: { fields } } }), V3)
    const added = await call('/tables/T/fields', json('POST', { Name: 'B', ...properties }))
    expect([added.status, await added.json()]).toMatchObject([400, { Message }])
    const changed = await call('/tables/T/fields/A', json('PUT', properties))
    expect([changed.status, await changed.json()]).toMatchObject([400, { Message }])
  })

  it.each([
    { Type: 'RANDOM ID', Format: '0', Length: 8 },
    { Type: 'RANDOM ID', Format: '0U', Length: 6 },
    { Type: 'PREFIXED AUTONUMBER', Format: '0000001', Length: 99 },
    { Type: 'STRING', Format: 'any', Length: 99 },
  ])('are added with %j', async (properties) => {
    const call = await openApi(await openAccount({ tables: { T: [] } }), V3)
    const answer = await call('/tables/T/fields', json('POST', { Name: 'B', ...properties }))
    expect(answer.status).toBe(201)
  })

  it('begin with PK_ID', async () => {
    const call = await openApi(await openAccount({ tables: { T: [] } }), V3)
    expect(await resultOf(await call('/tables/T/fields'))).toMatchObject([
      { Name: 'PK_ID', Type: 'AUTONUMBER', Unique: true, DisplayOrder: 1 },
    ])
  })

  it('are renamed and get another type', async () => {
    const call = await openApi(await openAccount(), V3)
    const change = json('PUT', { Name: 'Years', Type: 'STRING' })
    expect((await call(`${FIELDS}/YearsInPractice`, change)).status).toBe(204)
    const [row] = await resultOf(await call('/tables/Physicians/records'))
    expect(row).toMatchObject({ Years: '14' })
    expect(row).not.toHaveProperty('YearsInPractice')
    expect((await call(`${FIELDS}/YearsInPractice`)).status).toBe(404)
  })

  it.each([
    ['City', { Type: 'INTEGER' }],
    ['City', { Name: 'lastname' }],
    ['City', {}],
    ['City', { IsFormula: true }],
    ['City', []],
    ['PK_ID', { Label: 'Key' }],
  ])('%s cannot be changed by %j', async (field, body) => {
    const call = await openApi(await openAccount(), V3)
    expect((await call(`${FIELDS}/${field}`, json('PUT', body))).status).toBe(400)
    const [row] = await resultOf(await call('/tables/Physicians/records'))
    expect(row).toMatchObject({ PK_ID: 1, City: 'Oakland', LastName: 'Okafor' })
  })

  it('are deleted from all records', async () => {
    const call = await openApi(await openAccount(), V3)
    expect((await call(`${FIELDS}/City`, { method: 'DELETE' })).status).toBe(204)
    expect((await resultOf(await call('/tables/Physicians/records')))[0]).not.toHaveProperty('City')
    expect((await call(`${FIELDS}/City`, { method: 'DELETE' })).status).toBe(404)
    expect((await call(`${FIELDS}/PK_ID`, { method: 'DELETE' })).status).toBe(400)
  })
})

describe('generated values', () => {
  it('are written by the account, and by nobody else', async () => {
    const fields = {
      Name: 'STRING',
      Number: 'AUTONUMBER',
      Digits: { Type: 'RANDOM ID', Format: '0', Length: 8 },
      Letters: { Type: 'RANDOM ID', Format: 'U', Length: 6, Prefix: 'X' },
      Any: 'RANDOM ID',
      Guid: 'GUID',
      Made: { Type: 'TIMESTAMP', OnInsert: true },
      Changed: { Type: 'TIMESTAMP', OnUpdate: true },
      Sum: { Type: 'NUMBER', IsFormula: true },
    } as const
    const call = await openApi(await openAccount({ tables: { T: { fields } } }), V3)
    const row = await insert(call, 'T', { Name: 'a' })
    const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/)
    expect(row).toEqual({
      PK_ID: 1,
      Name: 'a',
      Number: 1,
      Digits: expect.stringMatching(/^\d{8}$/),
      Letters: expect.stringMatching(/^X[A-Z]{6}$/),
      Any: expect.stringMatching(/^\d{12}$/),
      Guid: expect.stringMatching(/^[\da-f-]{36}$/),
      Made: time,
      Changed: null,
      Sum: null,
    })
    const change = json('PUT', { Name: 'b' })
    const changed = await call('/tables/T/records?q.where=PK_ID=1&Response=Rows', change)
    expect(await changed.json()).toEqual({
      RecordsAffected: 1,
      Result: [{ ...row, Name: 'b', Changed: time }],
    })
    for (const name of ['Number', 'Digits', 'Guid', 'Made', 'Sum', 'PK_ID']) {
      expect((await call('/tables/T/records', json('POST', { [name]: 1 }))).status).toBe(400)
    }
  })
})

describe('the given values of generated fields', () => {
  const fields = {
    Order: 'AUTONUMBER',
    Code: { Type: 'PREFIXED AUTONUMBER', Prefix: 'D2-', Format: '001' },
    Made: 'TIMESTAMP',
  } as const

  it('have the types of their fields', async () => {
    const rows = [{ Order: '7', Code: 'D2-007', Made: '2026-01-31' }]
    const call = await openApi(await openAccount({ tables: { T: { rows, fields } } }), V3)
    expect(await resultOf(await call('/tables/T/records'))).toEqual([
      { PK_ID: 1, Order: 7, Code: 'D2-007', Made: '2026-01-31T00:00:00' },
    ])
  })

  it('are not generated again', async () => {
    const rows = [{ Order: 3, Code: 'D2-002' }, { Order: 2, Code: 'D2-003' }, {}]
    const call = await openApi(await openAccount({ tables: { T: { rows, fields } } }), V3)
    expect(await insert(call, 'T', {})).toMatchObject({ PK_ID: 4, Order: 5, Code: 'D2-005' })
    const [, , third] = await resultOf(await call('/tables/T/records'))
    expect(third).toMatchObject({ PK_ID: 3, Order: 4, Code: 'D2-004' })
  })

  it.each([
    ['Order', 1.5, 'AUTONUMBER'],
    ['Made', 'today', 'TIMESTAMP'],
  ])('are refused if the field %s cannot hold %j', async (field, value, type) => {
    const tables = { T: { rows: [{ [field]: value }], fields } }
    const error = await openAccount({ tables }).then(undefined, (reason) => reason)
    expect(error).toMatchObject({
      message: expect.stringContaining(`cannot hold this value: its type is ${type}`),
    })
  })
})

describe('a unique field', () => {
  it('is not made of a field that has a value twice', async () => {
    const tables = { T: [{ A: 'x', B: 1 }, { A: 'X', B: null }, { B: null }] }
    const call = await openApi(await openAccount({ tables }), V3)
    const unique = json('PUT', { Unique: true })
    const answer = await call('/tables/T/fields/A', unique)
    expect(answer.status).toBe(400)
    expect((await bodyOf(answer)).Message).toBe(
      "The field 'A' cannot be unique: two records have the same value.",
    )
    expect((await bodyOf(await call('/tables/T/fields/A'))).Result.Unique).toBe(false)
    expect((await call('/tables/T/fields/B', unique)).status).toBe(204)
    expect((await call('/tables/T/records', json('POST', { B: 1 }))).status).toBe(400)
  })

  it('holds no value twice, but null as often as you like', async () => {
    const tables = {
      T: { rows: [{ A: 1, B: 1 }], fields: { A: { Type: 'INTEGER', Unique: true } } },
    } as const
    const call = await openApi(await openAccount({ tables }), V3)
    expect((await call('/tables/T/records', json('POST', { A: 1 }))).status).toBe(400)
    await insert(call, 'T', { B: 2 })
    await insert(call, 'T', { A: null })
    const update = (where: string, A: number) =>
      call(`/tables/T/records?q.where=${where}`, json('PUT', { A }))
    expect((await update('PK_ID=2', 1)).status).toBe(400)
    expect((await update('PK_ID=1', 1)).status).toBe(200)
    expect((await update('PK_ID>1', 5)).status).toBe(400)
    expect((await update('PK_ID=9', 1)).status).toBe(200)
  })
  it('holds no two strings that differ only in case or in spaces at the end', async () => {
    const Email = { Type: 'STRING', Unique: true } as const
    const tables = { T: { rows: [{ Email: 'ann@example.com' }], fields: { Email } } }
    const call = await openApi(await openAccount({ tables }), V3)
    for (const value of ['Ann@Example.com', 'ann@example.com  ']) {
      const answer = await call('/tables/T/records', json('POST', { Email: value }))
      expect([value, answer.status]).toEqual([value, 400])
    }
    await insert(call, 'T', { Email: 'änn@example.com' })
    const change = json('PUT', { Email: 'ANN@example.com' })
    expect((await call('/tables/T/records?q.where=PK_ID=1', change)).status).toBe(200)
    expect((await call('/tables/T/records?q.where=PK_ID=2', change)).status).toBe(400)
  })

  it('takes a value again after its record is deleted or has another value', async () => {
    const tables = {
      T: { rows: [{ A: 'x' }, { A: 'y' }], fields: { A: { Type: 'STRING', Unique: true } } },
    } as const
    const call = await openApi(await openAccount({ tables }), V3)
    expect((await call('/tables/T/records', json('POST', { A: 'X' }))).status).toBe(400)
    await call('/tables/T/records?q.where=PK_ID=1', { method: 'DELETE' })
    await insert(call, 'T', { A: 'X' })
    expect((await call('/tables/T/records', json('POST', { A: 'x' }))).status).toBe(400)
    await call('/tables/T/records?q.where=PK_ID=2', json('PUT', { A: 'z' }))
    await insert(call, 'T', { A: 'y' })
    expect((await call('/tables/T/records', json('POST', { A: 'Z' }))).status).toBe(400)
  })
})
