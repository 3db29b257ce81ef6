/** Rows for `it.each`, whose titles begin with each value as JSON, at a readable length. */
export function named<T>(values: readonly T[]): [name: string, value: T][] {
  return values.map((value) => [JSON.stringify(value).slice(0, 60), value])
}
