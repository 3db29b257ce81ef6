import { describe, expect, it } from 'vitest'
import { selectRows } from '../../../src/testing/query/run-query.js'
import type { QueryTable } from '../../../src/testing/query/types.js'
import { keysWhere, ORDERS, problemOf, query } from './tables.js'

describe('where', () => {
  it.each([
    ["(Status='Open' OR Status='New') AND IsActive=1", [1, 2]],
    ["Created>='2026-01-01' AND Created<'2026-02-01'", [2, 3]],
    ["Company LIKE '%smith%'", [3, 4]],
    ['PK_ID IN (1,3,99)', [1, 3]],
    ["Company IS NOT NULL AND Company<>''", [1, 2, 3, 4]],
    ["Company=N'O''Brien & Söhne'", [2]],
    ["NOT (Rep='Ann')", [2, 5]],
    ['PK_ID BETWEEN 3 AND 5', [3, 4, 5]],
    ['1=1', [1, 2, 3, 4, 5, 6]],
    ["Company LIKE '%!%' ESCAPE '!'", [4]],
  ])('%s finds what public clients look for', (where, keys) => {
    expect(keysWhere(where)).toEqual(keys)
  })

  it.each([
    ["Status='OPEN'", [1, 3, 6]],
    ["Company='O''BRIEN & SÖHNE  '", [2]],
    ["Company='O''Brien & Sohne'", []],
    ["company > 'n'", [1, 2, 3]],
    ['[Ship To] IS NULL AND "Rep" = \'bob\'', [2]],
    ['Company IS NULL', [6]],
    ['Tags IS NOT NULL AND PK_ID=1', [1]],
  ])('%s ignores case and spaces at the end, not accents', (where, keys) => {
    expect(keysWhere(where)).toEqual(keys)
  })

  it.each([
    ['Company=NULL', []],
    ['NOT Company=NULL', []],
    ['Total<>5', [1, 2, 3]],
    ['NOT (Total=5)', [1, 2, 3]],
    ['Total NOT IN (5, NULL)', []],
    ['Total IN (5, NULL)', [5, 6]],
    ['Total IN (PK_ID, 5)', [5, 6]],
    ['Total IS NULL OR Total=5', [4, 5, 6]],
    ['NULL IS NULL AND PK_ID=1', [1]],
    ['Total NOT BETWEEN NULL AND 5', [1, 2]],
    ['IsActive=NULL OR 1=1', [1, 2, 3, 4, 5, 6]],
    ["NULL LIKE 'a' OR Company LIKE NULL", []],
    ["NOT Company LIKE '%o%'", [3, 5]],
    ['NOT PK_ID=Total', [1, 2, 3, 6]],
    ['Total NOT IN (5)', [1, 2, 3]],
    ['PK_ID IN (Total, PK_ID)', [1, 2, 3, 4, 5, 6]],
    ['NULL=Created', []],
  ])('%s knows three truth values', (where, keys) => {
    expect(keysWhere(where)).toEqual(keys)
  })

  it.each([
    ['IsActive=1 AND PK_ID<3', [1, 2]],
    ['IsActive=0', [3, 6]],
    ["IsActive='true' AND Rep='Ann'", [1, 4]],
    ["IsActive='FALSE'", [3, 6]],
    ["IsActive='7' AND Rep='Bob'", [2]],
    ["IsActive='' AND PK_ID=3", [3]],
    ['IsActive=2', []],
    ['IsActive<PK_ID AND PK_ID=1', []],
    ["Total='20.20'", [2]],
    ["PK_ID=' 3 '", [3]],
    ["PK_ID=''", []],
    ['PK_ID=3.5 OR PK_ID=+4.0 OR -PK_ID=1', 'q.where'],
    ['PK_ID>=.5e1', [5, 6]],
    ["PK_ID LIKE '_' AND PK_ID LIKE 5", [5]],
    ['(PK_ID)=((2))', [2]],
    ['2!>PK_ID AND PK_ID!<5', [5, 6]],
    ['PK_ID!=1 AND PK_ID<=2 AND PK_ID=+2', [2]],
    ['PK_ID>5', [6]],
    ["'Ä'<'B' AND PK_ID=1", [1]],
    ["'0.5e0'=5e-1 AND PK_ID=1", [1]],
    ['PK_ID<123456789012345e2', [1, 2, 3, 4, 5, 6]],
    ['PK_ID>0.00123456789012345', [1, 2, 3, 4, 5, 6]],
  ])('%s converts as SQL Server does', (where, keys) => {
    if (typeof keys === 'string') expect(problemOf(() => keysWhere(where))).toContain(keys)
    else expect(keysWhere(where)).toEqual(keys)
  })

  it.each([
    [
      "Total='ten'",
      'q.where is wrong at position 7, near "\'ten\'": the value "ten" is not a number.',
    ],
    ["Total=''", 'the value "" is not a number'],
    ["PK_ID='3.5'", 'the value "3.5" is not a whole number'],
    ["PK_ID IN (1, 'x')", 'position 14, near "\'x\')": the value "x" is not a whole number'],
    ["IsActive='Yes'", 'the value "Yes" is not a Yes/No value'],
    ["Created='soon'", 'the value "soon" is not a date'],
    ['Rep=1', 'position 1, near "Rep=1": the value "Ann" is not a whole number'],
    ['Rep=1.5', 'the value "Ann" is not a number'],
    ['Created=0', 'does not compare a date and a whole number'],
    ['IsActive=Created', 'does not compare a Yes/No value and a date'],
    ["Tags='a'", 'cannot compare fields of this type'],
    ['1=Tags', 'cannot compare fields of this type'],
    ["Created LIKE '2026%'", 'supports LIKE only for strings and whole numbers'],
    ["Company LIKE '[a'", 'position 14, near "\'[a\'": a bracket of the pattern is not closed'],
    ["Company LIKE 'a[]'", 'the brackets in the pattern are empty'],
    ["Company LIKE 'a' ESCAPE 'bc'", 'ESCAPE needs a string of one character'],
    ["Company LIKE 'a' ESCAPE 1", 'ESCAPE needs a string of one character'],
    ["Company LIKE 'a' ESCAPE Rep", 'ESCAPE needs a string of one character'],
    ['Pin IS NULL', 'a password field cannot be read'],
    ['Nope=1', 'there is no field Nope.'],
    ['PK_ID=1234567890123456', 'compares numbers of 15 digits at most'],
    ['PK_ID=1e999', 'compares numbers of 15 digits at most'],
  ])('%s is refused', (where, message) => {
    expect(problemOf(() => keysWhere(where))).toContain(message)
  })

  it('reads a pattern from a field', () => {
    const table: QueryTable = {
      fields: ['PK_ID', 'Text', 'Pattern'].map((Name) => ({ Name, Type: 'STRING' })),
      rows: [
        { PK_ID: 1, Text: 'abc', Pattern: 'A%' },
        { PK_ID: 2, Text: 'abc', Pattern: 'b%' },
        { PK_ID: 3, Text: 'abc', Pattern: null },
      ],
    }
    expect(keysWhere('Text LIKE Pattern', table)).toEqual([1])
    const broken = { ...table, rows: [{ Text: 'abc', Pattern: '[' }] }
    expect(problemOf(() => keysWhere('Text LIKE Pattern', broken))).toContain('near "Pattern"')
  })

  it.each(["PK_ID='x'", "PK_ID IN (1, 'x')", "Company LIKE '[a'"])(
    '%s is refused without a row, too',
    (where) => {
      expect(problemOf(() => keysWhere(where, { ...ORDERS, rows: [] }))).toContain('q.where')
    },
  )

  it('stops at the first part that decides', () => {
    expect(keysWhere("Rep='Cid' AND (Company='' OR Rep=1)")).toEqual([5])
  })

  it('reads values that do not have the type of their field', () => {
    const table: QueryTable = {
      fields: [
        { Name: 'PK_ID', Type: 'INTEGER' },
        { Name: 'T', Type: 'string' },
        { Name: 'N', Type: 'NUMBER' },
        { Name: 'Y', Type: 'YES/NO' },
        { Name: 'D', Type: 'TIMESTAMP' },
      ],
      rows: [
        { PK_ID: 1, T: 12, N: '1.5', Y: 0 },
        { PK_ID: 2, T: true, N: true, Y: 'true' },
        { PK_ID: 3, T: ['x'], D: 5 },
      ],
    }
    expect(
      keysWhere("T='12' OR (N=1 AND T='1')", { ...table, rows: table.rows.slice(0, 2) }),
    ).toEqual([1, 2])
    expect(keysWhere('N>1 AND Y=0', table)).toEqual([1])
    expect(keysWhere('Y=1', table)).toEqual([2])
    expect(problemOf(() => keysWhere("T='x'", table))).toContain('the value ["x"] is not a string')
    expect(problemOf(() => keysWhere("T LIKE 'x'", table))).toContain('["x"] is not a string')
    expect(problemOf(() => keysWhere("D='2026-01-01'", table))).toContain(
      'the value 5 is not a date',
    )
  })

  it('accepts any field of a table without fields, but nothing that objects inherit', () => {
    const table: QueryTable = { fields: [], rows: [{ PK_ID: 1 }], acceptsAnyField: true }
    expect(keysWhere("toString IS NULL AND [__proto__] IS NULL AND NOT x=''", table)).toEqual([])
    expect(keysWhere('N>9', { ...table, fields: [{ Name: 'N', Type: 'INTEGER' }] })).toEqual([])
    const { Result } = query({ select: 'toString, __proto__ AS p', where: 'x IS NULL' }, table)
    expect(Result).toEqual([{ toString: null, p: null }])
  })
})

