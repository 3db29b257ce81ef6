import { type Answer, jsonAnswer } from '../answer.js'
import { readJSONBody, readObjectBody } from '../api/read-json-body.js'
import type { ApiCall, Route } from '../api/route.js'
import { badBody, CaspioError } from '../caspio-error.js'
import type { RecordSource } from '../data/record-source.js'
import { isRow, KEY_FIELD } from '../data/row.js'
import { selectRows } from '../query/run-query.js'
import type { Row } from '../query/types.js'
import { wantsEcho } from './records.js'
import { KINDS, recordRoute } from './sources.js'

const MAX_RECORDS = 1_000

/** Writes that concern many records. */
export const BULK_ROUTES: readonly Route[] = KINDS.flatMap((kind) => [
  recordRoute(kind, 'POST', '/bulk', 'insert', insertMany),
  recordRoute(kind, 'PATCH', '/bulk', 'update', updateMany),
  recordRoute(kind, 'DELETE', '/bulk', 'delete', deleteMany),
])

/** What became of one item. */
interface ItemResult {
  readonly status: number
  readonly PK_ID?: string
  readonly error?: string
  readonly row?: Row
}

/** Answers 201 if every item was inserted, otherwise 207 with one result per item. */
function insertMany(call: ApiCall, source: RecordSource): Answer {
  const items = readJSONBody(call.request)
  if (!Array.isArray(items) || items.length === 0 || items.length > MAX_RECORDS) {
    throw badBody(`The body must be a JSON array of 1 to ${MAX_RECORDS} records.`)
  }
  const results = items.map((item) => insertItem(item, source))
  const inserted = results.filter(({ status }) => status === 201)
  const PK_ID = inserted.map((result) => result.PK_ID)
  if (inserted.length < results.length) {
    return jsonAnswer(207, { PK_ID, data: results.map(({ row: _, ...result }) => result) })
  }
  return jsonAnswer(
    201,
    wantsEcho(call) ? { PK_ID, data: results.map(({ row }) => row) } : { PK_ID },
  )
}

function insertItem(item: unknown, source: RecordSource): ItemResult {
  try {
    if (!isRow(item)) throw badBody('A record must be a JSON object.')
    const row = source.insert(source.readValues(item))
    return { status: 201, PK_ID: String(row[KEY_FIELD]), row }
  } catch (error) {
    /* v8 ignore if -- @preserve: no such bug is known */
    if (!(error instanceof CaspioError)) throw error
    return { status: error.status, error: error.message }
  }
}

function updateMany(call: ApiCall, source: RecordSource): Answer {
  const body = readObjectBody(call.request)
  const rows = selectByBody(body, source)
  if (!isRow(body.recordValues) || Object.keys(body.recordValues).length === 0) {
    throw badBody('recordValues must be an object that names a field.')
  }
  return answerChange(call, source.update(rows, source.readValues(body.recordValues)))
}

function deleteMany(call: ApiCall, source: RecordSource): Answer {
  const data = selectByBody(readObjectBody(call.request), source)
  source.delete(data)
  return answerChange(call, data)
}

function answerChange(call: ApiCall, data: readonly Row[]): Answer {
  const recordsAffected = data.length
  return jsonAnswer(200, wantsEcho(call) ? { recordsAffected, data } : { recordsAffected })
}

/** @throws CaspioError if the body has no condition, or a malformed one */
function selectByBody({ where }: Row, source: RecordSource): Row[] {
  if (typeof where !== 'string' || where.trim() === '') {
    throw badBody(`where is required, for instance "where": "${KEY_FIELD}=1".`)
  }
  return selectRows(source, { prefix: '', where })
}
