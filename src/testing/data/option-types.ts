import type { FieldDefinition, FieldType } from './field.js'

/** The type of a field, as REST v2 and v3 name it. */
export type CaspioFieldType = FieldType

/** A field of a table. Only its type is required; the API shows the other properties. */
export interface CaspioField extends Partial<Omit<FieldDefinition, 'Name' | 'Type'>> {
  /** The field's type. */
  Type: CaspioFieldType
}

/** A record as you give it to the account. The account copies it as JSON. */
export type CaspioRow = Readonly<Record<string, unknown>>

/** A table with rows, fields and a note. */
export interface CaspioTable {
  /**
   * The rows. The account numbers them from 1 in the field `PK_ID`, which it overwrites.
   *
   * @default []
   */
  rows?: readonly CaspioRow[]
  /**
   * Fields by their names, each a type or a definition. Set it for a field whose type the rows do not
   * show. The rows may have other fields, too.
   *
   * @default the fields of the rows, with the types of their values
   */
  fields?: Readonly<Record<string, CaspioFieldType | CaspioField>>
  /**
   * The table's note.
   *
   * @default ''
   */
  note?: string
}

/** A view over one table. What a client writes to the view is written to the table. */
export interface CaspioView {
  /** The name of the table. */
  table: string
  /**
   * Which rows the view shows, in the language of `q.where`.
   *
   * @default all rows
   */
  where?: string
  /**
   * Which fields the view shows. It always shows `PK_ID`.
   *
   * @default all fields
   */
  fields?: readonly string[]
  /**
   * The view's note.
   *
   * @default ''
   */
  note?: string
}

/** A file in the account's Files area. */
export interface CaspioFile {
  /** What the file holds. A text is stored as UTF-8. */
  content: string | Uint8Array
  /**
   * The file's content type.
   *
   * @default 'application/octet-stream'
   */
  contentType?: string
}

/** The data that an account starts with. */
export interface CaspioData {
  /**
   * Tables by their names: the rows of a table, or a {@link CaspioTable}. Set it to test with your own
   * data. The account copies the rows as JSON and numbers them from 1 in the field `PK_ID`, which it
   * overwrites. A table has all fields of all its rows. A table without rows and fields accepts any
   * field.
   *
   * @default the tables `Physicians` (12 rows) and `Appointments` (8 rows)
   */
  tables?: Readonly<Record<string, readonly CaspioRow[] | CaspioTable>>
  /**
   * Views by their names.
   *
   * @default the view `Cardiologists` over `Physicians`, or no view if you set `tables`
   */
  views?: Readonly<Record<string, CaspioView>>
  /**
   * Files by their paths, such as `/images/logo.png`: what the file holds, or a {@link CaspioFile}.
   *
   * @default no files
   */
  files?: Readonly<Record<string, string | Uint8Array | CaspioFile>>
}
