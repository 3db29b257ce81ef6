import { badQuery } from '../caspio-error.js'
import type { Pagination, QueryParameters } from './types.js'

const DEFAULT_LIMIT = 100
const MAX_RECORDS = 1_000
const MIN_PAGE_SIZE = 5
const DEFAULT_PAGE_SIZE = 25

/** Which of the rows found a query wants. */
export interface Page {
  start: number
  end: number
  /** Makes the pagination of the answer. `undefined` if the query does not want it. */
  describe: ((totalCount: number) => Pagination) | undefined
}

/**
 * Reads which rows a query wants. The limit has no effect if it asks for a page.
 * @throws CaspioError for a number that is out of range
 */
export function readPage(parameters: QueryParameters): Page {
  const pageNumber = readInteger('pageNumber', 1, Number.MAX_SAFE_INTEGER, parameters)
  const pageSize = readInteger('pageSize', MIN_PAGE_SIZE, MAX_RECORDS, parameters)
  const isPaged = pageNumber !== undefined || pageSize !== undefined
  const PageNumber = pageNumber ?? 1
  const PageSize = isPaged
    ? (pageSize ?? DEFAULT_PAGE_SIZE)
    : (readInteger('limit', 1, MAX_RECORDS, parameters) ?? DEFAULT_LIMIT)
  const start = (PageNumber - 1) * PageSize
  const describe = (TotalCount: number) => ({ TotalCount, PageNumber, PageSize })
  const isWanted = readFlag('getPaginationInfo', parameters)
  return { start, end: start + PageSize, describe: isWanted ? describe : undefined }
}

function readInteger(
  name: 'limit' | 'pageNumber' | 'pageSize',
  min: number,
  max: number,
  { prefix, [name]: text }: QueryParameters,
): number | undefined {
  if (text === undefined) return undefined
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN
  if (value >= min && value <= max) return value
  throw badQuery(`${prefix}${name} must be an integer from ${min} to ${max}, got: ${text}`)
}

function readFlag(
  name: 'getPaginationInfo',
  { prefix, [name]: text = 'false' }: QueryParameters,
): boolean {
  const word = text.toLowerCase()
  if (word === 'true' || word === 'false') return word === 'true'
  throw badQuery(`${prefix}${name} must be true or false, got: ${text}`)
}
