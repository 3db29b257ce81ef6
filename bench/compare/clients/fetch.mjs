import { decode, encode, resolveURL } from './index.mjs'

/** `transport` takes a `Request`, as `fetch` does. */
export function create(attach, account, { transport, headers: defaultHeaders }) {
  const oauth = attach?.(account.credentials)
  const send = transport ?? fetch
  const middleware = oauth?.mw()

  async function request({ url, method = 'GET', data, signal }) {
    const { body, headers } = encode(data, defaultHeaders)
    const sent = new Request(resolveURL(url, account), {
      method: method.toUpperCase(),
      body,
      headers,
      signal,
      ...(body && { duplex: 'half' }),
    })
    const response = await (middleware ? middleware(sent, send) : send(sent))
    return { status: response.status, data: transport ? '' : decode(await response.text()) }
  }
  return { request }
}
