import type { Row } from '../query/types.js'

/** The key of every table. The account sets it; clients cannot write it. */
export const KEY_FIELD = 'PK_ID'

/** Whether a JSON value is an object, but not an array. */
export function isRow(value: unknown): value is Row {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
