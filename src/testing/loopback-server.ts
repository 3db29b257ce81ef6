import { randomUUID } from 'node:crypto'
import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import type { Answer } from './answer.js'
import { Delays } from './delays.js'
import { type ReceivedRequest, receiveRequest } from './received-request.js'

const MAX_HEADER_BYTES = 64 * 1024
// Longer than any pause in a test. If the server closes a connection just as its client reuses it,
// the request fails.
const KEEP_ALIVE_MS = 120_000

/** How the server answers a request. */
export interface PlannedResponse {
  answer: Answer | 'hang' | 'reset'
  /** Milliseconds to wait before the answer. */
  latency: number
  /** Called just before the answer is sent, with 0 if no answer is sent. */
  writeLog(status: number): void
}

/** Receives requests on a loopback address, and answers them as `plan` says. */
export class LoopbackServer {
  readonly #plan: (request: ReceivedRequest) => PlannedResponse
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  readonly #delays = new Delays()
  #origin = ''
  #closed: Promise<void> | undefined

  constructor(plan: (request: ReceivedRequest) => PlannedResponse) {
    this.#plan = plan
    this.#server = createServer({ maxHeaderSize: MAX_HEADER_BYTES }, (req, res) => {
      receiveRequest(req, this.#origin)
        .then((request) => this.#serve(request, res))
        .catch(() => req.socket.destroy())
    })
    this.#server.keepAliveTimeout = KEEP_ALIVE_MS
    this.#server.on('clientError', refuseMalformed)
    this.#server.on('connection', (socket) => {
      this.#sockets.add(socket)
      socket.once('close', () => this.#sockets.delete(socket))
    })
  }

  get origin(): string {
    return this.#origin
  }

  /** @throws Node's own error if it cannot listen, such as `EADDRINUSE` */
  async listen(host: string, port: number): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject)
      this.#server.listen(port, host, () => {
        this.#server.off('error', reject)
        resolve()
      })
    })
    const { port: actual } = this.#server.address() as AddressInfo
    // RFC 3986 §3.2.2: a URL has brackets around an IPv6 address.
    this.#origin = `http://${host.replace(/.*:.*/, '[$&]')}:${actual}`
  }

  close(): Promise<void> {
    this.#closed ??= new Promise((resolve) => {
      this.#server.close(() => resolve())
      for (const socket of this.#sockets) socket.destroy()
      this.#delays.end()
    })
    return this.#closed
  }

  async #serve(request: ReceivedRequest, res: ServerResponse): Promise<void> {
    const { answer, latency, writeLog } = this.#plan(request)
    await this.#delays.wait(latency)
    // If the client is gone, the socket knows it earlier than `res`.
    if (answer === 'hang' || answer === 'reset' || res.req.socket.destroyed) {
      writeLog(0)
      if (answer === 'reset') res.req.socket.resetAndDestroy()
      return
    }
    res.statusCode = answer.status
    res.setHeader('X-Caspio-Request-ID', request.requestId)
    // Node sets the length of every other answer.
    if (request.method === 'HEAD') res.setHeader('Content-Length', Buffer.byteLength(answer.body))
    for (const [name, value] of Object.entries(answer.headers)) res.setHeader(name, value)
    writeLog(answer.status)
    res.end(answer.body)
  }
}

/** Answers a request that is not HTTP, or whose headers are too large. */
function refuseMalformed(error: NodeJS.ErrnoException, socket: NodeJS.WritableStream): void {
  const status =
    error.code === 'HPE_HEADER_OVERFLOW' ? '431 Request Header Fields Too Large' : '400 Bad Request'
  /* v8 ignore if -- @preserve: only if the client leaves at this moment */
  if (!socket.writable) return
  socket.end(
    `HTTP/1.1 ${status}\r\nX-Caspio-Request-ID: ${randomUUID()}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`,
  )
}
