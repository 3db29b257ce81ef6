import { once } from 'node:events'
import { createServer, request as send } from 'node:http'
import { createSecureServer } from 'node:http2'

// RFC 9113 §8.2.2: HTTP/2 does not allow these headers.
const CONNECTION_HEADERS = ['connection', 'keep-alive', 'transfer-encoding']

/**
 * Starts a reverse proxy in front of the account. It adds what the account does not have: CORS headers,
 * or HTTP/2 over TLS.
 *
 * @param identity `{ key, cert }` for HTTP/2
 */
export async function startReverseProxy(target, identity) {
  const serve = (request, response) =>
    allowAll(request, response, () => forward(target, request, response))
  const server = identity ? createSecureServer(identity, serve) : createServer(serve)
  const sockets = new Set()
  server.on('connection', (socket) => sockets.add(socket))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    origin: `${identity ? 'https' : 'http'}://127.0.0.1:${server.address().port}`,
    close() {
      server.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}

/** Adds CORS headers for any origin, and answers preflight requests. */
export function allowAll({ method, headers }, response, serve) {
  response.setHeader('Access-Control-Allow-Origin', '*')
  if (method !== 'OPTIONS') return serve()
  response.setHeader('Access-Control-Allow-Methods', 'GET, POST')
  const announced = headers['access-control-request-headers']
  if (announced) response.setHeader('Access-Control-Allow-Headers', announced)
  response.setHeader('Access-Control-Max-Age', '600')
  response.statusCode = 204
  response.end()
}

function forward(target, request, response) {
  const { method, url } = request
  const headers = withoutNames(request.headers, (name) => name.startsWith(':'))
  const ahead = send(target + url, { method, headers }, (answer) => {
    const end = withoutNames(answer.headers, (name) => CONNECTION_HEADERS.includes(name))
    response.writeHead(answer.statusCode, end)
    answer.pipe(response)
  })
  ahead.on('error', () => response.destroy())
  request.pipe(ahead)
}

function withoutNames(headers, isOmitted) {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !isOmitted(name)))
}
