import { describe, expect, it } from 'vitest'
import { type Call, openAccount, openApi, resultOf } from './client.js'

const RECORDS = '/tables/Physicians/records'
const json = (method: string, body: unknown): RequestInit => ({
  method,
  headers: { 'Content-Type': 'application/json' },
  body: typeof body === 'string' ? body : JSON.stringify(body),
})
const query = (parameters: Record<string, string>) => `?${new URLSearchParams(parameters)}`
const where = (condition: string) => query({ 'q.where': condition })

describe.each(['/rest/v2', '/integrations/rest/v3'])('table records under %s', (prefix) => {
  it('are listed with their PK_ID', async () => {
    const call = await openApi(await openAccount(), prefix)
    expect(await resultOf(await call('/tables'))).toEqual(['Physicians', 'Appointments'])
    const rows = await resultOf(await call(RECORDS))
    expect(rows).toHaveLength(12)
    expect(rows.map((row) => row.PK_ID)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12])
    expect(rows[3]).toMatchObject({ LastName: "O'Brien", AcceptsNewPatients: true })
  })

  it('are inserted, found, updated and deleted', async () => {
    const account = await openAccount()
    const call = await openApi(account, prefix)
    const inserted = await call(RECORDS, json('POST', { FirstName: 'Mira', LastName: 'Petrov' }))
    expect(inserted.status).toBe(201)
    expect(await inserted.text()).toBe('')
    const location = inserted.headers.get('location')
    expect(location).toBe(`${account.url}${prefix}${RECORDS}?q.where=PK_ID%3D13`)

    const path = location?.slice(account.url.length + prefix.length) ?? ''
    expect(await resultOf(await call(path))).toEqual([
      {
        PK_ID: 13,
        FirstName: 'Mira',
        LastName: 'Petrov',
        Specialty: null,
        City: null,
        YearsInPractice: null,
        AcceptsNewPatients: null,
      },
    ])
    const updated = await call(path, json('PUT', { City: 'Fresno' }))
    expect(await updated.json()).toEqual({ RecordsAffected: 1 })
    expect((await resultOf(await call(path)))[0]).toMatchObject({ PK_ID: 13, City: 'Fresno' })

    const deleted = await call(path, { method: 'DELETE' })
    expect(deleted.status).toBe(200)
    expect(await deleted.json()).toEqual({ RecordsAffected: 1 })
    expect(await resultOf(await call(path))).toEqual([])
    const next = await call(`${RECORDS}?response=rows`, json('POST', { LastName: 'New' }))
    expect(next.status).toBe(201)
    expect(await resultOf(next)).toMatchObject([{ PK_ID: 14, LastName: 'New' }])
    for (const search of ['response=rowset', 'response=arrows']) {
      const answer = await call(`${RECORDS}?${search}`, json('POST', { LastName: 'New' }))
      expect(await answer.text()).toBe('')
    }
    const slash = await call(`${RECORDS}/`, json('POST', { LastName: 'New' }))
    expect(slash.headers.get('location')).toMatch(/Physicians\/records\?q\.where=PK_ID%3D17$/)
  })

  it('are paged', async () => {
    const call = await openApi(await openAccount(), prefix)
    const keys = async (parameters: Record<string, string>) =>
      (await resultOf(await call(RECORDS + query(parameters)))).map((row) => row.PK_ID)
    expect(await keys({ 'q.pageNumber': '1', 'q.pageSize': '5' })).toEqual([1, 2, 3, 4, 5])
    expect(await keys({ 'q.pageNumber': '3', 'q.pageSize': '5' })).toEqual([11, 12])
    expect(await keys({ 'q.pageNumber': '4', 'q.pageSize': '5' })).toEqual([])
    expect(await keys({ 'q.pageSize': '5' })).toEqual([1, 2, 3, 4, 5])
    expect(await keys({ 'q.pageNumber': '1' })).toHaveLength(12)
    expect(await keys({ 'q.pageNumber': '2', 'q.pageSize': '5', 'q.limit': '1' })).toHaveLength(5)
  })
})

