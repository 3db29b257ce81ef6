import type { URLSearchParams } from 'node:url'
import { badQuery } from '../caspio-error.js'
import { findParameter } from './find-parameter.js'

const DEFAULT_PAGE_SIZE = 25

/** Reads which page of a list is wanted. @throws CaspioError for a parameter that is out of range */
export function readPage(query: URLSearchParams): { number: number; size: number; start: number } {
  const number = integer(query, 'pageNumber', 1, 1, Number.MAX_SAFE_INTEGER)
  const size = integer(query, 'pageSize', DEFAULT_PAGE_SIZE, 5, 1_000)
  return { number, size, start: (number - 1) * size }
}

function integer(query: URLSearchParams, name: string, missing: number, min: number, max: number) {
  const text = findParameter(query, name)
  if (text === undefined) return missing
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN
  if (value >= min && value <= max) return value
  throw badQuery(`${name} must be an integer from ${min} to ${max}, got: ${text}`)
}
