import type { QueryTable } from './types.js'

/** Returns the field's own spelling of a name: SQL ignores its case. */
export function findField(name: string, { fields, acceptsAnyField }: QueryTable) {
  const lower = name.toLowerCase()
  const field = fields.find(({ Name }) => Name.toLowerCase() === lower)
  return field?.Name ?? (acceptsAnyField && name !== '' ? name : undefined)
}
