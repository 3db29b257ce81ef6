import { widenType } from './infer-type.js'
import { optionError } from './option-error.js'
import type { Field, QueryTable, Row } from './query/types.js'

/** The key of every table. The account sets it; clients cannot write it. */
export const KEY_FIELD = 'PK_ID'

/** One table. Its rows are in the order of their `PK_ID`. */
export class Table implements QueryTable {
  #rows: Row[] = []
  #lastKey = 0
  readonly #types = new Map<string, string | undefined>([[KEY_FIELD, 'AUTONUMBER']])
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

  /** The fields, with the types that hold the values of all their rows so far. */
  get fields(): readonly Field[] {
    return [...this.#types].map(([Name, Type = 'STRING']) => ({ Name, Type }))
  }

  get acceptsAnyField(): boolean {
    return this.#fields === undefined
  }

  hasField(field: string): boolean {
    return this.#fields?.has(field) ?? true
  }

  insert(values: Row): Row {
    this.#lastKey += 1
    const empty = Object.fromEntries([...(this.#fields ?? [])].map((field) => [field, null]))
    const row = { [KEY_FIELD]: 0, ...empty, ...values }
    row[KEY_FIELD] = this.#lastKey
    this.#observe(row)
    this.#rows.push(row)
    return row
  }

  /** Changes these rows of the table. */
  update(rows: readonly Row[], values: Row): void {
    const changed = new Set(rows)
    if (changed.size > 0) this.#observe(values)
    this.#rows = this.#rows.map((row) => (changed.has(row) ? { ...row, ...values } : row))
  }

  /** Deletes these rows of the table. */
  delete(rows: readonly Row[]): void {
    const deleted = new Set(rows)
    this.#rows = this.#rows.filter((row) => !deleted.has(row))
  }

  #observe(values: Row): void {
    for (const [field, value] of Object.entries(values)) {
      if (field === KEY_FIELD) continue
      this.#types.set(field, widenType(this.#types.get(field), value))
    }
  }
}

/** Whether a JSON value is an object, but not an array. */
export function isRow(value: unknown): value is Row {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
