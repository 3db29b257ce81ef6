import { chunk, type Message, withHeaders } from './hostile-message.js'
import type { Wire } from './hostile-wire.js'

/** Sends the account's answer to the client, with a fault. */
type Delivery = (wire: Wire, answer: Message) => Promise<void> | void

export const HTML_PAGE = '<!doctype html><title>Sign in</title><p>Welcome to the café’s network.'
export const GARBAGE = Buffer.from(Array.from({ length: 300 }, (_, i) => (i * 89 + 7) % 256))

const SLOW_IN_MS = 50
// Longer than any timeout that a test waits for.
const TRICKLE_IN_MS = 3_000

const DELIVERIES = {
  'closed before the answer': (wire) => wire.end(),
  'reset before the answer': (wire) => wire.reset(),
  'reset mid-header': async (wire, { head }) => {
    await wire.write(half(head))
    wire.reset()
  },
  'reset mid-body': async (wire, { head, body }) => {
    await wire.write(Buffer.concat([head, half(body)]))
    wire.reset()
  },
  'stall before the answer': () => {},
  'stall mid-header': (wire, { head }) => wire.write(half(head)),
  'stall mid-body': (wire, { head, body }) => wire.write(Buffer.concat([head, half(body)])),
  trickle: async (wire, { head, body }) => trickle(wire, Buffer.concat([head, body])),
  'trickle mid-body': async (wire, { head, body }) => {
    await wire.write(head)
    await trickle(wire, body)
  },
  'cut mid-header': async (wire, { head }) => {
    await wire.finish(half(head))
    wire.end()
  },
  'cut mid-body': async (wire, { head, body }) => {
    await wire.finish(Buffer.concat([head, half(body)]))
    wire.end()
  },
  'cut between chunks': async (wire, { head, body }) => {
    await wire.finish(Buffer.concat([chunked(head), chunk(half(body))]))
    wire.end()
  },
  'cut mid-body, no length': async (wire, { head, body }) => {
    const open = withHeaders(head, ['content-length', 'connection'], 'Connection: close')
    await wire.finish(Buffer.concat([open, half(body)]))
    wire.end()
  },
  'not HTTP': (wire) => wire.finish(Buffer.concat([GARBAGE, Buffer.from('\r\n\r\n')])),
  'garbage header': (wire, { head, body }) => {
    const text = head.toString('latin1').replace('\r\n', '\r\n\x00\x01 no header\r\n')
    return wire.finish(Buffer.concat([Buffer.from(text, 'latin1'), body]))
  },
  'endless headers': async (wire) => {
    await wire.finish('HTTP/1.1 200 OK\r\n')
    for (let i = 0; i < 100; i++) await wire.write(`X-${i}: ${'x'.repeat(4_000)}\r\n`)
  },
  'invalid chunk': (wire, { head, body }) =>
    wire.finish(Buffer.concat([chunked(head), chunk(half(body)), Buffer.from('no size\r\n\r\n')])),
  'garbage gzip': (wire, { head, body }) =>
    wire.finish(Buffer.concat([withHeaders(head, [], 'Content-Encoding: gzip'), body])),
  'HTML with status 200': (wire) => wire.finish(page('text/html;charset=UTF-8', HTML_PAGE)),
  'garbage with status 200': (wire) => wire.finish(page('application/json', GARBAGE)),
  'empty body with status 200': (wire) => wire.finish(page('application/json', '')),
  'answered twice': (wire, { head, body }) =>
    wire.finish(Buffer.concat([head, body, page('text/html', HTML_PAGE)])),
  'slow but right': async (wire, { head, body }) => {
    for (const part of [half(head), rest(head), half(body)]) {
      await wire.pause(SLOW_IN_MS)
      await wire.write(part)
    }
    await wire.pause(SLOW_IN_MS)
    await wire.finish(rest(body))
  },
} satisfies Record<string, Delivery>

/** What can go wrong with one request. */
export type Fault = 'refused' | 'reset on arrival' | keyof typeof DELIVERIES

/** With these faults, the account never receives the request. */
export const NEVER_RECEIVED: readonly Fault[] = ['refused', 'reset on arrival']

export const FAULTS = [...NEVER_RECEIVED, ...Object.keys(DELIVERIES)] as readonly Fault[]

export function deliveryOf(fault: Fault): Delivery | undefined {
  return (DELIVERIES as Partial<Record<Fault, Delivery>>)[fault]
}

/** Sends one byte at a time. */
async function trickle(wire: Wire, bytes: Buffer): Promise<void> {
  for (const byte of bytes.subarray(0, -1)) {
    await wire.write(Buffer.of(byte))
    await wire.pause(TRICKLE_IN_MS / bytes.length)
  }
  await wire.finish(bytes.subarray(-1))
}

function half(bytes: Buffer): Buffer {
  return bytes.subarray(0, bytes.length >> 1)
}

function rest(bytes: Buffer): Buffer {
  return bytes.subarray(bytes.length >> 1)
}

function chunked(head: Buffer): Buffer {
  return withHeaders(head, ['content-length'], 'Transfer-Encoding: chunked')
}

function page(type: string, body: string | Buffer): Buffer {
  const bytes = Buffer.from(body)
  const lines = ['HTTP/1.1 200 OK', `Content-Type: ${type}`, `Content-Length: ${bytes.length}`]
  return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`), bytes])
}
