import { type Answer, jsonAnswer } from './answer.js'
import type { Call } from './call.js'
import { badBody } from './caspio-error.js'
import { queryRecords, readParameters, requiredWhere } from './record-query.js'
import { isRow, KEY_FIELD, type Row, type Table } from './table.js'

export function listRecords(call: Call, table: Table): Answer {
  return jsonAnswer(200, { Result: queryRecords(table, call.query) })
}

export function insertRecord(call: Call, table: Table): Answer {
  readParameters(call.query, [])
  const row = table.insert(readValues(call, table))
  const records = `${call.origin}${call.path.replace(/\/$/, '')}`
  const headers = { Location: `${records}?q.where=${KEY_FIELD}%3D${row[KEY_FIELD]}` }
  if (call.query.get('response') === 'rows') return jsonAnswer(201, { Result: [row] }, headers)
  return { status: 201, headers, body: '' }
}

export function updateRecords(call: Call, table: Table): Answer {
  const where = requiredWhere(table, call.query)
  const values = readValues(call, table)
  if (Object.keys(values).length === 0) throw badBody('The body names no field.')
  return jsonAnswer(200, { RecordsAffected: table.update(where, values) })
}

export function deleteRecords(call: Call, table: Table): Answer {
  return jsonAnswer(200, { RecordsAffected: table.delete(requiredWhere(table, call.query)) })
}

function readValues(call: Call, table: Table): Row {
  let values: unknown
  try {
    values = JSON.parse(call.body.toString())
  } catch {
    throw badBody('The body is not JSON.')
  }
  if (!isRow(values)) throw badBody('The body must be a JSON object.')
  for (const field of Object.keys(values)) {
    if (field === KEY_FIELD) throw badBody(`${KEY_FIELD} cannot be written.`)
    if (!table.has(field)) throw badBody(`The body names the unknown field ${field}.`)
  }
  return values
}
