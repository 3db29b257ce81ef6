/** A file in a multipart body. */
export interface FilePart {
  name: string
  contentType: string
  bytes: Uint8Array
}

const BLANK_LINE = '\r\n\r\n'

/** The files in a multipart/form-data body (RFC 7578); `undefined` if it is malformed. */
export function readFileParts(contentType: string, body: Buffer): FilePart[] | undefined {
  if (!/^multipart\/form-data\s*;/i.test(contentType)) return undefined
  const [, quoted, plain] = /;\s*boundary=(?:"([^"]+)"|([^\s;"]+))/i.exec(contentType) ?? []
  const boundary = quoted ?? plain
  if (boundary === undefined) return undefined

  // Every delimiter begins with a line break. Add the one that the first delimiter lacks.
  const rest = Buffer.concat([Buffer.from('\r\n'), body])
  const delimiter = Buffer.from(`\r\n--${boundary}`)
  const files: FilePart[] = []
  let at = rest.indexOf(delimiter)
  while (at >= 0) {
    const start = at + delimiter.length
    if (rest.toString('latin1', start, start + 2) === '--') return files
    const next = rest.indexOf(delimiter, start)
    const file = next < 0 ? undefined : readPart(rest.subarray(start, next))
    if (file === undefined) return undefined
    if (file !== 'field') files.push(file)
    at = next
  }
  return undefined
}

/** Reads one part, which begins with the line break after its delimiter. */
function readPart(part: Buffer): FilePart | 'field' | undefined {
  const headersEnd = part.indexOf(BLANK_LINE)
  if (headersEnd < 0) return undefined
  const headers = part.toString('utf8', 0, headersEnd)
  const disposition = /^content-disposition:(.*)$/im.exec(headers)?.[1] ?? ''
  const name = fileName(disposition)
  if (name === undefined) return 'field'
  const contentType = /^content-type:\s*([\x20-\x7e]+?)\s*$/im.exec(headers)?.[1]
  return {
    name,
    contentType: contentType ?? 'application/octet-stream',
    bytes: Uint8Array.from(part.subarray(headersEnd + BLANK_LINE.length)),
  }
}

function fileName(disposition: string): string | undefined {
  const encoded = /;\s*filename\*=utf-8''([^\s;]+)/i.exec(disposition)?.[1]
  if (encoded !== undefined) {
    try {
      return decodeURIComponent(encoded)
    } catch {
      // Malformed: use the plain filename, if there is one.
    }
  }
  const [, quoted, plain] =
    /;\s*filename=(?:"((?:[^"\\]|\\.)*)"|([^\s;"]+))/i.exec(disposition) ?? []
  // Browsers percent-encode a quote and line breaks (WHATWG). Other clients put a backslash before a quote.
  return (quoted?.replace(/\\(["\\])/g, '$1') ?? plain)
    ?.replace(/%22/g, '"')
    .replace(/%0D/gi, '\r')
    .replace(/%0A/gi, '\n')
}
