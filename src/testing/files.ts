import { randomUUID } from 'node:crypto'
import { type Answer, jsonAnswer } from './answer.js'
import { badBody, CaspioError } from './caspio-error.js'
import { type FilePart, readFileParts } from './multipart.js'
import type { ReceivedRequest } from './received-request.js'

/** The account's files, by external key. */
export type Files = Map<string, FilePart>

export function listFiles(files: Files): Answer {
  return jsonAnswer(200, { Result: [...files.keys()].map((key) => describe(key, files)) })
}

export function uploadFiles(request: ReceivedRequest, files: Files): Answer {
  const parts = readFileParts(request.headers['content-type'] ?? '', request.body)
  if (parts === undefined) throw badBody('The body is not well-formed multipart/form-data.')
  if (parts.length === 0) throw badBody('The body holds no file.')
  const keys = parts.map((part) => {
    const key = randomUUID()
    files.set(key, part)
    return key
  })
  return jsonAnswer(201, { Result: keys.map((key) => describe(key, files)) })
}

export function downloadFile(key: string, files: Files): Answer {
  const { name, contentType, bytes } = find(key, files)
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

export function deleteFile(key: string, files: Files): Answer {
  find(key, files)
  files.delete(key)
  return jsonAnswer(200, { RecordsAffected: 1 })
}

function describe(key: string, files: Files) {
  const { name, contentType, bytes } = find(key, files)
  return { Name: name, ExternalKey: key, ContentType: contentType, Size: bytes.length }
}

function find(key: string, files: Files): FilePart {
  const file = files.get(key)
  if (file === undefined) throw new CaspioError(404, { message: `There is no file ${key}.` })
  return file
}

function percent(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`
}
