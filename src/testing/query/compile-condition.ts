import { compileComparison, compileIn } from './compare.js'
import type { Condition, Operand } from './condition.js'
import { compileOperand, type Scope } from './expression.js'
import { compileLike } from './like.js'
import { every, not, some, type Test } from './logic.js'

/**
 * Makes the test of a condition.
 * @throws CaspioError for an unknown field, and for values that cannot be compared. The test throws
 * it, too, if it meets a value that cannot be converted.
 */
export function compileCondition(condition: Condition, scope: Scope): Test {
  const compileAll = (conditions: readonly Condition[]) =>
    conditions.map((part) => compileCondition(part, scope))
  const compile = (operand: Operand) => compileOperand(operand, scope)
  switch (condition.kind) {
    case 'and':
      return every(compileAll(condition.conditions))
    case 'or':
      return some(compileAll(condition.conditions))
    case 'not':
      return not(compileCondition(condition.condition, scope))
    case 'isNull': {
      const { read } = compile(condition.operand)
      return (row) => read(row) === null
    }
    case 'like': {
      const { operand, pattern, escapedBy } = condition
      return compileLike(compile(operand), compile(pattern), escapedBy && compile(escapedBy), scope)
    }
    case 'in': {
      const { operand, list, at } = condition
      return compileIn(compile(operand), list.map(compile), at, scope)
    }
    case 'between': {
      const { low, high, at } = condition
      const operand = compile(condition.operand)
      return every([
        compileComparison(operand, '>=', compile(low), at, scope),
        compileComparison(operand, '<=', compile(high), at, scope),
      ])
    }
    case 'compare': {
      const { left, operator, right, at } = condition
      return compileComparison(compile(left), operator, compile(right), at, scope)
    }
  }
}
