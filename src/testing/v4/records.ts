import { type Answer, jsonAnswer } from '../answer.js'
import { readObjectBody } from '../api/read-json-body.js'
import type { ApiCall, Route } from '../api/route.js'
import { found } from '../api/sources.js'
import { badBody } from '../caspio-error.js'
import type { RecordSource } from '../data/record-source.js'
import { KEY_FIELD } from '../data/row.js'
import { LIST_PARAMETERS, readParameters } from '../query/read-parameters.js'
import { runQuery } from '../query/run-query.js'
import type { Pagination, Row } from '../query/types.js'
import { findSource, ID_NAMES, KINDS } from './sources.js'

/** Records of tables and views, in a list and one by one. */
export const RECORD_ROUTES: readonly Route[] = KINDS.flatMap((kind) => {
  const records = `/${kind}/{${ID_NAMES[kind]}}/records`
  const route = (
    method: string,
    end: string,
    right: Route['right'],
    answer: (call: ApiCall, source: RecordSource) => Answer,
  ): Route => ({
    method,
    path: records + end,
    operation: `${method} /v4${records}${end}`,
    right,
    answer: (call) => answer(call, findSource(call, kind)),
  })
  return [
    route('GET', '', 'read', listRecords),
    route('POST', '', 'insert', insertRecord),
    route('GET', '/{recordPkId}', 'read', getRecord),
    route('PUT', '/{recordPkId}', 'update', updateRecord),
    route('PATCH', '/{recordPkId}', 'update', updateRecord),
    route('DELETE', '/{recordPkId}', 'delete', deleteRecord),
  ]
})

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
  return jsonAnswer(200, { data: findRow(call, source) })
}

function updateRecord(call: ApiCall, source: RecordSource): Answer {
  const row = findRow(call, source)
  const values = source.readValues(readObjectBody(call.request))
  if (Object.keys(values).length === 0) throw badBody('The body names no field.')
  const [data] = source.update([row], values)
  return jsonAnswer(200, wantsEcho(call) ? { data } : { recordsAffected: 1 })
}

function deleteRecord(call: ApiCall, source: RecordSource): Answer {
  const row = findRow(call, source)
  source.delete([row])
  return jsonAnswer(200, wantsEcho(call) ? { data: row } : { recordsAffected: 1 })
}

function findRow({ path }: ApiCall, source: RecordSource): Row {
  const key = path.recordPkId
  return found(
    source.rows.find((row) => String(row[KEY_FIELD]) === key),
    `record ${key}`,
  )
}

/** Whether the client asks for the records that it writes. */
export function wantsEcho({ request }: ApiCall): boolean {
  return /^true$/i.test(request.query.get('echo') ?? '')
}
