/** Returns `value` if it is a number from `min` to `max`; throws a TypeError that names it if not. */
export function requireNumber(
  name: string,
  value: unknown,
  { min = 0, max = Number.MAX_VALUE, integer = false } = {},
): number {
  if (typeof value === 'number' && value >= min && value <= max) {
    if (!integer || Number.isInteger(value)) return value
  }
  const range = max === Number.MAX_VALUE ? `of at least ${min}` : `from ${min} to ${max}`
  throw new TypeError(
    `axios-caspio-auth/testing: ${name} must be ${integer ? 'an integer' : 'a number'} ${range}, got ${String(value)}`,
  )
}
