/** A copy that has its own fields and no others: somebody may have polluted Object.prototype. */
export function own<T extends object>(fields: T): T {
  return Object.assign(Object.create(null), fields)
}

/** A field of somebody's object, whatever that is; never one of Object.prototype. */
export function ownField(value: unknown, name: string): unknown {
  return Object.hasOwn(Object(value), name) ? (value as Record<string, unknown>)[name] : undefined
}
