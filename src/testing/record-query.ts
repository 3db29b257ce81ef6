import type { URLSearchParams } from 'node:url'
import { badQuery } from './caspio-error.js'
import { parseWhere } from './parse-where.js'
import { KEY_FIELD, type Row, type Table } from './table.js'

const DEFAULT_LIMIT = 100
const MAX_RECORDS = 1_000
const MIN_PAGE_SIZE = 5
const DEFAULT_PAGE_SIZE = 25

/**
 * Returns the `q.` parameters of a query by their names in lower case, since Caspio ignores case.
 * @throws CaspioError for a parameter that is not in `allowed`: the answer would be wrong without it
 */
export function readParameters(
  query: URLSearchParams,
  allowed: readonly string[],
): Map<string, string> {
  const parameters = new Map<string, string>()
  for (const [name, value] of query) {
    const key = name.toLowerCase()
    if (!/^q(?:\.|$)/.test(key) || parameters.has(key)) continue
    if (!allowed.some((allowedName) => allowedName.toLowerCase() === key)) {
      throw badQuery(`The stand-in account does not know ${name} here.`)
    }
    parameters.set(key, value)
  }
  return parameters
}

/**
 * Returns the rows that a query asks for.
 * @throws CaspioError for a parameter that is malformed or not supported
 */
export function queryRecords(table: Table, query: URLSearchParams): Row[] {
  const parameters = readParameters(query, [
    'q.select',
    'q.where',
    'q.orderBy',
    'q.limit',
    'q.pageNumber',
    'q.pageSize',
  ])
  const where = parameters.get('q.where')
  const rows = where === undefined ? [...table.rows] : table.rows.filter(parseWhere(where, table))
  sort(rows, parameters.get('q.orderby'), table)
  const project = projection(parameters.get('q.select'), table)
  return takePage(rows, parameters).map(project)
}

function sort(rows: Row[], orderBy: string | undefined, table: Table): void {
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

function projection(select: string | undefined, table: Table): (row: Row) => Row {
  if (select === undefined || select.trim() === '*') return (row) => row
  const fields = select.split(',').map((name) => fieldOf('q.select', name, table))
  return (row) => Object.fromEntries(fields.map((field) => [field, row[field] ?? null]))
}

function fieldOf(parameter: string, text: string, table: Table): string {
  const name = text.trim().replace(/^\[(.+)\]$/, '$1')
  if (name !== '' && table.hasField(name)) return name
  throw badQuery(`${parameter} names the unknown field ${name || '(none)'}.`)
}

/** `q.limit` has no effect if the query asks for a page. */
function takePage(rows: Row[], parameters: Map<string, string>): Row[] {
  const integer = (name: string, min: number, max: number): number | undefined => {
    const text = parameters.get(name.toLowerCase())
    if (text === undefined) return undefined
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN
    if (value >= min && value <= max) return value
    throw badQuery(`${name} must be an integer from ${min} to ${max}, got: ${text}`)
  }
  const limit = integer('q.limit', 1, MAX_RECORDS)
  const pageNumber = integer('q.pageNumber', 1, Number.MAX_SAFE_INTEGER)
  const pageSize = integer('q.pageSize', MIN_PAGE_SIZE, MAX_RECORDS)
  if (pageNumber === undefined && pageSize === undefined)
    return rows.slice(0, limit ?? DEFAULT_LIMIT)
  const size = pageSize ?? DEFAULT_PAGE_SIZE
  const start = ((pageNumber ?? 1) - 1) * size
  return rows.slice(start, start + size)
}

/**
 * Returns the condition of an update or delete.
 * @throws CaspioError if there is none, so that no request changes a whole table by mistake
 */
export function requiredWhere(table: Table, query: URLSearchParams): (row: Row) => boolean {
  const where = readParameters(query, ['q.where']).get('q.where')
  if (where === undefined)
    throw badQuery(`q.where is required, for instance q.where=${KEY_FIELD}=1.`)
  return parseWhere(where, table)
}
