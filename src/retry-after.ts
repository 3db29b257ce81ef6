/** Milliseconds that a `Retry-After` header asks for (RFC 9110 §10.2.3), in seconds or as a date. */
export function parseRetryAfter(value: unknown): number {
  const text = String(value)
  const ms = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - Date.now()
  // No header and no date is NaN.
  return Math.max(0, ms || 0)
}
