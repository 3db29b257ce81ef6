/** Replaces secrets in a text. */
export type Redact = (text: string) => string

// A token in a text that is not plain JSON: cut off, wrapped, or JSON within a text.
const TOKEN_IN_TEXT = /((?:access|refresh)_token[\\"'\s]*[:=>]+[\\"'\s]*)[\w\-.~+/]{16,}=*/g

/**
 * Returns a function that replaces the given secrets, in every encoding in which they are sent, and
 * whatever is named a token.
 */
export function createRedact(secrets: readonly (string | undefined)[]): Redact {
  const encoded = secrets.flatMap((secret) =>
    secret
      ? [
          secret,
          formEncode(secret),
          // Half of a surrogate pair cannot be encoded.
          encodeURIComponent(secret.replace(/[\ud800-\udfff]/gu, '\ufffd')),
          jsonEscape(secret),
          // JSON within JSON.
          jsonEscape(jsonEscape(secret)),
        ]
      : [],
  )
  return (text) =>
    encoded
      .reduce((rest, secret) => rest.replaceAll(secret, '[redacted]'), text)
      .replace(TOKEN_IN_TEXT, '$1[redacted]')
}

// Control characters, line separators, and what is invisible or turns the direction of writing.
const UNPRINTABLE =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: it removes them
  /[\0-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]+/g

/** Makes a foreign text fit for a log: one line, no control characters, at most 300 characters. */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, ' ').slice(0, 300)
}

/** Encodes one value as `application/x-www-form-urlencoded`. */
export function formEncode(text: string): string {
  return new URLSearchParams([['', text]]).toString().slice(1)
}

function jsonEscape(text: string): string {
  return JSON.stringify(text).slice(1, -1)
}
