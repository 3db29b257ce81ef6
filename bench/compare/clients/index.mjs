/**
 * One contestant at work: `request(config)` takes what axios takes (url, method, data, signal), and
 * gives `{ status, data }`. `api` is its axios instance, where it has one.
 *
 * @param contestant `kind`, and `attach` of its file; without `attach` the bare client
 * @param account `url` and `credentials`
 * @param options axios's own for its instance, or `headers`, or a stubbed `transport` of the kind
 */
export async function createClient({ kind, attach }, account, options = {}) {
  const { create } = await import(`./${kind}.mjs`)
  return create(attach, account, options)
}

/** What axios makes of a URL and a baseURL. */
export function resolveURL(target, account) {
  return target.startsWith('/') ? `${account.url}/rest/v2${target}` : target
}

/** The body and the headers, for clients that serialise nothing themselves. */
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
