import type { CallRow } from '../../metering/index.js'

/** Whether a value from outside is a row of a meter. */
export function isRow(value: unknown): value is CallRow {
  const { day, kind, resource, lower, upper } = Object(value)
  return (
    /^\d{4}-\d\d-\d\d$/.test(day) &&
    /^(call|resend|token)$/.test(kind) &&
    typeof resource === 'string' &&
    [lower, upper].every(Number.isFinite)
  )
}
