import * as fc from 'fast-check'
import pg from 'pg'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { runQuery } from '../../../src/testing/query/run-query.js'
import type { QueryParameters, Row } from '../../../src/testing/query/types.js'
import { describeWithPostgres, POSTGRES_URL } from '../../support/services.js'
import { COMPARED, condition, FIELDS, FROM_ROWS, type Pair, rows } from './random-query.js'

const NUM_RUNS = 150

const client = new pg.Client({ connectionString: POSTGRES_URL })

async function select(sql: string, table: Row[]): Promise<Record<string, unknown>[]> {
  return (await client.query(sql, [JSON.stringify(table)])).rows
}

function ask(table: Row[], parameters: Omit<QueryParameters, 'prefix'>): Row[] {
  return runQuery({ fields: FIELDS, rows: table }, { prefix: 'q.', ...parameters }).Result
}

const direction = fc.constantFrom<Pair>(
  { caspio: '', sql: 'ASC NULLS FIRST' },
  { caspio: ' ASC', sql: 'ASC NULLS FIRST' },
  { caspio: ' desc', sql: 'DESC NULLS LAST' },
)
const order = fc
  .tuple(
    fc.uniqueArray(fc.constantFrom(...FIELDS.slice(1).map(({ Name }) => Name)), { maxLength: 3 }),
    fc.array(direction, { minLength: 3, maxLength: 3 }),
  )
  .map(([names, directions]) => {
    const terms = [...names, 'PK_ID'].map((name, index) => ({
      caspio: `[${name}]${directions[index]?.caspio ?? ''}`,
      sql: `${COMPARED[name]} ${directions[index]?.sql ?? ''}`,
    }))
    return {
      caspio: terms.map(({ caspio }) => caspio).join(','),
      sql: terms.map(({ sql }) => sql).join(','),
    }
  })

const AGGREGATES: Pair[] = [
  { caspio: 'COUNT(*)', sql: 'count(*)' },
  { caspio: 'COUNT([Other Name])', sql: 'count("Other Name")' },
  { caspio: 'count(DISTINCT Name)', sql: `count(DISTINCT ${COMPARED.Name})` },
  { caspio: 'SUM(Count)', sql: 'sum("Count")' },
  { caspio: 'SUM(DISTINCT Count)', sql: 'sum(DISTINCT "Count")' },
  { caspio: 'SUM(Size)', sql: 'sum("Size")' },
  { caspio: 'SUM(Price)', sql: 'sum("Price")' },
  { caspio: 'AVG(Count)', sql: 'trunc(avg("Count"))' },
  { caspio: 'AVG(Size)', sql: 'avg("Size")' },
  { caspio: 'MIN(Price)', sql: 'min("Price")' },
  { caspio: 'MAX(Size)', sql: 'max("Size")' },
  { caspio: 'MAX(Created)', sql: `to_char(max("Created"), 'YYYY-MM-DD"T"HH24:MI:SS')` },
]

/** PostgreSQL sends bigint and numeric as texts. */
const asNumber = (value: unknown) =>
  typeof value === 'string' && /^-?[\d.]+$/.test(value) ? Number(value) : value
const asKey = (value: unknown) =>
  typeof value === 'string' ? value.toLowerCase().replace(/ +$/, '') : Number(value)

describeWithPostgres('a query finds what PostgreSQL finds', () => {
  beforeAll(() => client.connect())
  afterAll(() => client.end())

  it('for any condition', async () => {
    await fc.assert(
      fc.asyncProperty(
        rows,
        fc.array(condition, { minLength: 1, maxLength: 5 }),
        async (table, conditions) => {
          for (const { caspio, sql } of conditions) {
            const expected = await select(
              `SELECT "PK_ID" ${FROM_ROWS} WHERE ${sql} ORDER BY 1`,
              table,
            )
            expect(ask(table, { where: caspio, select: 'PK_ID' }), caspio).toEqual(expected)
          }
        },
      ),
      { numRuns: NUM_RUNS },
    )
  })

  it('in any order, page by page', async () => {
    await fc.assert(
      fc.asyncProperty(rows, order, fc.integer({ min: 5, max: 9 }), async (table, by, pageSize) => {
        const expected = await select(`SELECT "PK_ID" ${FROM_ROWS} ORDER BY ${by.sql}`, table)
        const found: Row[] = []
        for (let page = 1; found.length < table.length; page += 1) {
          const parameters = { select: 'PK_ID', pageSize: `${pageSize}`, pageNumber: `${page}` }
          found.push(...ask(table, { ...parameters, orderBy: by.caspio }))
        }
        expect(found, by.caspio).toEqual(expected)
      }),
      { numRuns: NUM_RUNS },
    )
  })

  it('in any groups', async () => {
    const grouping = fc.subarray(['Name', 'Active', 'Count'])
    const aggregates = fc.subarray(AGGREGATES, { minLength: 1 })
    await fc.assert(
      fc.asyncProperty(
        rows,
        condition,
        grouping,
        aggregates,
        async (table, where, names, chosen) => {
          const keys = names.map((name) => COMPARED[name])
          const columns = [
            ...keys.map((sql, index) => `${sql} AS k${index}`),
            ...chosen.map(({ sql }, index) => `${sql} AS a${index}`),
          ]
          const grouped = keys.length === 0 ? '' : `GROUP BY ${keys.join(',')}`
          const order =
            keys.length === 0 ? '' : `ORDER BY ${keys.map((key) => `${key} NULLS FIRST`).join(',')}`
          const expected = await select(
            `SELECT ${columns.join(',')} ${FROM_ROWS} WHERE ${where.sql} ${grouped} ${order}`,
            table,
          )
          const selected = [
            ...names.map((name, index) => `${name} AS k${index}`),
            ...chosen.map(({ caspio }, index) => `${caspio} AS a${index}`),
          ]
          const found = ask(table, {
            where: where.caspio,
            select: selected.join(', '),
            ...(names.length > 0 && { groupBy: names.join(','), orderBy: names.join(',') }),
          })
          const normalise = (list: Row[]) =>
            list.map((row) =>
              Object.entries(row).map(([name, value]) =>
                value === null ? null : name.startsWith('k') ? asKey(value) : asNumber(value),
              ),
            )
          expect(normalise(found), selected.join(', ')).toEqual(normalise(expected))
        },
      ),
      { numRuns: NUM_RUNS },
    )
  })

  it('without duplicates', async () => {
    const names = fc.subarray(['Name', 'Active', 'Count', 'Created'], { minLength: 1 })
    await fc.assert(
      fc.asyncProperty(rows, names, async (table, fields) => {
        const keys = fields.map((name) => COMPARED[name])
        const [{ count }] = (await select(
          `SELECT count(*)::int AS count FROM (SELECT DISTINCT ${keys.map((key, i) => `${key} AS k${i}`).join(',')} ${FROM_ROWS}) AS d`,
          table,
        )) as [{ count: number }]
        const found = runQuery(
          { fields: FIELDS, rows: table },
          { prefix: '', select: `DISTINCT ${fields.join(',')}`, getPaginationInfo: 'true' },
        )
        expect(found.Result).toHaveLength(count)
        expect(found.Pagination).toEqual({ TotalCount: count, PageNumber: 1, PageSize: 100 })
      }),
      { numRuns: NUM_RUNS },
    )
  })
})
