import { CaspioError } from '../caspio-error.js'
import { optionError } from '../option-error.js'
import type { Row } from '../query/types.js'
import { requireKnown } from '../require-known.js'
import { createField, FIELD_TYPES, type FieldDefinition, readFieldProperties } from './field.js'
import { convertValue } from './field-values.js'
import { widenType } from './infer-type.js'
import type { CaspioRow, CaspioTable } from './option-types.js'
import { isRow, KEY_FIELD } from './row.js'
import { Table } from './table.js'

const OPTION_NAMES = ['rows', 'fields', 'note']

/** @throws TypeError if the table is not an array of rows, and not a `CaspioTable` */
export function buildTable(name: string, given: readonly CaspioRow[] | CaspioTable): Table {
  if (isRow(given)) requireKnown(`tables.${name}`, given, OPTION_NAMES)
  const {
    rows = [],
    fields = {},
    note = '',
  }: CaspioTable = isRow(given) ? given : { rows: (given ?? null) as readonly CaspioRow[] }
  // Through JSON, so that a Date or an undefined is stored in the form in which it is sent.
  const copies: unknown = JSON.parse(JSON.stringify(rows))
  if (!Array.isArray(copies) || !copies.every(isRow)) {
    throw optionError(
      `tables.${name} must be an array of plain objects, or an object with such an array in rows`,
    )
  }
  const givenFields = Object.entries(fields).map(([field, definition]) =>
    readDefinition(`tables.${name}.fields.${field}`, field, definition),
  )
  const inferredFields = inferFields(copies, givenFields)
  const allFields = [...givenFields, ...inferredFields]
  // The values of the other inferred fields are stored as they are.
  const toConvert = [...givenFields, ...inferredFields.filter(({ Type }) => Type === 'DATE/TIME')]
  const table = new Table(name, { note, acceptsAnyField: allFields.length === 0 })
  for (const field of allFields) {
    inOptions(`tables.${name}.fields.${field.Name}`, () => table.addField(field))
  }
  copies.forEach((row, index) => {
    const { [KEY_FIELD]: _, ...values } = row
    const path = `tables.${name}.rows[${index}]`
    inOptions(path, () => table.insert(convertRow(path, values, toConvert)))
  })
  return table
}

function readDefinition(path: string, name: string, definition: unknown): FieldDefinition {
  const properties = typeof definition === 'string' ? { Type: definition } : definition
  if (!isRow(properties) || !FIELD_TYPES.some((type) => type === properties.Type)) {
    throw optionError(
      `${path} must be one of ${FIELD_TYPES.join(', ')}, or an object with one of them in Type`,
    )
  }
  return inOptions(path, () => {
    const { Type, ...rest } = readFieldProperties({ ...properties, Name: name })
    return createField({ ...rest, Name: name, Type: Type as string })
  })
}

/** The fields that only the rows show. */
function inferFields(rows: readonly Row[], given: readonly FieldDefinition[]): FieldDefinition[] {
  const types = new Map<string, string | undefined>()
  for (const row of rows) {
    for (const [name, value] of Object.entries(row))
      types.set(name, widenType(types.get(name), value))
  }
  types.delete(KEY_FIELD)
  for (const { Name } of given) types.delete(Name)
  return [...types].map(([Name, Type = 'STRING']) => createField({ Name, Type }))
}

function convertRow(path: string, row: Row, fields: readonly FieldDefinition[]): Row {
  const passwords = fields.filter(({ Type }) => Type === 'PASSWORD').map(({ Name }) => Name)
  const shown = Object.entries(row).filter(([name]) => !passwords.includes(name))
  const converted = fields
    .filter(({ Name }) => row[Name] !== undefined && !passwords.includes(Name))
    .map((field) => [
      field.Name,
      inOptions(`${path}.${field.Name}`, () => convertValue(field, row[field.Name])),
    ])
  return { ...Object.fromEntries(shown), ...Object.fromEntries(converted) }
}

/** Turns an error of the API into an option error, with the path of the option. */
function inOptions<T>(path: string, read: () => T): T {
  try {
    return read()
  } catch (error) {
    // An option error already names its path.
    if (!(error instanceof CaspioError)) throw error
    throw optionError(`${path}: ${error.message}`)
  }
}
