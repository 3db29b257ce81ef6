import { optionError } from '../option-error.js'
import { selectRows } from '../query/run-query.js'
import { requireKnown } from '../require-known.js'
import { buildTable } from './build-table.js'
import { FileArea } from './file-area.js'
import type { CaspioData, CaspioFile, CaspioView } from './option-types.js'
import { isRow } from './row.js'
import { type SampleObjects, sampleObjects } from './sample-objects.js'
import { sampleTables, sampleViews } from './sample-tables.js'
import type { Table } from './table.js'
import { View } from './view.js'

/** The data that the API serves. */
export interface AccountData {
  /** The name of the account, which is the first part of its host name at Caspio. */
  readonly name: string
  readonly tables: Map<string, Table>
  readonly views: ReadonlyMap<string, View>
  readonly files: FileArea
  readonly objects: SampleObjects
}

/** @throws TypeError for the first option that is wrong */
export function buildData(options: CaspioData): AccountData {
  const {
    tables: givenTables = sampleTables(),
    views: givenViews = options.tables === undefined ? sampleViews() : {},
    files: givenFiles = {},
  } = options
  const tables = new Map(
    entriesOf('tables', 'tables', givenTables).map(([name, table]) => [
      name,
      buildTable(name, table),
    ]),
  )
  return {
    name: 'stand-in',
    tables,
    views: new Map(
      entriesOf('views', 'views', givenViews).map(([name, view]) => [
        name,
        buildView(name, view, tables),
      ]),
    ),
    files: buildFiles(givenFiles),
    objects: sampleObjects([...tables.keys()][0]),
  }
}

function entriesOf<T>(option: string, kind: string, value: Readonly<Record<string, T>>) {
  if (!isRow(value)) throw optionError(`${option} must be an object of ${kind}`)
  return Object.entries(value) as [string, T][]
}

function buildView(name: string, given: CaspioView, tables: ReadonlyMap<string, Table>): View {
  if (!isRow(given)) throw optionError(`views.${name} must be an object with a table`)
  requireKnown(`views.${name}`, given, ['table', 'where', 'fields', 'note'])
  const table = tables.get(given.table)
  if (table === undefined) throw optionError(`views.${name}.table must be the name of a table`)
  const { where } = given
  const fields = given.fields?.map((field) => {
    const found = table.findField(field)
    if (found === undefined)
      throw optionError(`views.${name}.fields: ${table.name} has no ${field}`)
    return found.Name
  })
  if (where !== undefined) {
    try {
      selectRows(table, { prefix: '', where })
    } catch (error) {
      throw optionError(`views.${name}.where: ${(error as Error).message}`)
    }
  }
  return new View(name, table, { ...given, ...(fields && { fields }) })
}

function buildFiles(given: NonNullable<CaspioData['files']>): FileArea {
  const area = new FileArea()
  for (const [path, file] of entriesOf('files', 'files', given)) {
    const isContent = typeof file === 'string' || file instanceof Uint8Array
    const { content, contentType = 'application/octet-stream' }: CaspioFile = isContent
      ? { content: file }
      : { ...file }
    if (typeof content !== 'string' && !(content instanceof Uint8Array)) {
      throw optionError(
        `files['${path}'] must be a string or a Uint8Array, or an object with one of them in content`,
      )
    }
    if (!isContent) requireKnown(`files['${path}']`, file, ['content', 'contentType'])
    area.putAt(path, { bytes: Uint8Array.from(Buffer.from(content)), contentType })
  }
  return area
}
