import { MAX_STRING_LENGTH, toDateTime } from './field-values.js'

const DATE = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?Z?)?$/

/**
 * Returns the type of a Caspio field that can also hold this value.
 * @param type the type so far, `undefined` as long as the field has no value
 */
export function widenType(type: string | undefined, value: unknown): string | undefined {
  if (value === null || value === undefined) return type
  const next = typeOf(value)
  if (type === undefined || type === next) return next
  if ([type, next].every(isNumeric)) return 'NUMBER'
  return [type, next].includes('TEXT') ? 'TEXT' : 'STRING'
}

function isNumeric(type: string): boolean {
  return type === 'INTEGER' || type === 'NUMBER'
}

function typeOf(value: unknown): string {
  if (typeof value === 'boolean') return 'YES/NO'
  if (typeof value === 'number') return Number.isInteger(value) ? 'INTEGER' : 'NUMBER'
  if (typeof value !== 'string') return 'STRING'
  if (value.length > MAX_STRING_LENGTH) return 'TEXT'
  return DATE.test(value) && toDateTime(value) ? 'DATE/TIME' : 'STRING'
}
