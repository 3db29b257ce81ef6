import { randomUUID } from 'node:crypto'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { createServer, type TLSSocket, type TlsOptions } from 'node:tls'
import { generate } from 'selfsigned'
import { onTestFinished } from 'vitest'

/** A private key and its certificate, in the format of Node's TLS options. */
export interface Identity {
  readonly key: string
  readonly cert: string
}

/** A private certificate authority. Each has a different name. */
export interface Authority {
  /** Its certificate, for clients that trust it. */
  readonly ca: string
  /** Issues a certificate for host names or IPv4 addresses. The first is the common name. */
  issue(names: readonly string[], until?: Date): Promise<Identity>
}

const EC = { keyType: 'ec', algorithm: 'sha256' } as const

export async function createAuthority(): Promise<Authority> {
  const root = await generate([{ name: 'commonName', value: `Private CA ${randomUUID()}` }], {
    ...EC,
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, critical: true },
    ],
  })
  return {
    ca: root.cert,
    async issue(names, until) {
      const leaf = await generate([{ name: 'commonName', value: `${names[0]}` }], {
        ...EC,
        ca: { key: root.private, cert: root.cert },
        extensions: [
          {
            name: 'subjectAltName',
            altNames: names.map((name) =>
              /^[\d.]+$/.test(name) ? { type: 7, ip: name } : { type: 2, value: name },
            ),
          },
        ],
        ...(until && { notBeforeDate: new Date(until.getTime() - 1e9), notAfterDate: until }),
      })
      return { key: leaf.private, cert: leaf.cert }
    },
  }
}

export interface TlsFront {
  readonly url: string
  readonly port: number
  /** The number of accepted TCP connections. */
  readonly connections: number
  /** For every handshake, the common name in the client's certificate, if there was one. */
  readonly clients: ReadonlyArray<string | undefined>
}

/** Terminates TLS in front of the HTTP server at `origin`, for the running test. */
export async function startTlsFront(origin: string, options: TlsOptions): Promise<TlsFront> {
  const target = Number(new URL(origin).port)
  const sockets = new Set<Socket>()
  const clients: (string | undefined)[] = []
  let connections = 0
  const server = createServer(options, (client: TLSSocket) => {
    clients.push(client.getPeerCertificate().subject?.CN?.toString())
    const behind = connect(target, '127.0.0.1')
    sockets.add(behind)
    client.pipe(behind).pipe(client)
    client.on('error', () => behind.destroy())
    behind.on('error', () => client.destroy())
  })
  server.on('connection', (socket) => {
    connections++
    sockets.add(socket)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.close()
    for (const socket of sockets) socket.destroy()
  })
  const { port } = server.address() as AddressInfo
  return {
    url: `https://127.0.0.1:${port}`,
    port,
    clients,
    get connections() {
      return connections
    },
  }
}