describe('a page', () => {
  it('has 25 records by default, and a list has 100', async () => {
    const rows = Array.from({ length: 120 }, (_, n) => ({ n }))
    const call = await openApi(await openAccount({ tables: { Rows: rows } }))
    const count = async (search: string) =>
      (await resultOf(await call(`/tables/Rows/records${search}`))).length
    expect(await count('')).toBe(100)
    expect(await count('?q.limit=110')).toBe(110)
    expect(await count('?q.limit=1000')).toBe(120)
    expect(await count('?q.pageNumber=2')).toBe(25)
    expect(await count('?q.pageNumber=5')).toBe(20)
  })
})

describe('q.where', () => {
  const found = async (call: Call, condition: string) =>
    (await resultOf(await call(RECORDS + where(condition)))).map((row) => row.LastName)

  it.each([
    ["LastName='O''Brien'", ["O'Brien"]],
    ["LastName = 'Yıldız'", ['Yıldız']],
    ["City='Oakland' AND Specialty='Neurology'", ['Yıldız', 'Tanaka']],
    ["City='Oakland' and [Specialty] = 'Neurology' AND YearsInPractice=8", ['Tanaka']],
    ['YearsInPractice=14', ['Okafor']],
    ["YearsInPractice='14'", ['Okafor']],
    ['PK_ID=2', ['Lindqvist']],
    ["AcceptsNewPatients=0 AND City='Fresno'", ['Ruiz', 'Sørensen']],
    ["city='oAKLAND ' and SPECIALTY='neurology'", ['Yıldız', 'Tanaka']],
    ["City=''", []],
    ["AcceptsNewPatients='' AND City='Fresno'", ['Ruiz', 'Sørensen']],
    ["LastName LIKE 'Ha%' OR LastName>'W'", ['Yıldız', 'Haddad', 'Weiss']],
    ['YearsInPractice BETWEEN 5 AND 6 AND NOT (1=0)', ['Lindqvist', 'Carvalho']],
    ['YearsInPractice=14.5', []],
    ["LastName='x' AND LastName='y'", []],
  ])('%s finds %o', async (condition, names) => {
    const call = await openApi(await openAccount())
    expect(await found(call, condition)).toEqual(names)
  })

  it('reads a quoted literal as a literal, even if it looks like more conditions', async () => {
    const name = "' AND City='x"
    const tables = {
      People: [
        { Name: name, City: 'AND' },
        { Name: 'other', City: null },
      ],
    }
    const call = await openApi(await openAccount({ tables }))
    const condition = `Name='${name.replaceAll("'", "''")}' AND City='AND'`
    const rows = await resultOf(await call(`/tables/People/records${where(condition)}`))
    expect(rows).toMatchObject([{ PK_ID: 1 }])
  })

  it('never matches null', async () => {
    const call = await openApi(await openAccount())
    const nulls = await call(`/tables/Appointments/records${where("Notes=''")}`)
    expect(await resultOf(nulls)).toEqual([])
    const zeros = await call(`/tables/Appointments/records${where('Notes=0')}`)
    expect(await resultOf(zeros)).toEqual([])
  })

  it.each([
    '',
    'LastName',
    "LastName='A",
    "LastName='A' OR",
    "(LastName='A'",
    "LastName='A' AND",
    "AND LastName='A'",
    "LastName='A' LastName='B'",
    "LastName LIKE '[A'",
    "YearsInPractice='many'",
    'LastName=3',
    'LEN(LastName)=3',
    'YearsInPractice=3x',
    'LastName=Ruiz',
    "Nope='A'",
    "LastName='A'; DROP TABLE Physicians",
  ])('%j gets 400 IncorrectQueryParameter', async (condition) => {
    const call = await openApi(await openAccount())
    const answer = await call(RECORDS + where(condition))
    expect(answer.status).toBe(400)
    expect(await answer.json()).toMatchObject({ Code: 'IncorrectQueryParameter' })
  })
})

