import { textKey } from '../query/text.js'
import type { Row } from '../query/types.js'

/** The values that the rows of a table have in one field. */
interface Index {
  readonly rows: readonly Row[]
  readonly keys: Set<unknown>
  /** How many of the rows `keys` covers. */
  count: number
}

/** Looks up values of unique fields, so that a table of many rows can have one. */
export class UniqueValues {
  readonly #indexes = new Map<string, Index>()

  /**
   * Whether one of the rows has this value.
   * @param rows the table's rows. An array that was asked about before may have grown since.
   */
  has(field: string, value: unknown, rows: readonly Row[]): boolean {
    let index = this.#indexes.get(field)
    if (index?.rows !== rows) {
      index = { rows, keys: new Set(), count: 0 }
      this.#indexes.set(field, index)
    }
    for (; index.count < rows.length; index.count += 1) {
      index.keys.add(uniqueKey(rows[index.count]?.[field]))
    }
    return index.keys.has(uniqueKey(value))
  }
}

/** Whether two of the values are the same. Nulls do not count. */
export function hasRepeats(values: readonly unknown[]): boolean {
  const keys = values.filter((value) => value !== null).map(uniqueKey)
  return new Set(keys).size < keys.length
}

/** The same for values that SQL Server takes for equal. */
export function uniqueKey(value: unknown): unknown {
  return typeof value === 'string' ? textKey(value) : value
}