describe('select', () => {
  it('computes what public clients compute', () => {
    const perRep = query({
      select: 'Rep,COUNT(*) AS Orders,SUM(Total) AS Sum',
      groupBy: 'Rep',
      orderBy: 'Sum DESC',
    })
    expect(perRep.Result).toEqual([
      { Rep: 'Bob', Orders: 1, Sum: 20.2 },
      { Rep: 'Ann', Orders: 3, Sum: 10.4 },
      { Rep: 'Cid', Orders: 1, Sum: 5 },
      { Rep: null, Orders: 1, Sum: 5 },
    ])
    expect(query({ select: 'DISTINCT Rep' }).Result.map(({ Rep }) => Rep)).toEqual([
      'Ann',
      'Bob',
      'Cid',
      null,
    ])
    expect(query({ select: 'MAX(PK_ID) AS Last' }).Result).toEqual([{ Last: 6 }])
    expect(query({ select: 'Status', groupBy: 'Status' }).Result).toEqual([
      { Status: 'Open' },
      { Status: 'New' },
      { Status: 'Closed' },
    ])
  })

  it('names fields', () => {
    const select = 'Rep, company AS [The Company], Total [T], IsActive \'On\', PK_ID as "Key"'
    expect(query({ select, where: 'PK_ID=1' }).Result).toEqual([
      { Rep: 'Ann', 'The Company': 'Northwind', T: 10.1, On: true, Key: 1 },
    ])
  })

  it('takes all fields but passwords for *', () => {
    const [row] = query({ select: '*, Rep AS R', limit: '1' }).Result
    expect(row).toEqual({ ...ORDERS.rows[0], R: 'Ann' })
    expect(query({ limit: '1' }).Result).toEqual([ORDERS.rows[0]])
  })

  it('computes each aggregate', () => {
    const select = `COUNT(Total) AS a, COUNT(DISTINCT Total) AS b, SUM(DISTINCT Total) AS c,
      AVG(Total) AS d, AVG(PK_ID) AS e, MIN(Company) AS f, max(Created) AS g, COUNT(Tags) AS h,
      COUNT(DISTINCT Status) AS i`
    expect(query({ select }).Result).toEqual([
      { a: 5, b: 4, c: 35.6, d: 8.12, e: 3, f: '', g: '2026-02-02T12:00:00', h: 6, i: 3 },
    ])
  })

  it('computes with each type that a function takes', () => {
    const select = `COUNT(IsActive) AS a, COUNT(PK_ID) AS b, COUNT(Created) AS c, SUM(PK_ID) AS d,
      MIN(PK_ID) AS e, MIN(Total) AS f, MIN(Created) AS g, MAX(Company) AS h, MAX(Total) AS i`
    expect(query({ select }).Result).toEqual([
      { a: 5, b: 6, c: 5, d: 21, e: 1, f: 0.3, g: '2025-12-31T23:59:59', h: 'Smithfield', i: 20.2 },
    ])
  })

  it('takes the first of equal values, and makes no -0 of whole numbers', () => {
    const table = {
      fields: [
        { Name: 'Text', Type: 'STRING' },
        { Name: 'Whole', Type: 'INTEGER' },
      ],
      rows: [
        { Text: 'a', Whole: -1 },
        { Text: 'A', Whole: 0 },
      ],
    }
    const select = 'MIN(Text) AS i, MAX(Text) AS x, AVG(Whole) AS a'
    expect(query({ select }, table).Result).toEqual([{ i: 'a', x: 'a', a: 0 }])
  })

  it('counts all rows, even if it answers with few', () => {
    expect(query({ select: 'COUNT(*) AS n', limit: '1' }).Result).toEqual([{ n: 6 }])
    expect(query({ select: 'DISTINCT Rep', limit: '3' }).Result).toHaveLength(3)
  })

  it('computes with numbers', () => {
    const table = {
      fields: [{ Name: 'N', Type: 'NUMBER' }],
      rows: [{ N: 0.500001 }, { N: null }, { N: 2 }],
    }
    const select = 'SUM(N) AS s, AVG(N) AS a, MIN(N) AS i, MAX(N) AS x, COUNT(N) AS c'
    expect(query({ select }, table).Result).toEqual([
      { s: 2.500001, a: 1.2500005, i: 0.500001, x: 2, c: 2 },
    ])
    expect(problemOf(() => keysWhere("N='x'", table))).toContain('"x" is not a number.')
  })

  it('has one row for no rows, or none in groups', () => {
    const select = 'COUNT(*) AS n, SUM(Total) AS s, AVG(Total) AS a, MIN(Rep) AS m'
    expect(query({ select, where: '1=0' }).Result).toEqual([{ n: 0, s: null, a: null, m: null }])
    expect(query({ select, where: '1=0', groupBy: 'Rep' }).Result).toEqual([])
  })

  it.each([
    [{ select: 'COUNT(*)' }, 'what Caspio calls a value without a name. Name it with AS.'],
    [
      { select: 'Rep, COUNT(*) AS n' },
      'near "Rep, COUNT(*) AS n": Rep is neither in q.groupBy nor',
    ],
    [
      { groupBy: 'Rep' },
      'q.select is wrong at position 1, near "*": PK_ID is neither in q.groupBy',
    ],
    [{ select: 'Rep', groupBy: 'Rep', orderBy: 'Total' }, 'q.orderBy is wrong at position 1'],
    [{ select: 'SUM(Rep) AS s' }, 'SUM does not take a field of the type STRING.'],
    [{ select: 'MAX(IsActive) AS s' }, 'MAX does not take a field of the type YES/NO.'],
    [
      { select: 'COUNT(DISTINCT Tags) AS s' },
      'COUNT does not take a field of the type LIST-STRING.',
    ],
    [{ select: 'SUM(*) AS s' }, 'the name of a field is expected here'],
    [{ select: 'LEN(Rep) AS s' }, 'does not support the function LEN here'],
    [{ select: 'DISTINCT Tags' }, 'cannot compare fields of this type'],
    [{ select: 'Rep, Total AS rep' }, 'the answer would have two fields named rep.'],
    [{ select: 'Pin' }, 'a password field cannot be read'],
    [{ select: 'Rep FROM Orders' }, 'near "FROM Orders": a name is expected here. FROM'],
    [{ select: 'Rep AS' }, 'q.select is wrong at its end: a name is expected here.'],
    [
      { select: 'Total*2' },
      'near "*2": this is not expected here. The stand-in account does not support arithmetic.',
    ],
    [{ select: 'TOP 5 Rep' }, 'TOP is a reserved word: as a name, write [TOP].'],
    [{ select: '1 AS one' }, 'the name of a field is expected here'],
    [
      { groupBy: 'COUNT(*)' },
      'q.groupBy is wrong at position 1, near "COUNT(*)": the stand-in account does not support',
    ],
    [{ select: 'COUNT, Rep' }, 'there is no field COUNT.'],
    [{ select: "COUNT '('" }, 'there is no field COUNT.'],
    [{ groupBy: 'Tags', select: 'Tags' }, 'cannot compare fields of this type'],
  ])('%o is refused', (parameters, message) => {
    expect(problemOf(() => query(parameters))).toContain(message)
  })
})

