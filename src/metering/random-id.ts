/** A random ID: a UUID where the runtime has them. Browsers have none on pages without https. */
export function randomID(): string {
  const source: Partial<Crypto> | undefined = globalThis.crypto
  if (source?.randomUUID) return source.randomUUID()
  const digits = () => Math.random().toString(36).slice(2)
  return `${Date.now().toString(36)}-${digits()}-${digits()}`
}
