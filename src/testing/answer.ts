/** The account's answer to a request. */
export interface Answer {
  status: number
  headers: Record<string, string>
  body: string | Uint8Array
  /** The OAuth error code, only for the log. */
  error?: string
}

export const JSON_TYPE = 'application/json;charset=UTF-8'

export function jsonAnswer(
  status: number,
  value: unknown,
  headers: Record<string, string> = {},
): Answer {
  return { status, headers: { 'Content-Type': JSON_TYPE, ...headers }, body: JSON.stringify(value) }
}

export const NO_CONTENT: Answer = Object.freeze({ status: 204, headers: {}, body: '' })
