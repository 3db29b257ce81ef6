/** What a text of JSON says; anything else as it is, since many parse before we do. */
export function parseJSON(data: unknown): unknown {
  try {
    return JSON.parse(data as string)
  } catch {
    return data
  }
}
