/**
 * Creates a contestant's client. `request(config)` takes an axios config (url, method, data, signal)
 * and resolves to `{ status, data }`. `api` is the axios instance, if there is one.
 *
 * @param contestant its `kind`, and `attach` from its file; without `attach`, only the HTTP client
 * @param account its `url` and `credentials`
 * @param options options of the axios instance, or `headers`, or a stubbed `transport`
 */
export async function createClient({ kind, attach }, account, options = {}) {
  const { create } = await import(`./${kind}.mjs`)
  return create(attach, account, options)
}

/** Combines a URL and a base URL as axios does. */
export function resolveURL(target, account) {
  return target.startsWith('/') ? `${account.url}/rest/v2${target}` : target
}

/** The body and the headers, for clients that do not serialise data. */
export function encode(data, headers) {
  const isPlain = Object.getPrototypeOf(Object(data)) === Object.prototype
  if (data === undefined || !isPlain) return { body: data, headers }
  return {
    body: JSON.stringify(data),
    headers: { 'Content-Type': 'application/json', ...headers },
  }
}

export function decode(text) {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
