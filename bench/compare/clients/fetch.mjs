import { decode, encode, resolveURL } from './index.mjs'

/** `transport`: what `fetch` does with a `Request`. */
export function create(attach, account, { transport, headers: own }) {
  const oauth = attach?.(account.credentials)
  const send = transport ?? fetch
  const middleware = oauth?.mw()

  async function request({ url, method = 'GET', data, signal }) {
    const { body, headers } = encode(data, own)
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
