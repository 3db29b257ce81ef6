import type { URLSearchParams } from 'node:url'
import { findParameter } from '../api/find-parameter.js'
import { readPage } from '../api/read-page.js'
import { badQuery } from '../caspio-error.js'
import type { Pagination } from '../query/types.js'

/**
 * Returns a page of files or folders, sorted as the query asks.
 * @throws CaspioError for a parameter that is out of range
 */
export function readListing<T extends Record<string, unknown>, N extends string>(
  query: URLSearchParams,
  items: readonly T[],
  sortFields: readonly N[],
): { Result: T[]; Pagination: Pagination } {
  const { number, size, start } = readPage(query)
  const field = findParameter(query, 'sortField') ?? 'Name'
  if (!sortFields.some((name) => name === field)) {
    throw badQuery(`sortField must be one of ${sortFields.join(', ')}, got: ${field}`)
  }
  const sign = /^true$/i.test(findParameter(query, 'sortDescending') ?? '') ? -1 : 1
  const sorted = [...items].sort((one, other) => sign * compare(one[field], other[field]))
  return {
    Result: sorted.slice(start, start + size),
    Pagination: { TotalCount: items.length, PageNumber: number, PageSize: size },
  }
}

function compare(one: unknown, other: unknown): number {
  if (typeof one === 'number' && typeof other === 'number') return one - other
  return String(one).localeCompare(String(other), 'en')
}
