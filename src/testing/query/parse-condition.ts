import type { Condition, Operand, Operator } from './condition.js'
import { parseOperand } from './parse-operand.js'
import { TokenReader } from './token-reader.js'
import type { Source } from './tokens.js'

const OPERATORS: ReadonlyMap<string, Operator> = new Map([
  ['=', '='],
  ['<>', '<>'],
  ['!=', '<>'],
  ['<', '<'],
  ['<=', '<='],
  ['!>', '<='],
  ['>', '>'],
  ['>=', '>='],
  ['!<', '>='],
])

/** What parentheses may hold. */
type Node = Condition | Operand

/**
 * Parses a condition by recursive descent, with one function for each level of precedence.
 *
 * It is written by hand because the known parsers of T-SQL are far larger than this package, and
 * because the errors have to name the place. An embedded database would compare by rules that differ
 * from those of SQL Server, and every user would have to install it.
 * @throws CaspioError for what is not a condition, or is not known
 */
export function parseCondition(source: Source): Condition {
  const reader = new TokenReader(source)
  const condition = requireCondition(reader, parseOr(reader))
  reader.expectEnd()
  return condition
}

function parseOr(reader: TokenReader): Node {
  return parseChain(reader, 'or', () => parseChain(reader, 'and', () => parseNot(reader)))
}

function parseChain(reader: TokenReader, kind: 'and' | 'or', parseNext: () => Node): Node {
  const word = kind.toUpperCase()
  const first = parseNext()
  if (!reader.isWord(word)) return first
  const conditions = [requireCondition(reader, first)]
  while (reader.takeIf(word)) {
    const node = parseNext()
    conditions.push(requireCondition(reader, node))
  }
  return { kind, conditions }
}

function parseNot(reader: TokenReader): Node {
  if (!reader.isWord('NOT')) return parsePredicate(reader)
  let isNegated = false
  while (reader.takeIf('NOT')) isNegated = !isNegated
  const node = parsePredicate(reader)
  return negateIf(isNegated, requireCondition(reader, node))
}

function parsePredicate(reader: TokenReader): Node {
  const left = parsePrimary(reader)
  if (!isOperand(left)) return left
  const { at, kind, value } = reader.next
  const operator = kind === 'symbol' ? OPERATORS.get(value) : undefined
  if (operator !== undefined) {
    reader.take()
    return { kind: 'compare', operator, left, right: parseValue(reader), at }
  }
  if (reader.takeIf('IS')) {
    const isNegated = reader.takeIf('NOT')
    reader.expect('NULL')
    return negateIf(isNegated, { kind: 'isNull', operand: left })
  }
  const isNegated = reader.takeIf('NOT')
  const test = parseTest(reader, left)
  if (test !== undefined) return negateIf(isNegated, test)
  if (isNegated) throw reader.error('LIKE, IN or BETWEEN is expected here.')
  return left
}

/** Reads LIKE, IN or BETWEEN and what follows it. */
function parseTest(reader: TokenReader, operand: Operand): Condition | undefined {
  const { at } = reader.next
  if (reader.takeIf('IN')) {
    reader.expect('(')
    const list = [parseValue(reader)]
    while (reader.takeIf(',')) list.push(parseValue(reader))
    reader.expect(')')
    return { kind: 'in', operand, list, at }
  }
  if (reader.takeIf('BETWEEN')) {
    const low = parseValue(reader)
    reader.expect('AND')
    return { kind: 'between', operand, low, high: parseValue(reader), at }
  }
  if (!reader.takeIf('LIKE')) return undefined
  const pattern = parseValue(reader)
  const escapedBy = reader.takeIf('ESCAPE') ? parseValue(reader) : undefined
  return { kind: 'like', operand, pattern, escapedBy }
}

function parseValue(reader: TokenReader): Operand {
  const { at } = reader.next
  const node = parsePrimary(reader)
  if (isOperand(node)) return node
  throw reader.error('a value is expected here, not a condition.', at)
}

function parsePrimary(reader: TokenReader): Node {
  if (!reader.isSymbol('(')) return parseOperand(reader)
  return reader.nested(() => {
    reader.expect('(')
    const node = parseOr(reader)
    reader.expect(')')
    return node
  })
}

function negateIf(isNegated: boolean, condition: Condition): Condition {
  return isNegated ? { kind: 'not', condition } : condition
}

/** A field or a value alone is not a condition in T-SQL, not even a Yes/No field. */
function requireCondition(reader: TokenReader, node: Node): Condition {
  if (!isOperand(node)) return node
  throw reader.error('a comparison is expected here, such as =1.')
}

function isOperand(node: Node): node is Operand {
  return ['field', 'text', 'number', 'null'].includes(node.kind)
}
