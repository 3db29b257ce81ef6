/** Makes a function that blots the given secrets, in every form in which they travel, out of a text. */
export function createScrubber(secrets: readonly string[]): (text: string) => string {
  const forms = secrets.flatMap((secret) => [
    secret,
    formEncode(secret),
    encodeURIComponent(secret),
    jsonEscape(secret),
    // JSON within JSON.
    jsonEscape(jsonEscape(secret)),
  ])
  return (text) => forms.reduce((rest, form) => rest.replaceAll(form, '[redacted]'), text)
}

// Not a literal: its sets would be built while the module is read, at every start.
const UNPRINTABLE = '[\\p{C}\\p{Zl}\\p{Zp}]+'

/** A foreign text as a log and a terminal can show it: one line, no controls, no great length. */
export function printable(text: string): string {
  return text.replace(new RegExp(UNPRINTABLE, 'gu'), ' ').slice(0, 300)
}

/** `application/x-www-form-urlencoded`, one value. */
export function formEncode(text: string): string {
  return new URLSearchParams([['', text]]).toString().slice(1)
}

function jsonEscape(text: string): string {
  return JSON.stringify(text).slice(1, -1)
}
