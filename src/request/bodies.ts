/** Whether a request body can be sent but once: a stream, or a `form-data` package body. */
export function isOneShot(data: unknown): boolean {
  return (
    ['pipe', 'getReader', 'next'].some((name) => member(data, name)) ||
    Boolean(Object(data)[Symbol.asyncIterator])
  )
}

/** Lets the rest of an answer that nobody will read go by, so that its connection is free again. */
export function drain(data: unknown): void {
  const [resume, on, cancel] = ['resume', 'on', 'cancel'].map((name) => member(data, name))
  const body = member(data, 'body')
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

/** What an object has of itself or of its class, but not what somebody put on Object.prototype. */
function member(value: unknown, name: string): unknown {
  const found = Object(value)[name]
  return found === (Object.prototype as Record<string, unknown>)[name] ? undefined : found
}
