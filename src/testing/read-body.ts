import type { IncomingMessage } from 'node:http'

const MAX_BODY_BYTES = 50 * 1024 * 1024

/** `cut`: the client broke off. `too large`: over 50 MB, and thrown away. */
export type BodyState = 'whole' | 'cut' | 'too large'

/**
 * Reads a request's body. One that is too large is read to its end all the same: a client that is
 * still sending would see a broken connection in place of the 413.
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
    req.on('end', () => done(size > MAX_BODY_BYTES ? 'too large' : 'whole'))
    req.on('error', () => done('cut'))
    req.on('close', () => done('cut'))
  })
}
