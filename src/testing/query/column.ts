import { compileAggregate } from './aggregate.js'
import {
  type Comparable,
  errorAt,
  findField,
  keyOf,
  type Scope,
  storedValue,
} from './expression.js'
import { type Kind, kindOfType } from './kinds.js'
import type { Term } from './parse-lists.js'
import type { Row } from './types.js'

/** A value of each row, or of each group of rows. */
export interface Column {
  /** Two columns with the same id have the same values. */
  id: string
  /** The name of its field. `undefined` for an aggregate. */
  field: string | undefined
  /** How it compares, `undefined` if it does not. */
  kind: Kind | undefined
  at: number
  read(group: readonly Row[]): unknown
}

/** @throws CaspioError for an unknown field, and for an aggregate of a field that has none */
export function compileColumn(term: Term, scope: Scope): Column {
  if (term.kind === 'aggregate') return compileAggregate(term, scope)
  const { Name, Type } = findField(term.name, term.at, scope)
  const read = ([row]: readonly Row[]) => storedValue(row as Row, Name)
  return { id: `[${Name}]`, field: Name, kind: kindOfType(Type), at: term.at, read }
}

/**
 * Returns a function that reads a column as it compares.
 * @throws CaspioError if it does not compare. The function throws it for a value of another kind.
 */
export function columnKey(
  { kind, at, read }: Column,
  scope: Scope,
): (group: readonly Row[]) => Comparable {
  if (kind === undefined) {
    throw errorAt(scope, at, 'the stand-in account cannot compare fields of this type.')
  }
  return (group) => keyOf(read(group), kind, at, scope)
}
