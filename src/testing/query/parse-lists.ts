import type { FieldOperand } from './condition.js'
import { parseField } from './parse-operand.js'
import { TokenReader } from './token-reader.js'
import type { Source } from './tokens.js'

const FUNCTIONS = ['COUNT', 'SUM', 'AVG', 'MIN', 'MAX'] as const

export interface Aggregate {
  kind: 'aggregate'
  function: (typeof FUNCTIONS)[number]
  isDistinct: boolean
  /** `undefined` for `COUNT(*)`. */
  field: FieldOperand | undefined
  at: number
}

/** What a list of fields may hold. */
export type Term = FieldOperand | Aggregate

export interface SelectItem {
  /** `undefined` for `*`. */
  term: Term | undefined
  alias: string | undefined
  at: number
}

export interface SelectList {
  isDistinct: boolean
  items: SelectItem[]
}

export interface OrderTerm {
  /** A number is a place in the list of selected fields, from 1. */
  term: Term | number
  isDescending: boolean
  at: number
}

/** @throws CaspioError for what is not a list of fields, or is not known */
export function parseSelect(source: Source): SelectList {
  const reader = new TokenReader(source)
  const isDistinct = reader.takeIf('DISTINCT')
  const items = parseList(reader, () => {
    const { at } = reader.next
    if (reader.takeIf('*')) return { term: undefined, alias: undefined, at }
    return { term: parseTerm(reader), alias: parseAlias(reader), at }
  })
  return { isDistinct, items }
}

/** @throws CaspioError for what is not a list of fields */
export function parseGroupBy(source: Source): FieldOperand[] {
  const reader = new TokenReader(source)
  return parseList(reader, () => parseField(reader))
}

/** @throws CaspioError for what is not a list of fields, or is not known */
export function parseOrderBy(source: Source): OrderTerm[] {
  const reader = new TokenReader(source)
  return parseList(reader, () => {
    const { kind, value, at } = reader.next
    const isPlace = kind === 'number' && /^\d+$/.test(value)
    const term = isPlace ? Number(reader.take().value) : parseTerm(reader)
    const isDescending = reader.takeIf('DESC')
    if (!isDescending) reader.takeIf('ASC')
    return { term, isDescending, at }
  })
}

function parseList<T>(reader: TokenReader, parseItem: () => T): T[] {
  const items = [parseItem()]
  while (reader.takeIf(',')) items.push(parseItem())
  reader.expectEnd()
  return items
}

function parseTerm(reader: TokenReader): Term {
  const { at } = reader.next
  const name = FUNCTIONS.find((word) => reader.isCallOf(word))
  if (name === undefined) return parseField(reader)
  reader.take()
  reader.expect('(')
  if (name === 'COUNT' && reader.takeIf('*')) {
    reader.expect(')')
    return { kind: 'aggregate', function: name, isDistinct: false, field: undefined, at }
  }
  const isDistinct = reader.takeIf('DISTINCT')
  const field = parseField(reader)
  reader.expect(')')
  return { kind: 'aggregate', function: name, isDistinct, field, at }
}

function parseAlias(reader: TokenReader): string | undefined {
  const isAnnounced = reader.takeIf('AS')
  if (reader.next.kind === 'text') return reader.take().value
  const isName = reader.next.kind === 'word' || reader.next.kind === 'name'
  return isAnnounced || isName ? reader.takeName('a name').value : undefined
}
