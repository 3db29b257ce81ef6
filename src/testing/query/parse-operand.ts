import type { FieldOperand, Operand } from './condition.js'
import type { TokenReader } from './token-reader.js'

/** Reads a field, a text, a number or NULL. */
export function parseOperand(reader: TokenReader): Operand {
  const { at } = reader.next
  if (reader.takeIf('NULL')) return { kind: 'null', value: 'NULL', at }
  if (reader.next.kind === 'text') return { kind: 'text', value: reader.take().value, at }
  const sign = reader.isSymbol('-') || reader.isSymbol('+') ? reader.take().value : ''
  if (reader.next.kind === 'number') {
    return { kind: 'number', value: sign + reader.take().value, at }
  }
  if (sign !== '') throw reader.error('a number is expected after the sign.')
  return parseField(reader, 'a field or a value')
}

/** Reads the name of a field. */
export function parseField(reader: TokenReader, what = 'the name of a field'): FieldOperand {
  const { value, at } = reader.takeName(what)
  if (!reader.isSymbol('(')) return { kind: 'field', name: value, at }
  throw reader.error(`the stand-in account does not support the function ${value} here.`, at)
}
