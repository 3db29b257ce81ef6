import { type Answer, jsonAnswer } from '../answer.js'
import { findParameter } from '../api/find-parameter.js'
import { readObjectBody } from '../api/read-json-body.js'
import type { ApiCall, Route } from '../api/route.js'
import { type FindSource, findTable, findView } from '../api/sources.js'
import { badBody } from '../caspio-error.js'
import type { RecordSource } from '../data/record-source.js'
import { KEY_FIELD } from '../data/row.js'
import { CHANGE_PARAMETERS, LIST_PARAMETERS, readParameters } from '../query/read-parameters.js'
import { runQuery, selectRows } from '../query/run-query.js'
import type { Row } from '../query/types.js'
import type { ReceivedRequest } from '../received-request.js'

export const RECORD_ROUTES: readonly Route[] = [
  ...recordRoutes('/tables/{tableName}/records', findTable),
  ...recordRoutes('/views/{viewName}/records', findView),
]

function recordRoutes(path: string, find: FindSource): Route[] {
  const route = (
    method: string,
    right: Route['right'],
    answer: (call: ApiCall, source: RecordSource) => Answer,
  ): Route => ({ method, path, right, answer: (call) => answer(call, find(call)) })
  return [
    route('GET', 'read', listRecords),
    route('POST', 'insert', insertRecord),
    route('PUT', 'update', updateRecords),
    route('DELETE', 'delete', deleteRecords),
  ]
}

function listRecords({ request }: ApiCall, source: RecordSource): Answer {
  return jsonAnswer(200, runQuery(source, readParameters(request.query, 'q.', LIST_PARAMETERS)))
}

function insertRecord({ request }: ApiCall, source: RecordSource): Answer {
  readParameters(request.query, 'q.', [])
  const row = source.insert(source.readValues(readObjectBody(request)))
  const records = `${request.origin}${request.path.replace(/\/$/, '')}`
  const headers = { Location: `${records}?q.where=${KEY_FIELD}%3D${row[KEY_FIELD]}` }
  if (wantsRows(request)) return jsonAnswer(201, { Result: [row] }, headers)
  return { status: 201, headers, body: '' }
}

function updateRecords({ request }: ApiCall, source: RecordSource): Answer {
  const rows = rowsToChange(request, source)
  const values = source.readValues(readObjectBody(request))
  if (Object.keys(values).length === 0) throw badBody('The body names no field.')
  return answerChange(request, source.update(rows, values))
}

function deleteRecords({ request }: ApiCall, source: RecordSource): Answer {
  const rows = rowsToChange(request, source)
  source.delete(rows)
  return jsonAnswer(200, { RecordsAffected: rows.length })
}

/** @throws CaspioError if `q.where` is missing or malformed */
export function rowsToChange(request: ReceivedRequest, source: RecordSource): Row[] {
  return selectRows(source, readParameters(request.query, 'q.', CHANGE_PARAMETERS))
}

/** The answer to a change of these rows. */
export function answerChange(request: ReceivedRequest, Result: readonly Row[]): Answer {
  const RecordsAffected = Result.length
  return jsonAnswer(200, wantsRows(request) ? { RecordsAffected, Result } : { RecordsAffected })
}

/** Whether the client asks for the rows that it writes. */
function wantsRows(request: ReceivedRequest): boolean {
  return /^rows$/i.test(findParameter(request.query, 'response') ?? '')
}
