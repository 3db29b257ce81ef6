/** Milliseconds that a `Retry-After` header asks for, in seconds or as a date (RFC 9110 §10.2.3). */
export function parseRetryAfter(header: unknown): number {
  const text = String(header)
  if (/^\d+$/.test(text)) return Number(text) * 1000
  // Date.parse takes "-3600" for a date.
  return /^[A-Z]|^\d{4}-/i.test(text) ? Math.max(0, Date.parse(text) - Date.now() || 0) : 0
}
