import { type Expression, errorAt, requireKind, type Scope } from './expression.js'
import { compilePattern, PatternError } from './like-pattern.js'
import type { Test } from './logic.js'
import type { Row } from './types.js'

/**
 * Makes the test of LIKE.
 * @throws CaspioError for other values than texts and whole numbers, and for an unknown pattern. The
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
  const compile = (text: string) => {
    try {
      return compilePattern(text, escapeCharacter)
    } catch (error) {
      if (!(error instanceof PatternError)) throw error
      throw errorAt(scope, pattern.at, error.message)
    }
  }
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
function textReader({ kind, at, read }: Expression, scope: Scope): (row: Row) => string | null {
  if (!['text', 'integer', 'null'].includes(kind)) {
    throw errorAt(scope, at, 'the stand-in account knows LIKE for texts and whole numbers only.')
  }
  return (row) => {
    const value = read(row)
    return value === null ? null : String(requireKind(value, 'text', at, scope))
  }
}

function readEscape({ kind, at, isConstant, read }: Expression, scope: Scope): string {
  const value = isConstant && kind === 'text' ? read({}) : ''
  if (typeof value === 'string' && value.length === 1) return value
  throw errorAt(scope, at, 'ESCAPE needs a text of one character.')
}
