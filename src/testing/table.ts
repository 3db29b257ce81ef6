import { optionError } from './option-error.js'

/** A record as stored and sent. */
export type Row = Record<string, unknown>

/** The key of every table. The account sets it; clients cannot write it. */
export const KEY_FIELD = 'PK_ID'

/** One table. Its rows are in the order of their `PK_ID`. */
export class Table {
  #rows: Row[] = []
  #lastKey = 0
  /** `undefined` if the table accepts any field. */
  readonly #fields: ReadonlySet<string> | undefined

  /** @throws TypeError if `rows` is not an array of plain objects */
  constructor(name: string, rows: ReadonlyArray<Row>) {
    // Through JSON, so that a Date or an undefined is stored in the form in which it is sent.
    const copies: unknown = JSON.parse(JSON.stringify(rows ?? null))
    if (!Array.isArray(copies) || !copies.every(isRow)) {
      throw optionError(`tables.${name} must be an array of plain objects`)
    }
    const names = copies.flatMap((row) => Object.keys(row))
    this.#fields = copies.length === 0 ? undefined : new Set([KEY_FIELD, ...names])
    for (const row of copies) this.insert(row)
  }

  get rows(): readonly Row[] {
    return this.#rows
  }

  hasField(field: string): boolean {
    return this.#fields?.has(field) ?? true
  }

  insert(values: Row): Row {
    this.#lastKey += 1
    const empty = Object.fromEntries([...(this.#fields ?? [])].map((field) => [field, null]))
    const row = { [KEY_FIELD]: 0, ...empty, ...values }
    row[KEY_FIELD] = this.#lastKey
    this.#rows.push(row)
    return row
  }

  /** Returns how many rows it changed. */
  update(matches: (row: Row) => boolean, values: Row): number {
    let affected = 0
    this.#rows = this.#rows.map((row) => {
      if (!matches(row)) return row
      affected += 1
      return { ...row, ...values }
    })
    return affected
  }

  /** Returns how many rows it deleted. */
  delete(matches: (row: Row) => boolean): number {
    const before = this.#rows.length
    this.#rows = this.#rows.filter((row) => !matches(row))
    return before - this.#rows.length
  }
}

/** Whether a JSON value is an object, but not an array. */
export function isRow(value: unknown): value is Row {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
