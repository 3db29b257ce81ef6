import { badQuery } from '../caspio-error.js'
import { findField } from './find-field.js'
import type { QueryTable, Row } from './types.js'

const COMPARISON =
  /\s*(?:\[([^\]]+)\]|([\p{L}_][\p{L}\p{N}_]*))\s*=\s*(?:'((?:[^']|'')*)'|(-?\d+(?:\.\d+)?))(?:\s*$|\s*\bAND\b)/iuy

/**
 * Makes a filter of a `q.where` that joins equality comparisons by AND, such as
 * `Name='O''Brien' AND Age=3`.
 * @throws CaspioError for anything else, and for a field that the table does not have
 */
export function parseWhere(where: string, table: QueryTable): (row: Row) => boolean {
  const comparisons: { field: string; value: string | number }[] = []
  const pattern = new RegExp(COMPARISON)
  let isLast = false
  while (!isLast) {
    const match = pattern.exec(where)
    if (match === null) {
      throw badQuery(
        `q.where must be equality comparisons joined by AND, such as Name='O''Brien' AND Age=3, got: ${where}`,
      )
    }
    const [text, bracketed, plain, string, number] = match
    const field = (bracketed ?? plain) as string
    if (findField(field, table) === undefined) {
      throw badQuery(`q.where names the unknown field ${field}.`)
    }
    comparisons.push({ field, value: string?.replaceAll("''", "'") ?? Number(number) })
    isLast = !/AND$/i.test(text)
  }
  return (row) => comparisons.every(({ field, value }) => equals(row[field], value))
}

/** Compares like SQL: null equals nothing, `'3'` equals 3, and a Yes/No field equals 1 or 0. */
function equals(actual: unknown, wanted: string | number): boolean {
  if (actual === null || actual === undefined) return false
  if (typeof actual === 'string' && typeof wanted === 'string') return actual === wanted
  return wanted !== '' && Number(actual) === Number(wanted)
}
