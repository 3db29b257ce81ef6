import { type Column, columnKey, compileColumn } from './column.js'
import type { Key } from './compile-query.js'
import { errorAt, isPassword, type Scope } from './expression.js'
import { parseSelect, type SelectItem } from './parse-lists.js'

/** One field of the answer. */
interface Output {
  name: string
  column: Column
}

export interface Selection {
  outputs: Output[]
  /** What different rows differ in, if the query has DISTINCT. */
  distinctKeys: Key[] | undefined
}

/** @throws CaspioError for an unknown field, and for a field of the answer without a name of its own */
export function compileSelect(scope: Scope): Selection {
  const { isDistinct, items } = parseSelect(scope.source)
  const outputs = items.flatMap((item) => compileItem(item, scope))
  const names = new Set<string>()
  for (const { name, column } of outputs) {
    if (names.has(name.toLowerCase())) {
      throw errorAt(scope, column.at, `the answer would have two fields named ${name}.`)
    }
    names.add(name.toLowerCase())
  }
  const keys = () => outputs.map(({ column }) => columnKey(column, scope))
  return { outputs, distinctKeys: isDistinct ? keys() : undefined }
}

function compileItem({ term, alias, at }: SelectItem, scope: Scope): Output[] {
  if (term === undefined) return compileAll(at, scope)
  const column = compileColumn(term, scope)
  const name = alias ?? column.field
  if (name !== undefined) return [{ name, column }]
  throw errorAt(
    scope,
    at,
    'the stand-in account does not know what Caspio calls a value without a name. Name it with AS.',
  )
}

/** All fields except passwords. */
function compileAll(at: number, scope: Scope): Output[] {
  return scope.table.fields
    .filter((field) => !isPassword(field))
    .map(({ Name }) => ({
      name: Name,
      column: compileColumn({ kind: 'field', name: Name, at }, scope),
    }))
}
