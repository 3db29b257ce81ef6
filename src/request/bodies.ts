import { memberOf } from '../lib/own-properties.js'

/** Whether a request body can be sent only once: a stream, an iterator, or a `form-data` body. */
export function isOneShot(data: unknown): boolean {
  if (typeof data !== 'object' || data === null) return false
  return (
    Symbol.asyncIterator in data ||
    ['pipe', 'getReader', 'next'].some((name) => memberOf(data, name))
  )
}

/** Discards the rest of an answer that nobody will read, so that its connection becomes free. */
export function drain(data: unknown): void {
  const [resume, on, cancel] = ['resume', 'on', 'cancel'].map((name) => memberOf(data, name))
  const body = memberOf(data, 'body')
  if (typeof resume === 'function') {
    if (typeof on === 'function') on.call(data, 'error', () => {})
    resume.call(data)
  } else if (typeof cancel === 'function') {
    Promise.resolve(cancel.call(data)).catch(() => {})
  } else if (body) {
    // A Response, with the fetch adapter's responseType 'response'.
    drain(body)
  }
}
