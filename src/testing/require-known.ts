import { optionError } from './option-error.js'

/** @throws TypeError if an object of the options has another property than these */
export function requireKnown(path: string, given: object, names: readonly string[]): void {
  const unknown = Object.keys(given).find((name) => !names.includes(name))
  if (unknown === undefined) return
  throw optionError(`${path} has no option ${unknown}. The options are ${names.join(', ')}.`)
}
