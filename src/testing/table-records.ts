import { type Answer, jsonAnswer } from './answer.js'
import { badBody } from './caspio-error.js'
import { CHANGE_PARAMETERS, LIST_PARAMETERS, readParameters } from './query/read-parameters.js'
import { runQuery, selectRows } from './query/run-query.js'
import type { Row } from './query/types.js'
import type { ReceivedRequest } from './received-request.js'
import { isRow, KEY_FIELD, type Table } from './table.js'

export function listRecords(request: ReceivedRequest, table: Table): Answer {
  return jsonAnswer(200, runQuery(table, readParameters(request.query, 'q.', LIST_PARAMETERS)))
}

export function insertRecord(request: ReceivedRequest, table: Table): Answer {
  readParameters(request.query, 'q.', [])
  const row = table.insert(readValues(request, table))
  const records = `${request.origin}${request.path.replace(/\/$/, '')}`
  const headers = { Location: `${records}?q.where=${KEY_FIELD}%3D${row[KEY_FIELD]}` }
  if (request.query.get('response') === 'rows') return jsonAnswer(201, { Result: [row] }, headers)
  return { status: 201, headers, body: '' }
}

export function updateRecords(request: ReceivedRequest, table: Table): Answer {
  const rows = rowsToChange(request, table)
  const values = readValues(request, table)
  if (Object.keys(values).length === 0) throw badBody('The body names no field.')
  table.update(rows, values)
  return jsonAnswer(200, { RecordsAffected: rows.length })
}

export function deleteRecords(request: ReceivedRequest, table: Table): Answer {
  const rows = rowsToChange(request, table)
  table.delete(rows)
  return jsonAnswer(200, { RecordsAffected: rows.length })
}

function rowsToChange(request: ReceivedRequest, table: Table): Row[] {
  return selectRows(table, readParameters(request.query, 'q.', CHANGE_PARAMETERS))
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
