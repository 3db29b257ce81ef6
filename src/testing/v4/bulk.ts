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

/** What became of one record. */
interface RecordResult {
  readonly status: number
  readonly PK_ID?: string
  readonly error?: string
  readonly row?: Row
}

/** Answers 201 if every record was inserted, otherwise 207 with one result per record. */
function insertMany(call: ApiCall, source: RecordSource): Answer {
  const items = readJSONBody(call.request)
  if (!Array.isArray(items) || items.length === 0 || items.length > MAX_RECORDS) {
    throw badBody(`The body must be a JSON array of 1 to ${MAX_RECORDS} records.`)
  }
  const results = items.map((item) => attempt(201, () => insertItem(item, source)))
  const PK_ID = results.flatMap((result) => result.PK_ID ?? [])
  if (PK_ID.length < results.length) return partialAnswer({ PK_ID }, results)
  return jsonAnswer(
    201,
    wantsEcho(call) ? { PK_ID, data: results.map(({ row }) => row) } : { PK_ID },
  )
}

function insertItem(item: unknown, source: RecordSource): Row {
  if (!isRow(item)) throw badBody('A record must be a JSON object.')
  return source.insert(source.readValues(item))
}

/** Writes one record. */
function attempt(status: number, write: () => Row): RecordResult {
  try {
    const row = write()
    return { status, PK_ID: String(row[KEY_FIELD]), row }
  } catch (error) {
    /* v8 ignore if -- @preserve: no such bug is known */
    if (!(error instanceof CaspioError)) throw error
    return { status: error.status, error: error.message }
  }
}

function partialAnswer(summary: object, results: readonly RecordResult[]): Answer {
  return jsonAnswer(207, { ...summary, data: results.map(({ row: _, ...result }) => result) })
}

/** Answers 200 if every record was updated, 207 if only some can have the values, otherwise 400. */
function updateMany(call: ApiCall, source: RecordSource): Answer {
  const body = readObjectBody(call.request)
  const rows = selectByBody(body, source)
  if (!isRow(body.recordValues) || Object.keys(body.recordValues).length === 0) {
    throw badBody('recordValues must be an object that names a field.')
  }
  const values = source.readValues(body.recordValues)
  try {
    return answerChange(call, source.update(rows, values))
  } catch (error) {
    // A unique field cannot hold the value in all of them.
    const results = rows.map((row) => ({
      PK_ID: String(row[KEY_FIELD]),
      ...attempt(200, () => source.update([row], values)[0] as Row),
    }))
    const recordsAffected = results.filter(({ status }) => status === 200).length
    if (recordsAffected === 0) throw error
    return partialAnswer({ recordsAffected }, results)
  }
}

/** Nothing keeps a record of the stand-in account from being deleted, so the answer is never 207. */
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