describe('orderBy', () => {
  const keys = (orderBy: string, select = 'PK_ID, Total AS T') =>
    query({ select, orderBy }).Result.map(({ PK_ID }) => PK_ID)

  it.each([
    ['Total, PK_ID desc', [4, 3, 6, 5, 1, 2]],
    ['T DESC', [2, 1, 5, 6, 3, 4]],
    ['Company', [6, 5, 4, 1, 2, 3]],
    ['Status, Created', [4, 2, 5, 6, 1, 3]],
    ['IsActive ASC, 1 DESC', [5, 6, 3, 4, 2, 1]],
    ['[t], 1', [4, 3, 5, 6, 1, 2]],
  ])('%s', (orderBy, expected) => {
    expect(keys(orderBy)).toEqual(expected)
  })

  it('sorts groups by an aggregate', () => {
    const { Result } = query({ select: 'Rep', groupBy: 'Rep', orderBy: 'COUNT(*) DESC, Rep' })
    expect(Result.map(({ Rep }) => Rep)).toEqual(['Ann', null, 'Bob', 'Cid'])
    const orderBy = 'COUNT(Created) DESC, COUNT(DISTINCT Created), MAX(Created) DESC'
    const sorted = query({ select: 'Rep', groupBy: 'Rep', orderBy }).Result
    expect(sorted.map(({ Rep }) => Rep)).toEqual(['Ann', 'Cid', 'Bob', null])
  })

  it.each([
    ['3', 'the query selects 2 fields only'],
    ['0', 'the query selects 2 fields only'],
    ['10', 'the query selects 2 fields only'],
    ['[1]', 'there is no field 1.'],
    ['Rep DESC ASC', 'near "ASC": this is not expected here.'],
    ['T, total', 'position 4, near "total": this is already in the list'],
    ['Tags', 'cannot compare fields of this type'],
    ['Rep SIDEWAYS', 'near "SIDEWAYS": this is not expected here.'],
    ['Rep,', 'q.orderBy is wrong at its end'],
    ['1.5', 'the name of a field is expected here'],
    ['COUNT(*)', 'PK_ID is neither in q.groupBy nor in a function'],
  ])('%s is refused', (orderBy, message) => {
    expect(problemOf(() => keys(orderBy))).toContain(message)
  })

  it('sorts different rows by what they have', () => {
    const different = (orderBy: string) => query({ select: 'DISTINCT Rep', orderBy }).Result
    expect(different('Rep DESC').map(({ Rep }) => Rep)).toEqual(['Cid', 'Bob', 'Ann', null])
    expect(problemOf(() => different('Total'))).toContain('can only be sorted by what it selects')
  })
})

