type Methods = Readonly<Record<string, unknown>>

/** Whether a request body can be sent but once: a stream, or a `form-data` package body. */
export function isOneShot(data: unknown): boolean {
  const { pipe, getReader, next } = Object(data) as Methods
  return Boolean(pipe || getReader || next || Object(data)[Symbol.asyncIterator])
}

/** Lets the rest of an answer that nobody will read go by, so that its connection is free again. */
export function drain(data: unknown): void {
  const { resume, on, cancel, body } = Object(data) as Methods
  if (typeof resume === 'function') {
    if (typeof on === 'function') on.call(data, 'error', () => {})
    resume.call(data)
  } else if (typeof cancel === 'function') {
    Promise.resolve(cancel.call(data)).catch(() => {})
  } else if (body) {
    // The fetch adapter's responseType 'response'.
    drain(body)
  }
}
