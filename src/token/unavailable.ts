/**
 * Whether an answer says that Caspio is down, or was called too often: then it says nothing about the
 * token or the client. Caspio answers too many calls with 429, or with 400 and this name.
 */
export function isUnavailable(status: number, body: unknown): boolean {
  return status === 429 || status > 499 || (status === 400 && /api-calls-rate/.test(`${body}`))
}
