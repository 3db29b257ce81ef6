import { badQuery } from '../caspio-error.js'
import { compareValues } from './compare.js'
import { compileQuery, compileWhere, type Key, type Query } from './compile-query.js'
import type { Comparable } from './expression.js'
import type { Test } from './logic.js'
import { readPage } from './page.js'
import type { QueryParameters, QueryResult, QueryTable, Row } from './types.js'

type Group = readonly Row[]

/**
 * Answers a query.
 * @throws CaspioError for what is malformed, or not known
 */
export function runQuery(table: QueryTable, parameters: QueryParameters): QueryResult {
  const page = readPage(parameters)
  const query = compileQuery(table, parameters)
  const { outputs, distinctKeys } = query.selection
  // In the order of the table nothing can change after the last row of the page.
  const isInOrder = !query.groupKeys && !distinctKeys && query.order.length === 0
  const max = isInOrder && !page.describe ? page.end : Number.POSITIVE_INFINITY
  let groups = groupRows(findRows(table.rows, query.test, max), query.groupKeys)
  if (distinctKeys !== undefined) groups = withoutDuplicates(groups, distinctKeys)
  groups = sort(groups, query.order)
  const Result = groups
    .slice(page.start, page.end)
    .map((group) =>
      Object.fromEntries(outputs.map(({ name, column }) => [name, column.read(group)])),
    )
  return page.describe ? { Result, Pagination: page.describe(groups.length) } : { Result }
}

/**
 * Returns the rows that an update or delete changes.
 * @throws CaspioError if there is no condition, so that no request changes a whole table by mistake
 */
export function selectRows(table: QueryTable, { prefix, where }: QueryParameters): Row[] {
  const parameter = `${prefix}where`
  if (where === undefined) {
    throw badQuery(`${parameter} is required, for instance ${parameter}=PK_ID=1.`)
  }
  const test = compileWhere({ source: { parameter, text: where }, table })
  return findRows(table.rows, test, Number.POSITIVE_INFINITY)
}

/** SQL takes a row if the condition is TRUE: neither FALSE nor UNKNOWN. */
function findRows(rows: readonly Row[], test: Test | undefined, max: number): Row[] {
  const found: Row[] = []
  for (const row of rows) {
    if (found.length >= max) break
    if (test === undefined || test(row) === true) found.push(row)
  }
  return found
}

function groupRows(rows: readonly Row[], keys: readonly Key[] | undefined): Group[] {
  if (keys === undefined) return rows.map((row) => [row])
  // Without fields to group by there is one group, even without rows.
  if (keys.length === 0) return [rows]
  const groups = new Map<string, Row[]>()
  for (const row of rows) {
    const id = idOf([row], keys)
    const group = groups.get(id)
    if (group === undefined) groups.set(id, [row])
    else group.push(row)
  }
  return [...groups.values()]
}

function withoutDuplicates(groups: readonly Group[], keys: readonly Key[]): Group[] {
  const seen = new Set<string>()
  return groups.filter((group) => {
    const id = idOf(group, keys)
    const isNew = !seen.has(id)
    seen.add(id)
    return isNew
  })
}

/** The same for groups with the same values. As JSON, '1' differs from 1. */
function idOf(group: Group, keys: readonly Key[]): string {
  return JSON.stringify(keys.map((key) => key(group)))
}

/** Keeps the order of groups that are equal. */
function sort(groups: Group[], order: Query['order']): Group[] {
  if (order.length === 0) return groups
  const signs = order.map(({ sign }) => sign)
  const entries = groups.map((group) => ({ group, keys: order.map(({ key }) => key(group)) }))
  entries.sort((a, b) => {
    let result = 0
    for (let index = 0; result === 0 && index < signs.length; index += 1) {
      const difference = compareValues(a.keys[index] as Comparable, b.keys[index] as Comparable)
      result = difference * (signs[index] as number)
    }
    return result
  })
  return entries.map(({ group }) => group)
}
