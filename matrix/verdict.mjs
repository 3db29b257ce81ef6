import { whyUnsupported } from './unsupported.mjs'

/** The outcome of a check that does not apply, as in client/checks.js. */
export const NOT_APPLICABLE = '-'

/** The failed checks of a result, which is `{ cell, outcomes }` or `{ cell, skipped }`. */
export function failuresOf({ cell, outcomes = {} }) {
  return Object.entries(outcomes)
    .filter(([, outcome]) => outcome !== 'ok' && outcome !== NOT_APPLICABLE)
    .map(([check, reason]) => ({ check, reason, why: whyUnsupported(cell, check) }))
}

/** Whether a check fails that must succeed. */
export function hasUnexpectedFailure(result) {
  return failuresOf(result).some(({ why }) => !why)
}

/** The result in a word. */
export function verdictOf(result) {
  if (result.skipped) return 'skipped'
  if (hasUnexpectedFailure(result)) return 'FAILED'
  return failuresOf(result).length === 0 ? 'ok' : 'ok, except for known failures'
}

/** Checks that are known to fail but succeeded. */
export function unexpectedSuccesses({ cell, outcomes = {} }) {
  return Object.entries(outcomes)
    .filter(([check, outcome]) => outcome === 'ok' && whyUnsupported(cell, check))
    .map(([check]) => check)
}
