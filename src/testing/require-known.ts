import { optionError } from './option-error.js'

/**
 * @param path where the object is in the options; undefined for the options themselves
 * @throws TypeError if it has another property than these
 */
export function requireKnown(
  path: string | undefined,
  given: object,
  names: readonly string[],
): void {
  const unknown = Object.keys(given).find((name) => !names.includes(name))
  if (unknown === undefined) return
  const subject = path === undefined ? 'there is' : `${path} has`
  throw optionError(`${subject} no option ${unknown}. The options are ${names.join(', ')}.`)
}
