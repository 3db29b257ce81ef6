import { memberOf } from '../lib/own-properties.js'

// In the build for browsers, this file takes the place of bodies.ts. A page has no streams of Node, and
// its forms can be sent again.

const SIGNS_OF_A_STREAM = [Symbol.asyncIterator, 'getReader', 'next']

export function isOneShot(data: unknown): boolean {
  return typeof data === 'object' && SIGNS_OF_A_STREAM.some((name) => memberOf(data, name))
}

export const holdStream = (): Promise<never> => new Promise(() => {})

export const rewinderOf = (): undefined => undefined

export function drain(data: unknown): void {
  // A Response, with the fetch adapter's responseType 'response', or a stream.
  const stream = memberOf(data, 'body') ?? data
  if (memberOf(stream, 'getReader')) (stream as ReadableStream).cancel().catch(() => {})
}
