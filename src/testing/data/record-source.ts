import type { QueryTable, Row } from '../query/types.js'
import type { FieldDefinition } from './field.js'
import type { Table } from './table.js'

/** What has records: a table, or a view over a table. */
export interface RecordSource extends QueryTable {
  readonly name: string
  readonly note: string
  /** What v4 knows it by. */
  readonly id: string
  readonly fields: readonly FieldDefinition[]
  /** The table that holds the rows. */
  readonly table: Table
  findField(name: string): FieldDefinition | undefined
  /** Reads the values of a row that a client writes. @throws CaspioError if one is wrong */
  readValues(values: Row): Row
  insert(values: Row): Row
  /** Returns the rows as they are now. */
  update(rows: readonly Row[], values: Row): Row[]
  delete(rows: readonly Row[]): void
}
