import type { IncomingMessage } from 'node:http'

const MAX_BODY_BYTES = 50 * 1024 * 1024

/** `incomplete`: the client closed the connection. `too large`: over 50 MB, and not kept. */
export type BodyState = 'complete' | 'incomplete' | 'too large'

/**
 * Reads the body of a request, to its end even if it is too large: a client that is still sending
 * would not read the 413.
 */
export function readBody(req: IncomingMessage): Promise<{ bytes: Buffer; state: BodyState }> {
  return new Promise((resolve) => {
    let chunks: Buffer[] = []
    let size = 0
    const done = (state: BodyState) => resolve({ bytes: Buffer.concat(chunks), state })
    req.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size > MAX_BODY_BYTES) chunks = []
      else chunks.push(chunk)
    })
    req.on('end', () => done(size > MAX_BODY_BYTES ? 'too large' : 'complete'))
    req.on('error', () => done('incomplete'))
    req.on('close', () => done('incomplete'))
  })
}
