import { CaspioError } from '../caspio-error.js'
import type { FieldDefinition } from '../data/field.js'
import type { RecordSource } from '../data/record-source.js'
import { KEY_FIELD } from '../data/row.js'
import type { Row } from '../query/types.js'
import type { ApiCall } from './route.js'

/** Finds the table or the view that a call is about. */
export type FindSource = (call: ApiCall) => RecordSource

/** @throws CaspioError if there is none of this name */
export const findTable: FindSource = ({ data, path }) =>
  found(byName(data.tables, path.tableName as string), `table ${path.tableName}`)

/** @throws CaspioError if there is none of this name */
export const findView: FindSource = ({ data, path }) =>
  found(byName(data.views, path.viewName as string), `view ${path.viewName}`)

/** Finds a table or view by its name. Caspio ignores the case. */
export function byName<T extends RecordSource>(
  sources: ReadonlyMap<string, T>,
  name: string,
): T | undefined {
  const lower = name.toLowerCase()
  return (
    sources.get(name) ?? [...sources.values()].find((item) => item.name.toLowerCase() === lower)
  )
}

/** @throws CaspioError if there is no such field */
export function findField(source: RecordSource, name: string): FieldDefinition {
  return found(source.findField(name), `field ${name}`)
}

/** Finds the record that the path names. @throws CaspioError if there is none */
export function findRecord({ path }: ApiCall, source: RecordSource): Row {
  const key = path.recordPkId
  return found(
    source.rows.find((row) => String(row[KEY_FIELD]) === key),
    `record ${key}`,
  )
}

/** @throws CaspioError if there is no such thing */
export function found<T>(value: T | undefined, name: string): T {
  if (value === undefined) throw new CaspioError(404, { message: `There is no ${name}.` })
  return value
}
