import { optionError } from './option-error.js'

interface Rule {
  /** What the number counts, such as `seconds`. */
  unit?: string
  /** @default 0 */
  min?: number
  /** @default no limit */
  max?: number
  integer?: boolean
}

/**
 * Returns `value` if the rule allows it.
 * @throws TypeError that says what `name` must be
 */
export function requireNumber(
  name: string,
  value: unknown,
  { unit, min = 0, max = Number.MAX_VALUE, integer = false }: Rule = {},
): number {
  const isInRange = typeof value === 'number' && value >= min && value <= max
  if (isInRange && (!integer || Number.isInteger(value))) return value
  const kind = `${integer ? 'an integer' : 'a number'}${unit === undefined ? '' : ` of ${unit}`}`
  const range = max === Number.MAX_VALUE ? `, ${min} or more` : ` from ${min} to ${max}`
  throw optionError(`${name} must be ${kind}${range}`)
}