describe('the query of a list', () => {
  it('selects fields', async () => {
    const call = await openApi(await openAccount())
    const search = query({ 'q.select': 'LastName, [PK_ID]', 'q.limit': '1' })
    const rows = await resultOf(await call(RECORDS + search))
    expect(rows).toEqual([{ LastName: 'Okafor', PK_ID: 1 }])
    expect(Object.keys(rows[0] ?? {})).toEqual(['LastName', 'PK_ID'])
    const all = await resultOf(await call(`${RECORDS}?q.select=*`))
    expect(all[0]).toMatchObject({ PK_ID: 1, City: 'Oakland' })
  })

  it('sorts by one or more fields, ascending or descending', async () => {
    const call = await openApi(await openAccount())
    const names = async (orderBy: string) => {
      const search = query({ 'q.orderBy': orderBy, 'q.limit': '3' })
      return (await resultOf(await call(RECORDS + search))).map((row) => row.LastName)
    }
    expect(await names('LastName')).toEqual(['Carvalho', 'Haddad', 'Lindqvist'])
    expect(await names('LastName DESC')).toEqual(['Yıldız', 'Weiss', 'Tanaka'])
    expect(await names('YearsInPractice asc')).toEqual(['Haddad', 'Carvalho', 'Lindqvist'])
    expect(await names('City ASC, YearsInPractice DESC')).toEqual(['Mendoza', 'Ruiz', 'Sørensen'])
  })

  it('sorts null first, numbers by value and texts by character', async () => {
    const rows = [
      { N: 10, T: '10' },
      { N: null, T: '9' },
      { N: 9, T: null },
      { N: -1, T: 'a' },
    ]
    const call = await openApi(await openAccount({ tables: { Mixed: rows } }))
    const order = async (orderBy: string) => {
      const answer = await call(`/tables/Mixed/records${query({ 'q.orderBy': orderBy })}`)
      return (await resultOf(answer)).map((row) => row.PK_ID)
    }
    expect(await order('N')).toEqual([2, 4, 3, 1])
    expect(await order('N DESC')).toEqual([1, 3, 4, 2])
    expect(await order('T')).toEqual([3, 1, 2, 4])
    expect(await order('T desc')).toEqual([4, 2, 1, 3])
  })

  it('keeps the order of rows that are equal', async () => {
    const rows = [{ N: 1 }, { N: 1 }, { N: 0 }]
    const call = await openApi(await openAccount({ tables: { Ties: rows } }))
    const answer = await call(`/tables/Ties/records${query({ 'q.orderBy': 'N' })}`)
    expect((await resultOf(answer)).map((row) => row.PK_ID)).toEqual([3, 1, 2])
  })

  it('selects null if a row lacks the field', async () => {
    const call = await openApi(await openAccount({ tables: { Gaps: [{ N: 1 }, { T: 'a' }] } }))
    const answer = await call(`/tables/Gaps/records${query({ 'q.select': 'N' })}`)
    expect(await resultOf(answer)).toEqual([{ N: 1 }, { N: null }])
  })

  it('ignores the case of parameter names', async () => {
    const call = await openApi(await openAccount())
    expect(await resultOf(await call(`${RECORDS}?Q.Limit=2&other=1`))).toHaveLength(2)
  })

  it.each([
    'q.limit=0',
    'q.limit=1001',
    'q.limit=-1',
    'q.limit=1.5',
    'q.limit=ten',
    'q.limit=',
    'q.pageSize=4',
    'q.pageSize=1001',
    'q.pageNumber=0',
    'q.select=Nope',
    'q.select=',
    'q.orderBy=Nope',
    'q.orderBy=LastName%20SIDEWAYS',
    'q.groupBy=City',
    'q.select=COUNT(*)',
    'q.select=City,COUNT(*)%20AS%20N',
    'q.getPaginationInfo=yes',
    'q={}',
  ])('%s gets 400 IncorrectQueryParameter', async (search) => {
    const call = await openApi(await openAccount())
    const answer = await call(`${RECORDS}?${search}`)
    expect(answer.status).toBe(400)
    expect(await answer.json()).toMatchObject({ Code: 'IncorrectQueryParameter' })
  })
})

