import { CaspioError } from '../caspio-error.js'
import { selectRows } from '../query/run-query.js'
import type { Row } from '../query/types.js'
import type { FieldDefinition } from './field.js'
import { randomId } from './random-id.js'
import type { RecordSource } from './record-source.js'
import { KEY_FIELD } from './row.js'
import type { Table } from './table.js'

/** Some rows and fields of a table. What is written to the view is written to the table. */
export class View implements RecordSource {
  readonly name: string
  readonly note: string
  readonly table: Table
  readonly id = randomId()
  readonly #where: string | undefined
  readonly #fieldNames: readonly string[] | undefined
  /** The table's row behind each row that the view showed. */
  readonly #tableRows = new WeakMap<Row, Row>()

  constructor(
    name: string,
    table: Table,
    { where, fields, note = '' }: { where?: string; fields?: readonly string[]; note?: string },
  ) {
    this.name = name
    this.table = table
    this.note = note
    this.#where = where
    this.#fieldNames = fields
  }

  get fields(): readonly FieldDefinition[] {
    return this.table.fields.filter(({ Name }) => this.#shows(Name))
  }

  get rows(): readonly Row[] {
    const { table } = this
    if (this.#where === undefined) return table.rows.map((row) => this.#show(row))
    const rows = selectRows(table, { prefix: '', where: this.#where })
    return rows.map((row) => this.#show(row))
  }

  findField(name: string): FieldDefinition | undefined {
    const field = this.table.findField(name)
    return field !== undefined && this.#shows(field.Name) ? field : undefined
  }

  readValues(values: Row): Row {
    const hidden = Object.keys(values).find((name) => this.findField(name) === undefined)
    if (hidden === undefined) return this.table.readValues(values)
    throw new CaspioError(400, {
      code: 'FieldNotFound',
      message: `The view has no field '${hidden}'.`,
    })
  }

  insert(values: Row): Row {
    return this.#show(this.table.insert(values))
  }

  update(rows: readonly Row[], values: Row): Row[] {
    return this.table.update(this.#behind(rows), values).map((row) => this.#show(row))
  }

  delete(rows: readonly Row[]): void {
    this.table.delete(this.#behind(rows))
  }

  #shows(name: string): boolean {
    if (name === KEY_FIELD) return true
    return this.#fieldNames?.includes(name) ?? true
  }

  #show(row: Row): Row {
    const fields = this.#fieldNames
    if (fields === undefined) return row
    // A row has neither passwords nor the fields that were deleted since.
    const names = [KEY_FIELD, ...fields.filter((name) => name !== KEY_FIELD)]
    const shown = Object.fromEntries(
      names.filter((name) => Object.hasOwn(row, name)).map((name) => [name, row[name]]),
    )
    this.#tableRows.set(shown, row)
    return shown
  }

  #behind(rows: readonly Row[]): Row[] {
    return rows.map((row) => this.#tableRows.get(row) ?? row)
  }
}
