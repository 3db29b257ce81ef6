/** A record as stored and sent. */
export type Row = Record<string, unknown>

/** A field as the query engine sees it. */
export interface Field {
  Name: string
  /** One of Caspio's types, such as `STRING`, `INTEGER` or `DATE/TIME`. */
  Type: string
}

/** What a query reads: a table, or a view. */
export interface QueryTable {
  readonly fields: readonly Field[]
  /** The rows, in the order that a query without `orderBy` returns. */
  readonly rows: readonly Row[]
  /** Whether a name that is not in `fields` is a field that has no value yet, and not a mistake. */
  readonly acceptsAnyField?: boolean
}

/** What a query asks for. Each value is the text that the client sent. */
export interface QueryParameters {
  /** What the names of the parameters begin with: `q.` up to v3, nothing in v4. */
  prefix: 'q.' | ''
  select?: string
  where?: string
  groupBy?: string
  orderBy?: string
  limit?: string
  pageNumber?: string
  pageSize?: string
  getPaginationInfo?: string
}

/** The numbers of {@link QueryResult} that v4 names in lower case. */
export interface Pagination {
  TotalCount: number
  PageNumber: number
  PageSize: number
}

/** The answer to a query, in the form of v2 and v3. */
export interface QueryResult {
  Result: Row[]
  /** Only if the query asks for it with `getPaginationInfo`. */
  Pagination?: Pagination
}
