import { connect, type Socket } from 'node:net'
import { deliveryOf, type Fault } from './hostile-faults.js'
import { headerOf, type Message, onMessage } from './hostile-message.js'
import { openPort } from './hostile-port.js'
import { calm, type Kind, type Schedule } from './hostile-schedule.js'
import { resetNow, wireTo } from './hostile-wire.js'

/** One request that the proxy received. */
interface ProxiedRequest {
  readonly kind: Kind
  /** Its number among the requests of its kind, from 1. */
  readonly n: number
  readonly method: string
  readonly path: string
  /** The number of its connection, from 1. */
  readonly connection: number
  readonly fault: Fault | undefined
}

/** A TCP proxy that applies the fault that the schedule names to each HTTP request. */
export interface HostileProxy {
  readonly url: string
  /** May be replaced at any time. */
  schedule: Schedule
  readonly received: readonly ProxiedRequest[]
  /** Requests that are neither answered completely nor given up by their client. */
  readonly underWay: Readonly<Record<Kind, number>>
  /** The highest number of such requests so far. */
  readonly mostUnderWay: Readonly<Record<Kind, number>>
  /** Closes the port and resets every connection. */
  shut(): void
  /** Opens the same port again. */
  open(): Promise<void>
  close(): Promise<void>
}

// How long the port stays shut for a scheduled `refused`.
const SHUT_FOR_MS = 30

/** Starts a proxy on loopback, in front of the server at `target`. */
export async function startHostileProxy(target: string, schedule = calm): Promise<HostileProxy> {
  const server = new URL(target)
  const sockets = new Set<Socket>()
  const received: ProxiedRequest[] = []
  const underWay = { token: 0, resource: 0 }
  const mostUnderWay = { token: 0, resource: 0 }
  let connections = 0
  let reopening: NodeJS.Timeout | undefined

  function serve(client: Socket): void {
    const connection = ++connections
    const ask = createUpstream(client)
    let turn: Promise<unknown> = Promise.resolve()
    track(client)
    client.setNoDelay(true)
    onMessage(client, (request) => {
      turn = turn
        .then(() => (client.destroyed ? undefined : handle(request, connection, client, ask)))
        // The client or the server has closed its connection.
        .catch(() => resetNow(client))
    })
  }

  async function handle(
    request: Message,
    connection: number,
    client: Socket,
    ask: (request: Message) => Promise<Message>,
  ): Promise<void> {
    const [method = '', path = ''] = request.head.toString('latin1').split(' ', 2)
    const kind = /^\/oauth\/token\/?(\?|$)/i.test(path) ? 'token' : 'resource'
    const n = received.filter((other) => other.kind === kind).length + 1
    const fault = proxy.schedule(kind, n)
    received.push({ kind, n, method, path, connection, fault })
    // A client that gave up another request has closed its connection. Let that event come first. After a
    // reset, Node emits it at the end of this turn of the event loop.
    for (let turn = 0; turn < 2; turn++) await new Promise(setImmediate)
    if (client.destroyed) return
    const wire = wireTo(client, count(kind, client))

    if (fault === 'refused') {
      proxy.shut()
      reopening = setTimeout(proxy.open, SHUT_FOR_MS)
      return
    }
    if (fault === 'reset on arrival') return wire.reset()
    const answer = await ask(request)
    const deliver = fault && deliveryOf(fault)
    if (deliver) return deliver(wire, answer)
    await wire.finish(Buffer.concat([answer.head, answer.body]))
    if (headerOf(answer.head, 'connection')?.toLowerCase() === 'close') wire.end()
  }

  /** Counts a request until the returned function is called, or its client leaves. */
  function count(kind: Kind, client: Socket): () => void {
    mostUnderWay[kind] = Math.max(mostUnderWay[kind], ++underWay[kind])
    let isOver = false
    const end = () => {
      if (!isOver) underWay[kind]--
      isOver = true
      client.off('end', end).off('close', end)
    }
    client.on('end', end).on('close', end)
    return end
  }

  /** Forwards the requests of one client. Rejects if no answer comes. */
  function createUpstream(client: Socket): (request: Message) => Promise<Message> {
    let upstream: Socket | undefined
    let settle: { resolve(answer: Message): void; reject(error: Error): void } | undefined
    const open = () => {
      const socket = connect(Number(server.port), server.hostname)
      track(socket)
      client.once('close', () => socket.destroy())
      socket.once('close', () => settle?.reject(new Error('no answer')))
      onMessage(socket, (answer) => settle?.resolve(answer))
      return socket
    }
    return (request) =>
      new Promise((resolve, reject) => {
        settle = { resolve, reject }
        upstream ??= open()
        upstream.write(Buffer.concat([request.head, request.body]))
      })
  }

  function track(socket: Socket): void {
    sockets.add(socket)
    // The 'close' event follows.
    socket.on('error', () => {})
    socket.once('close', () => sockets.delete(socket))
  }

  function resetAll(): void {
    for (const socket of sockets) resetNow(socket)
  }

  const port = await openPort(serve, server)
  const proxy: HostileProxy = {
    url: port.url,
    schedule,
    received,
    underWay,
    mostUnderWay,
    shut() {
      port.shut()
      resetAll()
    },
    open: port.open,
    async close() {
      clearTimeout(reopening)
      resetAll()
      await port.close()
    },
  }
  return proxy
}
