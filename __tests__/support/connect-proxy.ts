import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { createProxy } from 'proxy'
import { onTestFinished } from 'vitest'

export interface ConnectProxy {
  readonly url: string
  readonly port: number
  /** What it was asked for: `CONNECT host:port`, or `METHOD url`. */
  readonly requests: string[]
  /** `user:password`; changing it refuses who comes with the old one. */
  credentials: string | undefined
}

/**
 * A corporate proxy: an HTTP proxy that tunnels by CONNECT, while the test runs.
 *
 * @param hosts the names that only it knows, with the loopback port behind each
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
  // Tunnels are no longer the server's to close.
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
