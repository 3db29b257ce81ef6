import type { Operator } from './condition.js'
import { type Comparable, type Expression, errorAt, readerOf, type Scope } from './expression.js'
import { commonKind, KIND_NAMES, type Kind } from './kinds.js'
import { some, type Test } from './logic.js'
import { compareKeys } from './text.js'

type Value = string | number

const TESTS: Record<Operator, (a: Value, b: Value) => boolean> = {
  '=': (a, b) => a === b,
  '<>': (a, b) => a !== b,
  '<': (a, b) => compareValues(a, b) < 0,
  '<=': (a, b) => compareValues(a, b) <= 0,
  '>': (a, b) => compareValues(a, b) > 0,
  '>=': (a, b) => compareValues(a, b) >= 0,
}

/** Returns the order of two values of one kind. NULL comes first, as SQL Server sorts it. */
export function compareValues(a: Comparable, b: Comparable): number {
  if (typeof a === 'string' && typeof b === 'string') return compareKeys(a, b)
  if (a === null || b === null) return Number(b === null) - Number(a === null)
  return a < b ? -1 : Number(a > b)
}

/**
 * Makes the test of a comparison.
 * @param at the place of the operator
 * @throws CaspioError if the values cannot be compared
 */
export function compileComparison(
  left: Expression,
  operator: Operator,
  right: Expression,
  at: number,
  scope: Scope,
): Test {
  const kind = kindOfBoth(left, right, at, scope)
  if (kind === undefined) return () => null
  const readLeft = readerOf(left, kind, scope)
  const readRight = readerOf(right, kind, scope)
  const test = TESTS[operator]
  return (row) => {
    const a = readLeft(row)
    const b = readRight(row)
    return a === null || b === null ? null : test(a, b)
  }
}

/** Makes the test of IN. The constants of one kind are looked up at once, however long the list. */
export function compileIn(
  operand: Expression,
  list: readonly Expression[],
  at: number,
  scope: Scope,
): Test {
  const constants = new Map<Kind, Set<Comparable>>()
  const tests: Test[] = []
  for (const item of list) {
    const kind = kindOfBoth(operand, item, at, scope)
    if (kind === undefined || !item.isConstant) {
      tests.push(compileComparison(operand, '=', item, at, scope))
      continue
    }
    const values = constants.get(kind) ?? new Set()
    constants.set(kind, values.add(readerOf(item, kind, scope)({})))
  }
  for (const [kind, values] of constants) {
    const read = readerOf(operand, kind, scope)
    tests.push((row) => {
      const value = read(row)
      return value === null ? null : values.has(value)
    })
  }
  return some(tests)
}

/** Returns the kind in which two expressions compare, or `undefined` if one of them is NULL. */
function kindOfBoth(
  left: Expression,
  right: Expression,
  at: number,
  scope: Scope,
): Kind | undefined {
  for (const { kind, at: place } of [left, right]) {
    if (kind === 'other') {
      throw errorAt(scope, place, 'the stand-in account cannot compare fields of this type.')
    }
  }
  if (left.kind === 'null' || right.kind === 'null') return undefined
  const [a, b] = [left.kind, right.kind] as [Kind, Kind]
  const kind = commonKind(a, b)
  if (kind !== undefined) return kind
  const names = `${KIND_NAMES[a]} and ${KIND_NAMES[b]}`
  throw errorAt(scope, at, `the stand-in account does not compare ${names}.`)
}
