import { type Answer, jsonAnswer, NO_CONTENT } from '../answer.js'
import { readObjectBody } from '../api/read-json-body.js'
import type { ApiCall, Route } from '../api/route.js'
import { byName, type FindSource, findField, findTable, findView } from '../api/sources.js'
import { badBody } from '../caspio-error.js'
import {
  createField,
  describeField,
  type FieldDefinition,
  readFieldProperties,
} from '../data/field.js'
import { KEY_FIELD } from '../data/row.js'
import { Table } from '../data/table.js'
import type { ReceivedRequest } from '../received-request.js'

const TABLE = '/tables/{tableName}'
const VIEW = '/views/{viewName}'

/** The design of tables and views. */
export const TABLE_ROUTES: readonly Route[] = [
  { method: 'GET', path: '/tables', right: undefined, answer: listTables },
  {
    method: 'POST',
    path: '/tables',
    right: 'design',
    answer: createTable,
  },
  ...designRoutes(TABLE, findTable, describe),
  {
    method: 'POST',
    path: `${TABLE}/fields`,
    right: 'design',
    answer: createTableField,
  },
  {
    method: 'PUT',
    path: `${TABLE}/fields/{fieldName}`,
    right: 'design',
    answer: updateTableField,
  },
  {
    method: 'DELETE',
    path: `${TABLE}/fields/{fieldName}`,
    right: 'design',
    answer: deleteTableField,
  },
  { method: 'GET', path: '/views', right: undefined, answer: listViews },
  ...designRoutes(VIEW, findView, describeOfView),
]

function designRoutes(path: string, find: FindSource, describeOne: typeof describe): Route[] {
  const get = (end: string, result: (call: ApiCall) => unknown): Route => ({
    method: 'GET',
    path: path + end,
    right: 'read',
    answer: (call) => jsonAnswer(200, { Result: result(call) }),
  })
  return [
    get('', (call) => {
      const { name, note } = find(call)
      return { Name: name, Note: note }
    }),
    get('/fields', (call) => find(call).fields.map(describeOne)),
    get('/fields/{fieldName}', (call) => {
      const source = find(call)
      const field = findField(source, call.path.fieldName as string)
      return describeOne(field, source.fields.indexOf(field))
    }),
  ]
}

function describe(field: FieldDefinition, index: number) {
  return describeField(field, index + 1)
}

/** In the examples of the contract, only the fields of a view name the field of the table. */
function describeOfView(field: FieldDefinition, index: number) {
  return { TableFieldName: field.Name, ...describe(field, index) }
}

function listTables({ data, profile }: ApiCall): Answer {
  const names = [...data.tables.keys()].filter((name) => profile.mayRead(`tables/${name}`))
  return jsonAnswer(200, { Result: names })
}

function listViews({ data, profile }: ApiCall): Answer {
  const names = [...data.views.keys()].filter((name) => profile.mayRead(`views/${name}`))
  return jsonAnswer(200, { Result: names })
}

function createTable({ request, data }: ApiCall): Answer {
  const { Name, Fields, ...others } = readObjectBody(request)
  const [unknown] = Object.keys(others)
  if (unknown !== undefined) throw badBody(`A new table has no property ${unknown}.`)
  if (typeof Name !== 'string' || !/^[\p{L}_][\p{L}\p{N}_]*$/u.test(Name)) {
    throw badBody('Name must consist of letters, digits and underscores, and begin with a letter.')
  }
  if (byName(data.tables, Name) !== undefined || byName(data.views, Name) !== undefined) {
    throw badBody(`There is already a table or view ${Name}.`)
  }
  if (!Array.isArray(Fields) || Fields.length === 0)
    throw badBody('Fields must be an array of fields.')
  const table = new Table(Name)
  for (const field of Fields.map(readNewField)) table.addField(field)
  data.tables.set(Name, table)
  return createdAt(request, Name)
}

function createTableField(call: ApiCall): Answer {
  const { table } = findTable(call)
  const field = readNewField(readObjectBody(call.request))
  table.addField(field)
  return createdAt(call.request, field.Name)
}

function updateTableField(call: ApiCall): Answer {
  const { table, field } = changeableField(call)
  const properties = readFieldProperties(readObjectBody(call.request))
  if (Object.keys(properties).length === 0) throw badBody('The body names no property.')
  if (properties.IsFormula !== undefined) throw badBody('IsFormula cannot be changed.')
  table.changeField(field, { ...field, ...properties })
  return NO_CONTENT
}

function deleteTableField(call: ApiCall): Answer {
  const { table, field } = changeableField(call)
  table.deleteField(field)
  return NO_CONTENT
}

function changeableField(call: ApiCall) {
  const { table } = findTable(call)
  const field = findField(table, call.path.fieldName as string)
  if (field.Name === KEY_FIELD) throw badBody(`${KEY_FIELD} cannot be changed.`)
  return { table, field }
}

function readNewField(value: unknown): FieldDefinition {
  const { Name, Type, ...properties } = readFieldProperties(value)
  if (Name === undefined || Type === undefined) throw badBody('A field needs a Name and a Type.')
  return createField({ ...properties, Name, Type })
}

function createdAt({ origin, path }: ReceivedRequest, name: string): Answer {
  const Location = `${origin}${path.replace(/\/$/, '')}/${encodeURIComponent(name)}`
  return { status: 201, headers: { Location }, body: '' }
}
