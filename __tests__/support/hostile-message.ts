import type { Socket } from 'node:net'

/** The bytes of one HTTP message. */
export interface Message {
  /** The start line and the headers, with the empty line that ends them. */
  readonly head: Buffer
  readonly body: Buffer
}

const HEAD_END = '\r\n\r\n'

/** Calls `take` with each complete message that comes in. */
export function onMessage(socket: Socket, take: (message: Message) => void): void {
  let bytes = Buffer.alloc(0)
  socket.on('data', (data) => {
    bytes = Buffer.concat([bytes, data])
    for (let message = firstOf(bytes); message; message = firstOf(bytes)) {
      bytes = bytes.subarray(message.head.length + message.body.length)
      take(message)
    }
  })
}

/** The first message, or undefined until it is complete. */
function firstOf(bytes: Buffer): Message | undefined {
  const headEnd = bytes.indexOf(HEAD_END)
  if (headEnd < 0) return undefined
  const head = bytes.subarray(0, headEnd + HEAD_END.length)
  const rest = bytes.subarray(head.length)
  const length = /\bchunked\b/i.test(headerOf(head, 'transfer-encoding') ?? '')
    ? chunkedLength(rest)
    : Number(headerOf(head, 'content-length') ?? 0)
  return rest.length < length ? undefined : { head, body: rest.subarray(0, length) }
}

/** The length of a chunked body, including the last chunk. Infinity until that has come. */
function chunkedLength(bytes: Buffer): number {
  for (let at = 0; ; ) {
    const lineEnd = bytes.indexOf('\r\n', at)
    if (lineEnd < 0) return Number.POSITIVE_INFINITY
    const size = Number.parseInt(bytes.subarray(at, lineEnd).toString('latin1'), 16)
    at = lineEnd + 2 + size + 2
    if (size === 0) return at
  }
}

export function headerOf(head: Buffer, name: string): string | undefined {
  return new RegExp(`^${name}:[ \\t]*(.*?)[ \\t]*$`, 'im').exec(head.toString('latin1'))?.[1]
}

/** The same head, without some headers and with others added. */
export function withHeaders(head: Buffer, without: readonly string[], ...lines: string[]): Buffer {
  const left = head
    .toString('latin1')
    .trimEnd()
    .split('\r\n')
    .filter((line) => !without.some((name) => line.toLowerCase().startsWith(`${name}:`)))
  return Buffer.from([...left, ...lines].join('\r\n') + HEAD_END, 'latin1')
}

export function chunk(bytes: Buffer): Buffer {
  return Buffer.concat([
    Buffer.from(`${bytes.length.toString(16)}\r\n`),
    bytes,
    Buffer.from('\r\n'),
  ])
}
