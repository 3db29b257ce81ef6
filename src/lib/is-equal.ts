import { ownProperty } from './own-properties.js'

/**
 * Whether two values are the same. Plain objects and arrays are compared by what they hold; undefined
 * and null count as an empty object.
 */
export function isEqual(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (!isPlain(a) || !isPlain(b)) return false
  const names = Object.keys({ ...a, ...b })
  return names.every((name) => isEqual(ownProperty(a, name), ownProperty(b, name)))
}

function isPlain(value: unknown): value is object | undefined {
  return [Object.prototype, Array.prototype, null].includes(Object.getPrototypeOf(Object(value)))
}
