import { definedEntries, ownProperty } from './own-properties.js'

/** What an option accepts, as a test and in words, and its default, if it has one. */
export type Rule = readonly [accepts: (value: unknown) => boolean, words: string, initial?: unknown]

/**
 * Checks the names and values of options. Returns all of them with their defaults: every option is an own
 * property, so that none is read from Object.prototype.
 */
export function checkOptions(
  options: object,
  rules: Readonly<Record<string, Rule>>,
  createError: (message: string) => Error,
): object {
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
  const defaults = Object.entries(rules).map(([name, rule]) => [name, rule[2]])
  return Object.fromEntries([...defaults, ...given])
}
