import { whyUnsupported } from './unsupported.mjs'

/** A check that does not apply, as client/checks.js says it. */
export const NOT_HERE = '-'

/** A result as `{ cell, outcomes }`, or `{ cell, skipped }`; `outcomes` by check. */
export function failuresOf({ cell, outcomes = {} }) {
  return Object.entries(outcomes)
    .filter(([, outcome]) => outcome !== 'ok' && outcome !== NOT_HERE)
    .map(([check, reason]) => ({ check, reason, why: whyUnsupported(cell, check) }))
}

/** Whether a cell fails that we claim to work. */
export function isRed(result) {
  return !result.cell.isBelow && failuresOf(result).some(({ why }) => !why)
}

/** In a word. */
export function verdictOf(result) {
  if (result.skipped) return 'skipped'
  if (isRed(result)) return 'FAILED'
  if (failuresOf(result).length === 0) return 'ok'
  return result.cell.isBelow ? 'fails (below the range)' : 'ok, but for what is known'
}

/** Known not to work, but it does. */
export function unexpectedlyFine({ cell, outcomes = {} }) {
  return Object.entries(outcomes)
    .filter(([check, outcome]) => outcome === 'ok' && whyUnsupported(cell, check))
    .map(([check]) => check)
}
