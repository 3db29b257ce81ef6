import type { Answer } from '../answer.js'
import type { FilePart } from '../multipart.js'

export function fileDownload({ name, contentType, bytes }: FilePart): Answer {
  // RFC 6266 §4.3: `filename*` holds the real name, `filename` an ASCII one for older clients.
  const ascii = name.replace(/[^\x20-\x7e]|["\\]/g, '_')
  const encoded = encodeURIComponent(name).replace(/['()*]/g, percent)
  const disposition = `attachment; filename="${ascii}"; filename*=UTF-8''${encoded}`
  return {
    status: 200,
    headers: { 'Content-Type': contentType, 'Content-Disposition': disposition },
    body: bytes,
  }
}

function percent(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`
}
