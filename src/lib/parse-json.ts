/** The value of a JSON text; anything else is returned as it is. */
export function parseJSON(text: unknown): unknown {
  try {
    return JSON.parse(text as string)
  } catch {
    return text
  }
}
