import { badQuery } from '../caspio-error.js'
import { findField } from './find-field.js'
import type { QueryParameters, QueryResult, QueryTable, Row } from './types.js'
import { parseWhere } from './where.js'

const DEFAULT_LIMIT = 100
const MAX_RECORDS = 1_000
const MIN_PAGE_SIZE = 5
const DEFAULT_PAGE_SIZE = 25

/**
 * Answers a query.
 * @throws CaspioError for a parameter that is malformed or not supported
 */
export function runQuery(table: QueryTable, parameters: QueryParameters): QueryResult {
  const { where, orderBy, select } = parameters
  for (const name of ['groupBy', 'getPaginationInfo'] as const) {
    if (parameters[name] !== undefined) {
      throw badQuery(`The stand-in account does not know ${parameters.prefix}${name} here.`)
    }
  }
  const rows = where === undefined ? [...table.rows] : table.rows.filter(parseWhere(where, table))
  sort(rows, orderBy, table)
  const project = projection(select, table)
  return { Result: takePage(rows, parameters).map(project) }
}

function sort(rows: Row[], orderBy: string | undefined, table: QueryTable): void {
  if (orderBy === undefined) return
  const keys = orderBy.split(',').map((term) => {
    const [, name = '', direction = 'ASC'] = /^\s*(.+?)(?:\s+(ASC|DESC))?\s*$/i.exec(term) ?? []
    return { field: fieldOf('q.orderBy', name, table), sign: /desc/i.test(direction) ? -1 : 1 }
  })
  rows.sort((a, b) => {
    for (const { field, sign } of keys) {
      const order = sign * compare(a[field], b[field])
      if (order !== 0) return order
    }
    return 0
  })
}

/** Sorts null first, as SQL Server does. */
function compare(a: unknown, b: unknown): number {
  const isNull = (value: unknown) => value === null || value === undefined
  if (isNull(a) || isNull(b)) return Number(isNull(b)) - Number(isNull(a))
  if (typeof a === 'string' && typeof b === 'string') return a < b ? -1 : Number(a > b)
  return Number(a) - Number(b)
}

function projection(select: string | undefined, table: QueryTable): (row: Row) => Row {
  if (select === undefined || select.trim() === '*') return (row) => row
  const fields = select.split(',').map((name) => fieldOf('q.select', name, table))
  return (row) => Object.fromEntries(fields.map((field) => [field, row[field] ?? null]))
}

function fieldOf(parameter: string, text: string, table: QueryTable): string {
  const name = text.trim().replace(/^\[(.+)\]$/, '$1')
  const field = findField(name, table)
  if (field !== undefined) return field
  throw badQuery(`${parameter} names the unknown field ${name || '(none)'}.`)
}

/** `q.limit` has no effect if the query asks for a page. */
function takePage(rows: Row[], parameters: QueryParameters): Row[] {
  type Name = 'limit' | 'pageNumber' | 'pageSize'
  const integer = (name: Name, min: number, max: number): number | undefined => {
    const text = parameters[name]
    if (text === undefined) return undefined
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN
    if (value >= min && value <= max) return value
    throw badQuery(
      `${parameters.prefix}${name} must be an integer from ${min} to ${max}, got: ${text}`,
    )
  }
  const limit = integer('limit', 1, MAX_RECORDS)
  const pageNumber = integer('pageNumber', 1, Number.MAX_SAFE_INTEGER)
  const pageSize = integer('pageSize', MIN_PAGE_SIZE, MAX_RECORDS)
  if (pageNumber === undefined && pageSize === undefined)
    return rows.slice(0, limit ?? DEFAULT_LIMIT)
  const size = pageSize ?? DEFAULT_PAGE_SIZE
  const start = ((pageNumber ?? 1) - 1) * size
  return rows.slice(start, start + size)
}

/**
 * Returns the rows that an update or delete affects.
 * @throws CaspioError if there is no condition, so that no request changes a whole table by mistake
 */
export function selectRows(table: QueryTable, { prefix, where }: QueryParameters): Row[] {
  if (where === undefined) {
    throw badQuery(`${prefix}where is required, for instance ${prefix}where=PK_ID=1.`)
  }
  return table.rows.filter(parseWhere(where, table))
}
