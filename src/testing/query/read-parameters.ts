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
 * @throws CaspioError for a parameter of this prefix that is not in `allowed`: the answer would be
 * wrong without it. Without a prefix, only the parameters of other operations are refused.
 */
export function readParameters(
  query: URLSearchParams,
  prefix: QueryParameters['prefix'],
  allowed: readonly ParameterName[],
): QueryParameters {
  const parameters: QueryParameters = { prefix }
  for (const [name, value] of query) {
    const key = name.toLowerCase()
    const known = NAMES.find((knownName) => key === (prefix + knownName).toLowerCase())
    if (known !== undefined && allowed.includes(known)) parameters[known] ??= value
    else if (known !== undefined || (prefix && /^q(?:\.|$)/.test(key))) {
      throw badQuery(`The stand-in account does not know ${name} here.`)
    }
  }
  return parameters
}
