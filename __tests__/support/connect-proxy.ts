import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { createProxy } from 'proxy'
import { onTestFinished } from 'vitest'

export interface ConnectProxy {
  readonly url: string
  readonly port: number
  /** The requests that it received: `CONNECT host:port`, or `METHOD url`. */
  readonly requests: string[]
  /** `user:password`. May be changed: then the proxy refuses clients with the old one. */
  credentials: string | undefined
}

/**
 * Starts a corporate proxy for the running test: an HTTP proxy that also tunnels (CONNECT).
 *
 * @param hosts the host names that only the proxy knows, each with a port on loopback
 */
export async function startConnectProxy(
  hosts: Readonly<Record<string, number>> = {},
  credentials?: string,
): Promise<ConnectProxy> {
  const requests: string[] = []
  const sockets = new Set<Socket>()
  const server = createProxy(createServer())
  server.authenticate = ({ headers }) =>
    proxy.credentials === undefined ||
    headers['proxy-authorization'] === `Basic ${btoa(proxy.credentials)}`
  const note = (request: IncomingMessage) => {
    requests.push(`${request.method} ${request.url}`)
  }
  server.prependListener('request', note)
  server.prependListener('connect', (request: IncomingMessage) => {
    note(request)
    const port = hosts[`${request.url}`.replace(/:\d+$/, '')]
    if (port) request.url = `127.0.0.1:${port}`
  })
  // The server does not close tunnels.
  server.on('connection', (socket) => sockets.add(socket))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.close()
    for (const socket of sockets) socket.destroy()
  })
  const { port } = server.address() as AddressInfo
  const proxy: ConnectProxy = { url: `http://127.0.0.1:${port}`, port, requests, credentials }
  return proxy
}
