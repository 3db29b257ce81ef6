import { badBody, CaspioError } from '../caspio-error.js'
import type { Row } from '../query/types.js'
import { AttachmentStore } from './attachment-store.js'
import { checkFormat } from './check-format.js'
import { createField, type FieldDefinition, isEditable } from './field.js'
import { convertValue } from './field-values.js'
import { generatedOnInsert, generatedOnUpdate, highestAutonumber } from './generated-values.js'
import { widenType } from './infer-type.js'
import { randomId } from './random-id.js'
import type { RecordSource } from './record-source.js'
import { KEY_FIELD } from './row.js'
import { hasRepeats, UniqueValues, uniqueKey } from './unique-values.js'

const KEY = createField({ Name: KEY_FIELD, Type: 'AUTONUMBER', Unique: true })

/** A record never shows a password. */
const isShown = ({ Type }: FieldDefinition) => Type !== 'PASSWORD'

/** One table. Its rows are in the order of their `PK_ID`. */
export class Table implements RecordSource {
  readonly name: string
  readonly note: string
  readonly id = randomId()
  readonly attachments = new AttachmentStore()
  /** Whether a row may bring new fields. */
  readonly acceptsAnyField: boolean
  #fields: readonly FieldDefinition[] = [KEY]
  #rows: Row[] = []
  #lastKey = 0
  /** The rows that a table starts with may have higher autonumbers than keys. */
  #lastAutonumber = 0
  readonly #uniqueValues = new UniqueValues()

  constructor(name: string, { note = '', acceptsAnyField = false } = {}) {
    this.name = name
    this.note = note
    this.acceptsAnyField = acceptsAnyField
  }

  get table(): Table {
    return this
  }

  get fields(): readonly FieldDefinition[] {
    return this.#fields
  }

  get rows(): readonly Row[] {
    return this.#rows
  }

  findField(name: string): FieldDefinition | undefined {
    const lower = name.toLowerCase()
    return this.#fields.find((field) => field.Name.toLowerCase() === lower)
  }

  /** Reads the values of a row that a client writes. @throws CaspioError if one is wrong */
  readValues(values: Row): Row {
    const written = new Set<string>()
    const entries = Object.entries(values).map(([name, value]) => {
      const field = this.findField(name) ?? this.#newField(name, value)
      if (written.has(field.Name.toLowerCase()))
        throw badBody(`The body names ${field.Name} twice.`)
      written.add(field.Name.toLowerCase())
      if (!isEditable(field)) throw badBody(`${field.Name} cannot be written.`)
      if (field.Type === 'ATTACHMENT' || field.Type === 'PASSWORD') {
        throw badBody(`${field.Name} cannot be written with the record: its type is ${field.Type}.`)
      }
      return [field.Name, this.acceptsAnyField ? (value ?? null) : convertValue(field, value)]
    })
    return Object.fromEntries(entries)
  }

  insert(values: Row): Row {
    this.#checkUnique(values, [])
    this.#learnFields(values)
    this.#lastKey += 1
    const shown = this.#fields.filter(isShown)
    const empty = Object.fromEntries(shown.map(({ Name }) => [Name, null]))
    const number = Math.max(this.#lastKey, this.#lastAutonumber + 1)
    const generated = generatedOnInsert(this.#fields, number)
    const row = { ...empty, ...generated, ...values, [KEY_FIELD]: this.#lastKey }
    this.#lastAutonumber = Math.max(this.#lastAutonumber, highestAutonumber(this.#fields, row))
    this.#rows.push(row)
    return row
  }

  /** Returns the rows as they are now. */
  update(rows: readonly Row[], values: Row): Row[] {
    if (rows.length === 0) return []
    this.#checkUnique(values, rows)
    this.#learnFields(values)
    const generated = generatedOnUpdate(this.#fields)
    const changed = new Map(rows.map((row) => [row, { ...row, ...generated, ...values }]))
    this.#rows = this.#rows.map((row) => changed.get(row) ?? row)
    return [...changed.values()]
  }

  delete(rows: readonly Row[]): void {
    const deleted = new Set(rows)
    this.#rows = this.#rows.filter((row) => !deleted.has(row))
  }

  /** @throws CaspioError if the table has a field of this name, or its format is not allowed */
  addField(field: FieldDefinition): void {
    checkFormat(field)
    if (this.findField(field.Name) !== undefined) {
      throw badBody(`The table already has a field '${field.Name}'.`)
    }
    this.#fields = [...this.#fields, field]
    this.#rows = this.#rows.map((row, index) => ({
      ...row,
      ...(isShown(field) && { [field.Name]: null }),
      ...generatedOnInsert([field], index + 1),
    }))
  }

  /** @throws CaspioError if another field has the new name, or the values do not fit the new definition */
  changeField(field: FieldDefinition, next: FieldDefinition): void {
    checkFormat(next)
    const other = this.findField(next.Name)
    if (other !== undefined && other !== field) {
      throw badBody(`The table already has a field '${next.Name}'.`)
    }
    if (isShown(field) !== isShown(next))
      throw badBody('A field cannot be changed to or from the type PASSWORD.')
    const rows = this.#rows.map((row) => {
      const entries = Object.entries(row).map(([name, value]) => {
        if (name !== field.Name) return [name, value]
        return [next.Name, next.Type === field.Type ? value : convertValue(next, value)]
      })
      return Object.fromEntries(entries)
    })
    if (next.Unique && hasRepeats(rows.map((row) => row[next.Name]))) {
      throw badBody(`The field '${field.Name}' cannot be unique: two records have the same value.`)
    }
    this.#rows = rows
    this.#fields = this.#fields.map((item) => (item === field ? next : item))
    this.attachments.renameField(field.Name, next.Name)
  }

  deleteField(field: FieldDefinition): void {
    this.#fields = this.#fields.filter((item) => item !== field)
    this.#rows = this.#rows.map(({ [field.Name]: _, ...row }) => row)
    this.attachments.deleteField(field.Name)
  }

  #newField(name: string, value: unknown): FieldDefinition {
    if (this.acceptsAnyField && name !== '__proto__') {
      return createField({ Name: name, Type: widenType(undefined, value) ?? 'STRING' })
    }
    throw new CaspioError(400, {
      code: 'FieldNotFound',
      message: `The table has no field '${name}'.`,
    })
  }

  /** Only a table that accepts any field learns fields and their types from its rows. */
  #learnFields(values: Row): void {
    if (!this.acceptsAnyField) return
    for (const [name, value] of Object.entries(values)) {
      const field = this.findField(name)
      if (field === undefined) this.#fields = [...this.#fields, this.#newField(name, value)]
      else field.Type = widenType(field.Type, value) as string
    }
  }

  /** @throws CaspioError if a unique field would hold a value twice */
  #checkUnique(values: Row, changed: readonly Row[]): void {
    for (const { Name, Unique } of this.#fields) {
      const value = values[Name]
      if (!Unique || value === null || value === undefined) continue
      const keepsValue = changed.some((row) => uniqueKey(row[Name]) === uniqueKey(value))
      const isTaken = !keepsValue && this.#uniqueValues.has(Name, value, this.#rows)
      if (isTaken || changed.length > 1) {
        throw badBody(`The field '${Name}' is unique, and another record has this value.`)
      }
    }
  }
}
