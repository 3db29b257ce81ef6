import { type Expression, errorAt, readAs, type Scope } from './expression.js'
import { compilePattern } from './like-pattern.js'
import type { Test } from './logic.js'
import type { Row } from './types.js'

/**
 * Makes the test of LIKE.
 * @throws CaspioError for other values than strings and whole numbers, and for an unknown pattern. The
 * test throws it, too, if the pattern comes from a field.
 */
export function compileLike(
  operand: Expression,
  pattern: Expression,
  escapedBy: Expression | undefined,
  scope: Scope,
): Test {
  const readText = textReader(operand, scope)
  const readPattern = textReader(pattern, scope)
  const escapeCharacter = escapedBy && readEscape(escapedBy, scope)
  const makeError = (problem: string) => errorAt(scope, pattern.at, problem)
  const compile = (text: string) => compilePattern(text, escapeCharacter, makeError)
  const constant = pattern.isConstant ? readPattern({}) : null
  const matchesConstant = constant === null ? undefined : compile(constant)
  return (row) => {
    const text = readText(row)
    const patternText = readPattern(row)
    if (text === null || patternText === null) return null
    return (matchesConstant ?? compile(patternText))(text)
  }
}

/** SQL Server would write dates and other numbers in a way of its own. */
function textReader(expression: Expression, scope: Scope): (row: Row) => string | null {
  const { kind, at } = expression
  if (!['text', 'integer', 'null'].includes(kind)) {
    throw errorAt(
      scope,
      at,
      'the stand-in account supports LIKE only for strings and whole numbers.',
    )
  }
  return (row) => readAs(expression, 'text', row, scope) as string | null
}

function readEscape({ at, read }: Expression, scope: Scope): string {
  // Only a constant has a value without a row.
  const value = read({})
  if (typeof value === 'string' && value.length === 1) return value
  throw errorAt(scope, at, 'ESCAPE needs a string of one character.')
}
