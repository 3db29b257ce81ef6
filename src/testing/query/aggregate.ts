import type { Column } from './column.js'
import { compareValues } from './compare.js'
import {
  type Comparable,
  errorAt,
  findField,
  keyOf,
  type Scope,
  storedValue,
} from './expression.js'
import { type Kind, kindOfType } from './kinds.js'
import type { Aggregate } from './parse-lists.js'

/** A value that is not NULL, as stored and as it compares. */
interface Entry {
  value: unknown
  key: Comparable
}

/** As many decimal places as SQL Server's money has. */
const MONEY = 10_000

const KINDS: Record<Aggregate['function'], readonly (Kind | undefined)[]> = {
  COUNT: ['text', 'yesNo', 'integer', 'decimal', 'float', 'date', undefined],
  SUM: ['integer', 'decimal', 'float'],
  AVG: ['integer', 'decimal', 'float'],
  MIN: ['text', 'integer', 'decimal', 'float', 'date'],
  MAX: ['text', 'integer', 'decimal', 'float', 'date'],
}

/** @throws CaspioError for a field that the function does not take, as in SQL Server */
export function compileAggregate(term: Aggregate, scope: Scope): Column {
  const { function: name, isDistinct, at } = term
  if (term.field === undefined) {
    return { id: 'COUNT(*)', field: undefined, kind: 'integer', at, read: (group) => group.length }
  }
  const { Name, Type } = findField(term.field.name, term.field.at, scope)
  const kind = kindOfType(Type)
  if (!KINDS[name].includes(kind) || (isDistinct && kind === undefined)) {
    throw errorAt(scope, at, `${name} does not take a field of the type ${Type}.`)
  }
  const compute = FUNCTIONS[name]
  return {
    id: `${name}(${isDistinct ? 'DISTINCT ' : ''}[${Name}])`,
    field: undefined,
    kind: name === 'COUNT' ? 'integer' : kind,
    at,
    read: (group) => {
      const values = group.map((row) => storedValue(row, Name)).filter((value) => value !== null)
      const entries = values.map((value) => ({
        value,
        key: kind === undefined ? 0 : keyOf(value, kind, at, scope),
      }))
      return compute(isDistinct ? withoutDuplicates(entries) : entries, kind)
    },
  }
}

function withoutDuplicates(entries: readonly Entry[]): Entry[] {
  return [...new Map(entries.map((entry) => [entry.key, entry])).values()]
}

/** Without values, COUNT is 0 and the others are NULL. */
const FUNCTIONS: Record<
  Aggregate['function'],
  (entries: readonly Entry[], kind: Kind | undefined) => unknown
> = {
  COUNT: (entries) => entries.length,
  SUM: (entries, kind) => (entries.length === 0 ? null : sum(entries, kind)),
  AVG: (entries, kind) => (entries.length === 0 ? null : average(entries, kind)),
  MIN: (entries) => best(entries, -1),
  MAX: (entries) => best(entries, 1),
}

function sum(entries: readonly Entry[], kind: Kind | undefined): number {
  // Money adds up without the rounding errors of floating-point numbers.
  const scale = kind === 'decimal' ? MONEY : 1
  const scaled = entries.map(({ key }) =>
    scale === 1 ? Number(key) : Math.round(Number(key) * scale),
  )
  return scaled.reduce((total, value) => total + value, 0) / scale
}

/** The average of whole numbers is a whole number: the fraction is cut off. */
function average(entries: readonly Entry[], kind: Kind | undefined): number {
  const value = sum(entries, kind) / entries.length
  // Adding 0 turns -0 into 0.
  if (kind === 'integer') return Math.trunc(value) + 0
  return kind === 'decimal' ? Math.round(value * MONEY) / MONEY : value
}

function best(entries: readonly Entry[], sign: 1 | -1): unknown {
  let winner: Entry | undefined
  for (const entry of entries) {
    if (winner === undefined || sign * compareValues(entry.key, winner.key) > 0) winner = entry
  }
  return winner?.value ?? null
}
