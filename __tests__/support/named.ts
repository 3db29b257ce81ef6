/** Rows for `it.each`: each value with its JSON, shortened, as its name. */
export function named<T>(values: readonly T[]): [name: string, value: T][] {
  return values.map((value) => [JSON.stringify(value).slice(0, 60), value])
}
