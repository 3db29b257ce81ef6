import { type Column, columnKey, compileColumn } from './column.js'
import { compileCondition } from './compile-condition.js'
import { compileSelect, type Selection } from './compile-select.js'
import { type Comparable, errorAt, type Scope } from './expression.js'
import type { Test } from './logic.js'
import { parseCondition } from './parse-condition.js'
import { type OrderTerm, parseGroupBy, parseOrderBy } from './parse-lists.js'
import type { QueryParameters, QueryTable, Row } from './types.js'

/** Reads a value of a group of rows as it compares. Without grouping each row is a group. */
export type Key = (group: readonly Row[]) => Comparable

export interface Query {
  /** `undefined` if all rows are wanted. */
  test: Test | undefined
  selection: Selection
  /** What the rows of a group have in common. `undefined` if the rows are not grouped. */
  groupKeys: Key[] | undefined
  order: { key: Key; sign: 1 | -1 }[]
}

/** @throws CaspioError for what is malformed, or not known */
export function compileQuery(table: QueryTable, parameters: QueryParameters): Query {
  const { where, groupBy, orderBy } = parameters
  const scopeOf = (name: 'select' | 'where' | 'groupBy' | 'orderBy', text: string): Scope => ({
    source: { parameter: parameters.prefix + name, text },
    table,
  })
  const test = where === undefined ? undefined : compileWhere(scopeOf('where', where))
  const selectScope = scopeOf('select', parameters.select ?? '*')
  const selection = compileSelect(selectScope)
  const groups = groupBy === undefined ? undefined : compileGroupBy(scopeOf('groupBy', groupBy))
  const orderScope = scopeOf('orderBy', orderBy ?? '')
  const order = orderBy === undefined ? [] : compileOrderBy(orderScope, selection)

  const selected = selection.outputs.map(({ column }) => column)
  const sorted = order.map(({ column }) => column)
  const isGrouped =
    groups !== undefined || [...selected, ...sorted].some(({ field }) => field === undefined)
  if (isGrouped) {
    const fields = groups?.map(({ column }) => column.field) ?? []
    requireGrouped(selected, fields, selectScope, parameters)
    requireGrouped(sorted, fields, orderScope, parameters)
  }
  if (selection.distinctKeys !== undefined) requireSelected(sorted, selected, orderScope)
  const groupKeys = isGrouped ? (groups ?? []).map(({ key }) => key) : undefined
  return { test, selection, groupKeys, order }
}

export function compileWhere(scope: Scope): Test {
  return compileCondition(parseCondition(scope.source), scope)
}

function compileGroupBy(scope: Scope) {
  return parseGroupBy(scope.source).map((field) => {
    const column = compileColumn(field, scope)
    return { column, key: columnKey(column, scope) }
  })
}

function compileOrderBy(scope: Scope, selection: Selection) {
  const seen = new Set<string>()
  return parseOrderBy(scope.source).map((orderTerm) => {
    const column = { ...findColumn(orderTerm, scope, selection), at: orderTerm.at }
    if (seen.has(column.id)) throw errorAt(scope, orderTerm.at, 'this is already in the list.')
    seen.add(column.id)
    const sign: 1 | -1 = orderTerm.isDescending ? -1 : 1
    return { column, key: columnKey(column, scope), sign }
  })
}

/** Finds what to sort by: a place in the selection, a name that it gives, or a field. */
function findColumn({ term, at }: OrderTerm, scope: Scope, { outputs }: Selection): Column {
  if (typeof term === 'number') {
    const output = outputs[term - 1]
    if (output !== undefined) return output.column
    throw errorAt(scope, at, `the query selects ${outputs.length} fields only.`)
  }
  const name = term.kind === 'field' ? term.name.toLowerCase() : undefined
  const named = outputs.find((output) => output.name.toLowerCase() === name)
  return named?.column ?? compileColumn(term, scope)
}

function requireGrouped(
  columns: readonly Column[],
  groupedFields: readonly (string | undefined)[],
  scope: Scope,
  { prefix }: QueryParameters,
): void {
  for (const { field, at } of columns) {
    if (field === undefined || groupedFields.includes(field)) continue
    throw errorAt(
      scope,
      at,
      `${field} is neither in ${prefix}groupBy nor in a function such as MAX.`,
    )
  }
}

function requireSelected(
  columns: readonly Column[],
  selected: readonly Column[],
  scope: Scope,
): void {
  const ids = selected.map(({ id }) => id)
  for (const { id, at } of columns) {
    if (!ids.includes(id)) {
      throw errorAt(scope, at, 'a query with DISTINCT can only be sorted by what it selects.')
    }
  }
}