describe('a page', () => {
  it('needs no row after it', () => {
    const rows = [{ PK_ID: 1 }, { PK_ID: 'x' }]
    const table = { fields: [{ Name: 'PK_ID', Type: 'INTEGER' }], rows }
    expect(query({ where: 'PK_ID=1', limit: '1' }, table).Result).toEqual([{ PK_ID: 1 }])
  })

  it('makes the limit have no effect, even a limit that is out of range', () => {
    for (const limit of ['1', '0', '5000', '']) {
      expect(query({ limit, pageSize: '5' }).Result).toHaveLength(5)
      expect(query({ limit, pageNumber: '1' }).Result).toHaveLength(6)
    }
  })

  it('comes with its numbers if the query wants them', () => {
    const pagination = (parameters: object) =>
      query({ ...parameters, getPaginationInfo: 'True' }).Pagination
    expect(pagination({ pageSize: '5', pageNumber: '2' })).toEqual({
      TotalCount: 6,
      PageNumber: 2,
      PageSize: 5,
    })
    expect(pagination({ where: "Rep='Ann'", pageNumber: '1' })).toEqual({
      TotalCount: 3,
      PageNumber: 1,
      PageSize: 25,
    })
    expect(pagination({ select: 'DISTINCT Rep', limit: '2' })).toEqual({
      TotalCount: 4,
      PageNumber: 1,
      PageSize: 2,
    })
    expect(query({ getPaginationInfo: 'false' })).not.toHaveProperty('Pagination')
  })

  it.each([
    [{ pageSize: '4' }, 'q.pageSize must be an integer from 5 to 1000, got: 4'],
    [{ pageSize: '1001' }, 'q.pageSize must be an integer from 5 to 1000'],
    [{ pageNumber: '0' }, 'q.pageNumber must be an integer from 1 to'],
    [{ limit: '1001' }, 'q.limit must be an integer from 1 to 1000'],
    [{ limit: '1e2' }, 'q.limit must be an integer from 1 to 1000, got: 1e2'],
    [{ getPaginationInfo: 'yes' }, 'q.getPaginationInfo must be true or false, got: yes'],
  ])('%o is refused', (parameters, message) => {
    expect(problemOf(() => query(parameters))).toContain(message)
  })
})

describe('the rows to change', () => {
  it('need a condition', () => {
    expect(selectRows(ORDERS, { prefix: 'q.', where: "Rep='Ann'" })).toEqual(
      ORDERS.rows.filter(({ Rep }) => Rep === 'Ann'),
    )
    expect(problemOf(() => selectRows(ORDERS, { prefix: '' }))).toBe(
      'where is required, for instance where=PK_ID=1.',
    )
    expect(problemOf(() => selectRows(ORDERS, { prefix: '', where: 'x=1' }))).toBe(
      'where is wrong at position 1, near "x=1": there is no field x.',
    )
  })
})
