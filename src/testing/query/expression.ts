import type { CaspioError } from '../caspio-error.js'
import type { LiteralOperand, Operand } from './condition.js'
import { convert, KIND_NAMES, type Kind, kindOfType } from './kinds.js'
import { textKey } from './text.js'
import { queryError, type Source } from './tokens.js'
import type { Field, QueryTable, Row } from './types.js'

/** A value as it compares: a number, or the key of a text. */
export type Comparable = string | number | null

/** A field or a constant of a query. */
export interface Expression {
  /** How it compares. NULL has no kind. `other`: it cannot be compared. */
  kind: Kind | 'null' | 'other'
  /** Where it is in the text. */
  at: number
  isConstant: boolean
  /** Returns the value as stored or written. */
  read(row: Row): unknown
}

/** What a text is compiled for. */
export interface Scope {
  source: Source
  table: QueryTable
}

export function errorAt({ source }: Scope, at: number, problem: string): CaspioError {
  return queryError(source, at, problem)
}

/**
 * Finds a field. SQL ignores the case of its name.
 * @throws CaspioError if the table has no such field, or the field is a password
 */
export function findField(name: string, at: number, scope: Scope): Field {
  const { fields, acceptsAnyField } = scope.table
  const lower = name.toLowerCase()
  const field = fields.find(({ Name }) => Name.toLowerCase() === lower)
  if (field === undefined && acceptsAnyField) return { Name: name, Type: 'STRING' }
  if (field === undefined) throw errorAt(scope, at, `there is no field ${name}.`)
  if (isPassword(field)) throw errorAt(scope, at, 'a password field cannot be read.')
  return field
}

export function isPassword({ Type }: Field): boolean {
  return Type.toUpperCase() === 'PASSWORD'
}

/** Returns the value of a field, `null` if the row has none. */
export function storedValue(row: Row, field: string): unknown {
  return Object.hasOwn(row, field) ? (row[field] ?? null) : null
}

/** @throws CaspioError if there is no such field, or a number is too large */
export function compileOperand(operand: Operand, scope: Scope): Expression {
  const { at } = operand
  if (operand.kind !== 'field') {
    const value = literalValue(operand, scope)
    return { kind: literalKind(operand), at, isConstant: true, read: () => value }
  }
  const { Name, Type } = findField(operand.name, at, scope)
  const read = (row: Row) => storedValue(row, Name)
  return { kind: kindOfType(Type) ?? 'other', at, isConstant: false, read }
}

function literalKind({ kind, value }: LiteralOperand): Expression['kind'] {
  if (kind !== 'number') return kind
  if (/e/i.test(value)) return 'float'
  return value.includes('.') ? 'decimal' : 'integer'
}

const MAX_DIGITS = 15

function literalValue({ kind, value, at }: LiteralOperand, scope: Scope): unknown {
  if (kind !== 'number') return kind === 'null' ? null : value
  const digits = value.replace(/e.*/i, '').replace(/^[^1-9]*|\./g, '')
  if (digits.length > MAX_DIGITS || !Number.isFinite(Number(value))) {
    throw errorAt(
      scope,
      at,
      `the stand-in account compares numbers of ${MAX_DIGITS} digits at most.`,
    )
  }
  return Number(value)
}

/**
 * Converts a value to a kind.
 * @param at the place of the field or constant that it comes from
 * @throws CaspioError if it cannot be converted
 */
function requireKind(value: unknown, kind: Kind, at: number, scope: Scope): string | number {
  const converted = convert(value, kind)
  if (converted !== undefined) return converted
  throw errorAt(scope, at, `the value ${JSON.stringify(value)} is not ${KIND_NAMES[kind]}.`)
}

/**
 * Returns a function that reads an expression as it compares with another one of a kind.
 * @throws CaspioError if a value cannot be converted: now for a constant, later for a field
 */
export function readerOf(
  expression: Expression,
  kind: Kind,
  scope: Scope,
): (row: Row) => Comparable {
  const readKey = (row: Row) => comparable(readAs(expression, kind, row, scope))
  if (!expression.isConstant) return readKey
  const constant = readKey({})
  return () => constant
}

/**
 * Reads an expression as a kind. A stored value is first converted to the kind of its field.
 * @throws CaspioError if it cannot be converted
 */
export function readAs(
  { kind: ownKind, at, read }: Expression,
  kind: Kind,
  row: Row,
  scope: Scope,
): Comparable {
  const value = read(row)
  if (value === null || ownKind === 'null' || ownKind === 'other') return null
  const own = requireKind(value, ownKind, at, scope)
  return ownKind === kind ? own : requireKind(own, kind, at, scope)
}

/** Returns a value as it compares. */
export function keyOf(value: unknown, kind: Kind, at: number, scope: Scope): Comparable {
  return value === null ? null : comparable(requireKind(value, kind, at, scope))
}

function comparable(value: Comparable): Comparable {
  return typeof value === 'string' ? textKey(value) : value
}
