import { memberOf } from '../lib/own-properties.js'

export { isOneShot } from './bodies.js'

// In the build for browsers, this file takes the place of bodies.ts. A page has no streams of Node, and
// its forms can be sent again.

export const holdStream = (): Promise<never> => new Promise(() => {})

export const rewinderOf = (): undefined => undefined

export function drain(data: unknown): void {
  // A Response, with the fetch adapter's responseType 'response', or a stream.
  const stream = memberOf(data, 'body') ?? data
  if (memberOf(stream, 'getReader')) (stream as ReadableStream).cancel().catch(() => {})
}
