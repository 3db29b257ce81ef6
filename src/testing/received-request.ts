import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { URLSearchParams } from 'node:url'
import { type BodyState, readBody } from './read-body.js'

/** A request as it reached the account. */
export interface ReceivedRequest {
  /** When it arrived, in milliseconds since the epoch. */
  at: number
  requestId: string
  method: string
  /** The account's origin. */
  origin: string
  /** The path with the query, as received. */
  target: string
  path: string
  query: URLSearchParams
  headers: Record<string, string>
  body: Buffer
  /** The client's IP address. */
  address: string
  bodyState: BodyState
}

/** Reads a request to its end. Never rejects: `bodyState` says whether the body is complete. */
export async function receiveRequest(
  req: IncomingMessage,
  origin: string,
): Promise<ReceivedRequest> {
  const at = Date.now()
  // The type also covers answers to a client, which have no URL.
  const target = req.url as string
  const [path, ...query] = target.split('?') as [string, ...string[]]
  const headers: Record<string, string> = {}
  for (const [name, value] of Object.entries(req.headers)) {
    headers[name] = [value].flat().join(', ')
  }
  /* v8 ignore next -- @preserve: undefined only if the client leaves at this moment */
  const address = (req.socket.remoteAddress ?? '').replace(/^::ffff:/, '')
  const { bytes, state } = await readBody(req)
  return {
    at,
    requestId: randomUUID(),
    method: req.method as string,
    origin,
    target,
    path,
    query: new URLSearchParams(query.join('?')),
    headers,
    body: bytes,
    address,
    bodyState: state,
  }
}
