import { describe, expect, it } from 'vitest'
import { type CaspioAccountOptions, startCaspioAccount } from '../../src/testing/index.js'
import { rejectionOf } from '../support/outcomes.js'
import { openAccount, openApi, resultOf } from './client.js'

describe('the data of an account', () => {
  it('may have types for some fields, and the rows show the rest', async () => {
    const tables = {
      Orders: {
        note: 'All orders',
        rows: [
          {
            PK_ID: 9,
            Total: '12.50',
            Placed: '2026-01-02',
            Count: 1,
            Mixed: 1,
            Half: 1,
            Paid: true,
          },
          { Count: 2, Mixed: 'x', Half: 0.5, Empty: null, At: '2026-01-02T10:00:00' },
        ],
        fields: { Total: 'CURRENCY', Placed: 'DATE/TIME' },
      },
    } as const
    const call = await openApi(await openAccount({ tables }))
    const [first, second] = await resultOf(await call('/tables/Orders/records'))
    expect(first).toMatchObject({ PK_ID: 1, Total: 12.5, Placed: '2026-01-02T00:00:00' })
    expect(second).toMatchObject({ PK_ID: 2, Total: null })
    const fields = await resultOf(await call('/tables/Orders/fields'))
    expect(Object.fromEntries(fields.map(({ Name, Type }) => [Name, Type]))).toEqual({
      PK_ID: 'AUTONUMBER',
      Total: 'CURRENCY',
      Placed: 'DATE/TIME',
      Count: 'INTEGER',
      Mixed: 'STRING',
      Half: 'NUMBER',
      Paid: 'YES/NO',
      Empty: 'STRING',
      At: 'DATE/TIME',
    })
  })

  it('has no view if the tables are yours', async () => {
    const sample = await openApi(await openAccount())
    expect(await resultOf(await sample('/views'))).toEqual(['Cardiologists'])
    expect(await resultOf(await sample('/views/Cardiologists/records'))).toHaveLength(3)
    const yours = await openApi(await openAccount({ tables: { A: [{ N: 1 }] } }))
    expect(await resultOf(await yours('/views'))).toEqual([])
  })

  it('learns the types of a table that accepts any field', async () => {
    const call = await openApi(await openAccount({ tables: { Log: [] } }))
    for (const values of [
      { A: 1, B: null },
      { a: 1.5, C: ['x'] },
    ]) {
      const init = { method: 'POST', body: JSON.stringify(values) }
      expect((await call('/tables/Log/records', init)).status).toBe(201)
    }
    const fields = await resultOf(await call('/tables/Log/fields'))
    expect(fields.map(({ Name, Type }) => `${Name} ${Type}`)).toEqual([
      'PK_ID AUTONUMBER',
      'A NUMBER',
      'B STRING',
      'C STRING',
    ])
    const init = { method: 'POST', body: '{"__proto__":1}' }
    expect((await call('/tables/Log/records', init)).status).toBe(400)
  })

  const TYPES = /must be one of STRING, .+, TIMESTAMP, or an object with one of them in Type$/
  it.each<[object, string | RegExp]>([
    [
      { tables: { A: { rows: 5 } } },
      'tables.A must be an array of plain objects, or an object with such an array in rows',
    ],
    [
      { tables: { A: { Rows: [] } } },
      'tables.A has no option Rows. The options are rows, fields, note.',
    ],
    [
      { tables: { A: [] }, views: { B: { table: 'A', filter: 'C=1' } } },
      'views.B has no option filter. The options are table, where, fields, note.',
    ],
    [
      { files: { '/a.txt': { content: 'a', type: 'text/plain' } } },
      "files['/a.txt'] has no option type. The options are content, contentType.",
    ],
    [{ tables: { A: { fields: { B: 'VARCHAR' } } } }, TYPES],
    [{ tables: { A: { fields: { B: 5 } } } }, TYPES],
    [{ tables: { A: { fields: { B: { Label: 'x' } } } } }, TYPES],
    [
      { tables: { A: { fields: { B: { Type: 'STRING', Unique: 1 } } } } },
      'tables.A.fields.B: Unique must be a boolean.',
    ],
    [
      { tables: { A: { fields: { 'B C': 'STRING' } } } },
      /^tables\.A\.fields\.B C: Name must consist of letters/,
    ],
    [
      { tables: { A: { fields: { B: 'STRING', b: 'STRING' } } } },
      "tables.A.fields.b: The table already has a field 'b'.",
    ],
    [
      { tables: { A: { rows: [{ B: 'x' }], fields: { B: 'INTEGER' } } } },
      "tables.A.rows[0].B: The field 'B' cannot hold this value: its type is INTEGER.",
    ],
    [
      {
        tables: {
          A: { rows: [{ B: 1 }, { B: 1 }], fields: { B: { Type: 'INTEGER', Unique: true } } },
        },
      },
      "tables.A.rows[1]: The field 'B' is unique, and another record has this value.",
    ],
    [{ views: [] }, 'views must be an object of views'],
    [{ views: { V: 5 } }, 'views.V must be an object with a table'],
    [{ views: { V: { table: 'Nope' } } }, 'views.V.table must be the name of a table'],
    [
      { views: { V: { table: 'Physicians', fields: ['Nope'] } } },
      'views.V.fields: Physicians has no Nope',
    ],
    [{ views: { V: { table: 'Physicians', where: 'Nope=' } } }, /^views\.V\.where: /],
    [{ files: 5 }, 'files must be an object of files'],
    [
      { files: { '/a': 5 } },
      "files['/a'] must be a string or a Uint8Array, or an object with one of them in content",
    ],
  ])('cannot be %j', async (options, message) => {
    const error = await rejectionOf(startCaspioAccount(options as CaspioAccountOptions))
    expect(error).toBeInstanceOf(TypeError)
    const words = error.message.replace('axios-caspio-auth/testing: ', '')
    if (typeof message === 'string') expect(words).toBe(message)
    else expect(words).toMatch(message)
  })
})
