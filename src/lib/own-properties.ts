/*
 * How objects from outside are read. Another package may have put properties on `Object.prototype`:
 * those must never pass for an option, a credential or a part of an answer.
 */

/** A copy that inherits nothing. */
export function withoutPrototype<T extends object>(object: T): T {
  return Object.assign(Object.create(null), object)
}

/** An own property of any value; undefined if it has none of that name. */
export function ownProperty(value: unknown, name: string): unknown {
  return Object.hasOwn(value ?? {}, name) ? (value as Record<string, unknown>)[name] : undefined
}

/** The own properties of an object that are not undefined. */
export function definedEntries(object: object): [string, unknown][] {
  return Object.entries(object).filter(([, value]) => value !== undefined)
}

/** An own property of any value that is a text; '' if it has none of that name. */
export function ownText(value: unknown, name: string): string {
  const text = ownProperty(value, name)
  return typeof text === 'string' ? text : ''
}

/** A property that an object has itself or from its class, but not from `Object.prototype`. */
export function memberOf(value: unknown, name: PropertyKey): unknown {
  const member = Object(value)[name]
  return member === (Object.prototype as Record<PropertyKey, unknown>)[name] ? undefined : member
}

/** Defines a property that `console.log`, `JSON.stringify` and `{ ...spread }` do not show. */
export function defineHidden(object: object, key: PropertyKey, value: unknown): void {
  const descriptor = { value, writable: true, configurable: true }
  Object.defineProperty(object, key, withoutPrototype(descriptor))
}
