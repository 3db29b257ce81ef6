import { badBody } from '../caspio-error.js'
import { isRow } from '../data/row.js'
import type { Row } from '../query/types.js'
import type { ReceivedRequest } from '../received-request.js'

/** @throws CaspioError if the body is not JSON */
export function readJSONBody(request: ReceivedRequest): unknown {
  try {
    return JSON.parse(request.body.toString())
  } catch {
    throw badBody('The body is not JSON.')
  }
}

/** @throws CaspioError if the body is not a JSON object */
export function readObjectBody(request: ReceivedRequest): Row {
  const value = readJSONBody(request)
  if (!isRow(value)) throw badBody('The body must be a JSON object.')
  return value
}
