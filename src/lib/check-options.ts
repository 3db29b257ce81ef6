import { definedEntries, ownProperty } from './own-properties.js'

/** What an option accepts, as a test and in words, and its default, if it has one. */
export type Rule = readonly [accepts: (value: unknown) => boolean, words: string, initial?: unknown]

/** Checks the names and values of options. Returns those that are not undefined. */
export function checkOptions(
  options: object,
  rules: Readonly<Record<string, Rule>>,
  createError: (message: string) => Error,
): [string, unknown][] {
  const given = definedEntries(options)
  for (const [name, value] of given) {
    const rule = ownProperty(rules, name) as Rule | undefined
    if (!rule) {
      throw createError(
        `there is no option ${name}. The options are ${Object.keys(rules).join(', ')}.`,
      )
    }
    const [accepts, words] = rule
    if (!accepts(value)) throw createError(`${name} must be ${words}.`)
  }
  return given
}
