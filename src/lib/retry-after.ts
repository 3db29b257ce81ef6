/** Milliseconds that a `Retry-After` header asks for (RFC 9110 §10.2.3), in seconds or as a date. */
export function parseRetryAfter(value: unknown): number {
  const text = String(value)
  if (/^\d+$/.test(text)) return Number(text) * 1000
  // Date.parse alone would take "-3600" for a date.
  return /^[A-Z]|^\d{4}-/i.test(text) ? Math.max(0, Date.parse(text) - Date.now() || 0) : 0
}
