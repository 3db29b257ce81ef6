import { randomUUID } from 'node:crypto'
import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import type { Answer } from './answer.js'
import { type Call, receiveCall } from './call.js'
import { Delays } from './delays.js'

const MAX_HEADER_BYTES = 64 * 1024
/** Longer than any test pauses: a kept-alive connection must not be closed under its client. */
const KEEP_ALIVE_MS = 120_000

/** How a call is answered. */
export interface Outcome {
  answer: Answer | 'hang' | 'reset'
  /** Milliseconds to wait before. */
  latency: number
  /** Called just before the answer is sent; a status of 0 means that none is. */
  done(status: number): void
}

/** Receives calls on a loopback address and delivers what `judge` makes of them. */
export class LoopbackServer {
  readonly #judge: (call: Call) => Outcome
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  readonly #delays = new Delays()
  #origin = ''
  #closed: Promise<void> | undefined

  constructor(judge: (call: Call) => Outcome) {
    this.#judge = judge
    this.#server = createServer({ maxHeaderSize: MAX_HEADER_BYTES }, (req, res) => {
      receiveCall(req, this.#origin)
        .then((call) => this.#serve(call, res))
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

  /** Rejects with Node's own error when the port is taken. */
  async listen(host: string, port: number): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject)
      this.#server.listen(port, host, () => {
        this.#server.off('error', reject)
        resolve()
      })
    })
    const { port: actual } = this.#server.address() as AddressInfo
    // RFC 3986, section 3.2.2: an IPv6 address stands in brackets.
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

  async #serve(call: Call, res: ServerResponse): Promise<void> {
    const { answer, latency, done } = this.#judge(call)
    await this.#delays.wait(latency)
    // `res.destroyed` is set later than the socket's own flag.
    if (answer === 'hang' || answer === 'reset' || res.req.socket.destroyed) {
      done(0)
      if (answer === 'reset') res.req.socket.resetAndDestroy()
      return
    }
    res.statusCode = answer.status
    res.setHeader('X-Caspio-Request-ID', call.requestId)
    // Node tells the length of every other answer itself.
    if (call.method === 'HEAD') res.setHeader('Content-Length', Buffer.byteLength(answer.body))
    for (const [name, value] of Object.entries(answer.headers)) res.setHeader(name, value)
    done(answer.status)
    res.end(answer.body)
  }
}

/** What is not HTTP, or has headers beyond all measure, gets an answer with a request ID too. */
function refuseMalformed(error: NodeJS.ErrnoException, socket: NodeJS.WritableStream): void {
  const status =
    error.code === 'HPE_HEADER_OVERFLOW' ? '431 Request Header Fields Too Large' : '400 Bad Request'
  /* v8 ignore if -- @preserve: a race with a client that leaves */
  if (!socket.writable) return
  socket.end(
    `HTTP/1.1 ${status}\r\nX-Caspio-Request-ID: ${randomUUID()}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`,
  )
}
