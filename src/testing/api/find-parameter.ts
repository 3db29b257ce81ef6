import type { URLSearchParams } from 'node:url'

/** Finds a parameter of a query. Like Caspio it ignores the case of the name. */
export function findParameter(query: URLSearchParams, name: string): string | undefined {
  const lower = name.toLowerCase()
  return [...query].find(([given]) => given.toLowerCase() === lower)?.[1]
}