describe('a body', () => {
  it.each([
    ['not json'],
    [''],
    ['[]'],
    ['null'],
    ['"text"'],
    [{ Nope: 1 }, 'FieldNotFound'],
    [{ PK_ID: 5 }],
    ['{"__proto__":{"x":1}}', 'FieldNotFound'],
    [{ YearsInPractice: 'ten' }],
    [{ YearsInPractice: 1.5 }],
    [{ YearsInPractice: true }],
    [{ AcceptsNewPatients: 2 }],
    [{ City: { a: 1 } }],
    [{ City: ['Fresno'] }],
    [{ City: 'Fresno', city: 'Reno' }],
  ])('of %j gets 400 and changes nothing', async (body, Code = 'IncorrectBodyParameter') => {
    const call = await openApi(await openAccount())
    for (const answer of [
      await call(RECORDS, json('POST', body)),
      await call(RECORDS + where('PK_ID=1'), json('PUT', body)),
    ]) {
      expect(answer.status).toBe(400)
      expect(await answer.json()).toMatchObject({ Code })
    }
    const rows = await resultOf(await call(RECORDS))
    expect(rows).toHaveLength(12)
    expect(rows[0]).toMatchObject({ PK_ID: 1, LastName: 'Okafor' })
  })

  it('without a field is not an update', async () => {
    const call = await openApi(await openAccount())
    expect((await call(RECORDS + where('PK_ID=1'), json('PUT', {}))).status).toBe(400)
  })
})

describe('an update or delete', () => {
  it('affects every record that matches', async () => {
    const call = await openApi(await openAccount())
    const oakland = where("City='Oakland'")
    const updated = await call(RECORDS + oakland, json('PUT', { Specialty: 'Surgery' }))
    expect(await updated.json()).toEqual({ RecordsAffected: 4 })
    const deleted = await call(RECORDS + where("Specialty='Surgery'"), { method: 'DELETE' })
    expect(await deleted.json()).toEqual({ RecordsAffected: 4 })
    expect(await resultOf(await call(RECORDS))).toHaveLength(8)
    const none = await call(RECORDS + oakland, { method: 'DELETE' })
    expect(await none.json()).toEqual({ RecordsAffected: 0 })
  })

  it.each(['', '?q.where=', '?q.limit=1'])('needs a condition: %j gets 400', async (search) => {
    const call = await openApi(await openAccount())
    expect((await call(RECORDS + search, json('PUT', { City: 'x' }))).status).toBe(400)
    expect((await call(RECORDS + search, { method: 'DELETE' })).status).toBe(400)
    expect(await resultOf(await call(`${RECORDS}${where("City='x'")}`))).toEqual([])
    expect(await resultOf(await call(RECORDS))).toHaveLength(12)
  })
})

describe('tables from the options', () => {
  it('are copied as JSON and numbered from 1, with dates in the form of Caspio', async () => {
    const rows = [
      { When: new Date(0), PK_ID: 77, Tags: ['a'] },
      { Other: undefined, More: 2 },
    ]
    const call = await openApi(await openAccount({ tables: { 'My Table': rows } }))
    rows[0]?.Tags?.push('b')
    expect(await resultOf(await call('/tables'))).toEqual(['My Table'])
    expect(await resultOf(await call('/tables/My%20Table/records'))).toEqual([
      { PK_ID: 1, When: '1970-01-01T00:00:00', Tags: ['a'], More: null },
      { PK_ID: 2, When: null, Tags: null, More: 2 },
    ])
    const inserted = await call('/tables/My%20Table/records', json('POST', { More: 3 }))
    expect(inserted.headers.get('location')).toMatch(/My%20Table\/records\?q\.where=PK_ID%3D3$/)
    expect(rows).toHaveLength(2)
  })

  it('accept any field if they start without rows', async () => {
    const call = await openApi(await openAccount({ tables: { Log: [] } }))
    await call('/tables/Log/records', json('POST', { Level: 'info' }))
    const answer = await call(`/tables/Log/records${where("Level='info'")}`)
    expect(await resultOf(answer)).toEqual([{ PK_ID: 1, Level: 'info' }])
  })

  it('are not shared between accounts', async () => {
    const one = await openApi(await openAccount())
    const other = await openApi(await openAccount())
    await one(RECORDS + where('PK_ID=1'), { method: 'DELETE' })
    expect(await resultOf(await one(RECORDS))).toHaveLength(11)
    expect(await resultOf(await other(RECORDS))).toHaveLength(12)
  })
})
