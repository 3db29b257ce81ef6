import type { URLSearchParams } from 'node:url'
import { badQuery } from '../caspio-error.js'
import type { QueryParameters } from './types.js'

const NAMES = [
  'select',
  'where',
  'groupBy',
  'orderBy',
  'limit',
  'pageNumber',
  'pageSize',
  'getPaginationInfo',
] as const

/** What each operation may be asked with. */
export const LIST_PARAMETERS: readonly ParameterName[] = NAMES
export const CHANGE_PARAMETERS: readonly ParameterName[] = ['where']

type ParameterName = (typeof NAMES)[number]

/**
 * Reads the parameters of a query. Like Caspio it ignores the case of their names.
 * @throws CaspioError for a parameter of a query that is not in `allowed`, belongs to another version
 * or is given twice: the answer would be wrong without it
 */
export function readParameters(
  query: URLSearchParams,
  prefix: QueryParameters['prefix'],
  allowed: readonly ParameterName[],
): QueryParameters {
  const parameters: QueryParameters = { prefix }
  for (const [name, value] of query) {
    const [, givenPrefix = '', rest] = /^(q(?:\.|$))?(.*)$/i.exec(name) as RegExpExecArray
    const known = NAMES.find((knownName) => knownName.toLowerCase() === rest?.toLowerCase())
    if (known === undefined && givenPrefix === '') continue
    if (known === undefined || !allowed.includes(known)) {
      throw badQuery(`The stand-in account does not support ${name} here.`)
    }
    if (givenPrefix.toLowerCase() !== prefix) {
      throw badQuery(`The stand-in account does not support ${name} here. Is it ${prefix}${known}?`)
    }
    if (parameters[known] !== undefined) throw badQuery(`${prefix}${known} is given twice.`)
    parameters[known] = value
  }
  return parameters
}
