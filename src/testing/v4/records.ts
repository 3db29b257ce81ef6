import { type Answer, jsonAnswer } from '../answer.js'
import { findParameter } from '../api/find-parameter.js'
import { readObjectBody } from '../api/read-json-body.js'
import type { ApiCall, Route } from '../api/route.js'
import { findRecord } from '../api/sources.js'
import { badBody } from '../caspio-error.js'
import type { RecordSource } from '../data/record-source.js'
import { KEY_FIELD } from '../data/row.js'
import { LIST_PARAMETERS, readParameters } from '../query/read-parameters.js'
import { runQuery } from '../query/run-query.js'
import type { Pagination } from '../query/types.js'
import { KINDS, recordRoute } from './sources.js'

const ONE = '/{recordPkId}'

/** Records of tables and views, in a list and one by one. */
export const RECORD_ROUTES: readonly Route[] = KINDS.flatMap((kind) => [
  recordRoute(kind, 'GET', '', 'read', listRecords),
  recordRoute(kind, 'POST', '', 'insert', insertRecord),
  recordRoute(kind, 'GET', ONE, 'read', getRecord),
  recordRoute(kind, 'PUT', ONE, 'update', updateRecord),
  recordRoute(kind, 'PATCH', ONE, 'update', updateRecord),
  recordRoute(kind, 'DELETE', ONE, 'delete', deleteRecord),
])

function listRecords({ request }: ApiCall, source: RecordSource): Answer {
  const parameters = readParameters(request.query, '', LIST_PARAMETERS)
  const { Result, Pagination } = runQuery(source, { ...parameters, getPaginationInfo: 'true' })
  const { TotalCount, PageNumber, PageSize } = Pagination as Pagination
  const pagination = { totalCount: TotalCount, pageNumber: PageNumber, pageSize: PageSize }
  return jsonAnswer(200, { data: Result, pagination })
}

function insertRecord(call: ApiCall, source: RecordSource): Answer {
  const row = source.insert(source.readValues(readObjectBody(call.request)))
  return jsonAnswer(201, wantsEcho(call) ? { data: row } : { PK_ID: String(row[KEY_FIELD]) })
}

function getRecord(call: ApiCall, source: RecordSource): Answer {
  return jsonAnswer(200, { data: findRecord(call, source) })
}

function updateRecord(call: ApiCall, source: RecordSource): Answer {
  const row = findRecord(call, source)
  const values = source.readValues(readObjectBody(call.request))
  if (Object.keys(values).length === 0) throw badBody('The body names no field.')
  const [data] = source.update([row], values)
  return jsonAnswer(200, wantsEcho(call) ? { data } : { recordsAffected: 1 })
}

function deleteRecord(call: ApiCall, source: RecordSource): Answer {
  const row = findRecord(call, source)
  source.delete([row])
  return jsonAnswer(200, wantsEcho(call) ? { data: row } : { recordsAffected: 1 })
}

/** Whether the client asks for the records that it writes. */
export function wantsEcho({ request }: ApiCall): boolean {
  return /^true$/i.test(findParameter(request.query, 'echo') ?? '')
}
