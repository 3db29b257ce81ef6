import { expect } from 'vitest'
import { CaspioError } from '../../../src/testing/caspio-error.js'
import { runQuery } from '../../../src/testing/query/run-query.js'
import type { QueryParameters, QueryResult, QueryTable } from '../../../src/testing/query/types.js'

const order = (
  PK_ID: number,
  Company: string | null,
  Rep: string | null,
  Status: string,
  Total: number | null,
  IsActive: boolean | null,
  Created: string | null,
) => ({ PK_ID, Company, Rep, Status, Total, IsActive, Created, 'Ship To': null, Tags: { 1: 'a' } })

export const ORDERS: QueryTable = {
  fields: [
    { Name: 'PK_ID', Type: 'AUTONUMBER' },
    { Name: 'Company', Type: 'STRING' },
    { Name: 'Rep', Type: 'STRING' },
    { Name: 'Status', Type: 'STRING' },
    { Name: 'Total', Type: 'CURRENCY' },
    { Name: 'IsActive', Type: 'YES/NO' },
    { Name: 'Created', Type: 'DATE/TIME' },
    { Name: 'Ship To', Type: 'TEXT' },
    { Name: 'Tags', Type: 'LIST-STRING' },
    { Name: 'Pin', Type: 'PASSWORD' },
  ],
  rows: [
    order(1, 'Northwind', 'Ann', 'Open', 10.1, true, '2025-12-31T23:59:59'),
    order(2, "O'Brien & Söhne", 'Bob', 'New', 20.2, true, '2026-01-01T00:00:00'),
    order(3, 'Smithfield', 'Ann', 'Open', 0.3, false, '2026-01-15T08:30:00'),
    order(4, 'Goldsmith 100%', 'Ann', 'Closed', null, true, '2026-02-01T00:00:00'),
    order(5, '', 'Cid', 'New', 5, null, '2026-02-02T12:00:00'),
    order(6, null, null, 'open ', 5, false, null),
  ],
}

export function query(
  parameters: Omit<QueryParameters, 'prefix'>,
  table: QueryTable = ORDERS,
): QueryResult {
  return runQuery(table, { prefix: 'q.', ...parameters })
}

/** The keys of the rows that meet a condition. */
export function keysWhere(where: string, table: QueryTable = ORDERS): unknown[] {
  return query({ where }, table).Result.map(({ PK_ID }) => PK_ID)
}

/** The message of the 400 that a query gets. */
export function problemOf(run: () => unknown): string {
  try {
    run()
  } catch (error) {
    expect(error).toBeInstanceOf(CaspioError)
    const { status, code, message } = error as CaspioError
    expect([status, code]).toEqual([400, 'IncorrectQueryParameter'])
    return message
  }
  throw new Error('the query has a result')
}
