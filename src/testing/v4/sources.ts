import type { URLSearchParams } from 'node:url'
import type { Answer } from '../answer.js'
import { readPage } from '../api/read-page.js'
import type { ApiCall, Route } from '../api/route.js'
import { byName, found } from '../api/sources.js'
import type { RecordSource } from '../data/record-source.js'

/** The two kinds of objects that have records. */
export const KINDS = ['tables', 'views'] as const

export type Kind = (typeof KINDS)[number]

export const ID_NAMES = { tables: 'tableId', views: 'viewId' } as const

/** v4 knows a table or view by its ID. The stand-in account takes its name, too. */
export function findSource({ data, path }: ApiCall, kind: Kind): RecordSource {
  const id = path[ID_NAMES[kind]] as string
  const sources: ReadonlyMap<string, RecordSource> = data[kind]
  const source = [...sources.values()].find((item) => item.id === id) ?? byName(sources, id)
  return found(source, `${kind === 'tables' ? 'table' : 'view'} ${id}`)
}

/** A route for the records of a table or view. */
export function recordRoute(
  kind: Kind,
  method: string,
  end: string,
  right: Route['right'],
  answer: (call: ApiCall, source: RecordSource) => Answer,
): Route {
  const path = `/${kind}/{${ID_NAMES[kind]}}/records${end}`
  return {
    method,
    path,
    right,
    answer: (call) => answer(call, findSource(call, kind)),
  }
}

/** Those that the profile may read. */
export function readableSources({ data, profile }: ApiCall, kind: Kind): RecordSource[] {
  const sources: RecordSource[] = [...data[kind].values()]
  return sources.filter(({ name }) => profile.mayRead(`${kind}/${name}`))
}

/** A page of a list, in the form of v4. @throws CaspioError for a parameter that is out of range */
export function pageOf<T>(items: readonly T[], query: URLSearchParams) {
  const { number, size, start } = readPage(query)
  return {
    data: items.slice(start, start + size),
    pagination: { totalCount: items.length, pageNumber: number, pageSize: size },
  }
}
