import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** A port on loopback that can be shut and opened again. */
export interface Port {
  readonly url: string
  /** Refuses new connections from now on. */
  shut(): void
  open(): Promise<void>
  close(): Promise<void>
}

/**
 * Opens a port.
 *
 * @param neighbour the URL of any server on loopback
 */
export async function openPort(serve: (socket: Socket) => void, neighbour: URL): Promise<Port> {
  let server = createServer(serve)
  let holder: Socket | undefined
  let opening: Promise<void> | undefined

  function listen(port: number): Promise<void> {
    server = createServer(serve)
    return new Promise((resolve, reject) => {
      server.once('error', reject)
      server.listen(port, '127.0.0.1', resolve)
    })
  }

  await listen(0)
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    shut() {
      if (holder) return
      server.close()
      // An outgoing connection from this port keeps the system from giving it to another server.
      // Connections to the port are still refused.
      holder = connect({
        host: neighbour.hostname,
        port: Number(neighbour.port),
        localPort: port,
      }).on('error', () => {})
    },
    async open() {
      if (!holder) return
      opening ??= listen(port)
      await opening
      opening = undefined
      holder?.resetAndDestroy()
      holder = undefined
    },
    async close() {
      await opening
      holder?.resetAndDestroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
