import { type Answer, jsonAnswer } from './answer.js'
import { badBody } from './caspio-error.js'
import type { ReceivedRequest } from './received-request.js'
import { queryRecords, readParameters, requiredWhere } from './record-query.js'
import { isRow, KEY_FIELD, type Row, type Table } from './table.js'

export function listRecords(request: ReceivedRequest, table: Table): Answer {
  return jsonAnswer(200, { Result: queryRecords(table, request.query) })
}

export function insertRecord(request: ReceivedRequest, table: Table): Answer {
  readParameters(request.query, [])
  const row = table.insert(readValues(request, table))
  const records = `${request.origin}${request.path.replace(/\/$/, '')}`
  const headers = { Location: `${records}?q.where=${KEY_FIELD}%3D${row[KEY_FIELD]}` }
  if (request.query.get('response') === 'rows') return jsonAnswer(201, { Result: [row] }, headers)
  return { status: 201, headers, body: '' }
}

export function updateRecords(request: ReceivedRequest, table: Table): Answer {
  const where = requiredWhere(table, request.query)
  const values = readValues(request, table)
  if (Object.keys(values).length === 0) throw badBody('The body names no field.')
  return jsonAnswer(200, { RecordsAffected: table.update(where, values) })
}

export function deleteRecords(request: ReceivedRequest, table: Table): Answer {
  return jsonAnswer(200, { RecordsAffected: table.delete(requiredWhere(table, request.query)) })
}

function readValues(request: ReceivedRequest, table: Table): Row {
  let values: unknown
  try {
    values = JSON.parse(request.body.toString())
  } catch {
    throw badBody('The body is not JSON.')
  }
  if (!isRow(values)) throw badBody('The body must be a JSON object.')
  for (const field of Object.keys(values)) {
    if (field === KEY_FIELD) throw badBody(`${KEY_FIELD} cannot be written.`)
    if (!table.hasField(field)) throw badBody(`The body names the unknown field ${field}.`)
  }
  return values
}
