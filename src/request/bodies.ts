import type { InternalAxiosRequestConfig } from 'axios'
import { axios } from '../lib/axios.js'
import { memberOf, ownProperty } from '../lib/own-properties.js'

const SIGNS_OF_A_STREAM = [Symbol.asyncIterator, 'pipe', 'getReader', 'next']

/** Whether a request body can be sent only once: a stream, an iterator, or a `form-data` body. */
export function isOneShot(data: unknown): boolean {
  return typeof data === 'object' && SIGNS_OF_A_STREAM.some((name) => memberOf(data, name))
}

/**
 * Holds a stream body back while its request waits, and rejects if the stream fails or is destroyed.
 * axios does not listen to the stream yet. If the caller does, or pipes it into a hash, its data would
 * be lost. If it failed, its error would end the process, or the request would never end.
 */
export function holdStream(config: InternalAxiosRequestConfig): Promise<never> {
  const { data } = config
  return new Promise((_, reject) => {
    if (!isOneShot(data)) return
    // Other streams are older than Node 0.10, and do not resume when axios pipes them.
    if (data._readableState) data.pause()
    data.on?.('error', (error: Error) => reject(axios.AxiosError.from(error, undefined, config)))
    // axios's own words.
    data.on?.('close', () =>
      reject(new axios.CanceledError('Request stream has been aborted', config)),
    )
  })
}

/**
 * Call it before a form of the package `form-data` is sent. Returns a function that restores the form
 * for a resend, and keeps its parts by reference. Undefined for other bodies, and for a form with a
 * stream in it.
 */
export function rewinderOf(data: unknown): (() => void) | undefined {
  const parts = memberOf(data, 'getBoundary') && ownProperty(data, '_streams')
  const kept = Array.isArray(parts) ? [...parts] : []
  // Each field is a header, a value, and the form's own function that ends the field. Only strings
  // and buffers can be sliced.
  return kept[0] && kept.every((part, index) => index % 3 === 2 || memberOf(part, 'slice'))
    ? () => Object.assign(data as object, { _streams: [...kept], _released: false })
    : undefined
}

/** Discards the rest of an answer that nobody will read, so that its connection becomes free. */
export function drain(data: unknown): void {
  const [resume, cancel, body] = ['resume', 'cancel', 'body'].map((name) => memberOf(data, name))
  if (typeof resume === 'function') {
    ;(data as NodeJS.ReadableStream).on?.('error', () => {})
    resume.call(data)
  } else if (typeof cancel === 'function') {
    Promise.resolve(cancel.call(data)).catch(() => {})
  } else if (body) {
    // A Response, with the fetch adapter's responseType 'response'.
    drain(body)
  }
}
