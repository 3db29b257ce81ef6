import { type Answer, jsonAnswer, NO_CONTENT } from '../answer.js'
import { findParameter } from '../api/find-parameter.js'
import type { ApiCall, Route } from '../api/route.js'
import { found } from '../api/sources.js'
import { badBody, badQuery, CaspioError } from '../caspio-error.js'
import type { StoredFile } from '../data/file-area.js'
import { type FilePart, readFileParts } from '../multipart.js'
import type { ReceivedRequest } from '../received-request.js'
import { fileDownload } from './file-download.js'
import { readListing } from './listing.js'

export const FILE_ROUTES: readonly Route[] = [
  file('GET', '/files', listFiles),
  file('POST', '/files', uploadFiles),
  file('PUT', '/files', replaceFile),
  file('GET', '/files/folders', listFolders),
  file('GET', '/files/folders/{externalKey}', getFolder),
  ...fileRoutes('/files/{externalKey}', fileByKey),
  ...fileRoutes('/files/path', fileByPath),
]

function file(
  method: 'GET' | 'POST' | 'PUT' | 'DELETE',
  path: string,
  answer: Route['answer'],
): Route {
  const right = ({ GET: 'read', POST: 'insert', PUT: 'update', DELETE: 'delete' } as const)[method]
  return { method, path, right, answer }
}

function fileRoutes(path: string, find: (call: ApiCall) => StoredFile): Route[] {
  return [
    file('GET', path, (call) => fileDownload(find(call))),
    file('DELETE', path, (call) => deleteFile(call, find(call))),
    file('GET', `${path}/fileInfo`, (call) => jsonAnswer(200, { Result: describe(find(call)) })),
  ]
}

function fileByKey({ data, path }: ApiCall): StoredFile {
  const key = path.externalKey as string
  return found(data.files.file(key), `file ${key}`)
}

function fileByPath({ data, request }: ApiCall): StoredFile {
  const path = findParameter(request.query, 'filePath')
  if (path === undefined)
    throw badQuery('filePath is required, for instance filePath=/images/logo.png.')
  return found(data.files.fileAt(path), `file ${path}`)
}

function listFiles(call: ApiCall): Answer {
  const files = call.data.files.filesIn(folderOf(call)).map(describe)
  const sortFields = ['Name', 'Size', 'ContentType', 'DateCreated', 'LastModified'] as const
  return jsonAnswer(200, readListing(call.request.query, files, sortFields))
}

function listFolders(call: ApiCall): Answer {
  const folders = call.data.files.foldersIn(folderOf(call)).map(describeFolder)
  return jsonAnswer(200, readListing(call.request.query, folders, ['Name', 'DateCreated']))
}

function getFolder({ data, path }: ApiCall): Answer {
  const key = path.externalKey as string
  return jsonAnswer(200, { Result: describeFolder(found(data.files.folder(key), `folder ${key}`)) })
}

function uploadFiles(call: ApiCall): Answer {
  const { files } = call.data
  const folder = folderOf(call)
  const parts = readParts(call.request)
  const taken = parts.find(
    ({ name }, index) =>
      files.fileNamed(name, folder) !== undefined ||
      parts.slice(0, index).some((part) => part.name.toLowerCase() === name.toLowerCase()),
  )
  if (taken !== undefined) {
    throw new CaspioError(409, { message: `There is already a file ${taken.name}.` })
  }
  return jsonAnswer(201, { Result: parts.map((part) => describeUpload(files.put(part, folder))) })
}

function replaceFile(call: ApiCall): Answer {
  const { files } = call.data
  const folder = folderOf(call)
  const part = readOneFile(call.request)
  const status = files.fileNamed(part.name, folder) === undefined ? 201 : 200
  return jsonAnswer(status, { Result: describeUpload(files.put(part, folder)) })
}

/** v2 answers 200, v3 204. */
function deleteFile({ data, version }: ApiCall, stored: StoredFile): Answer {
  data.files.delete(stored)
  return version === 'v2' ? jsonAnswer(200, { RecordsAffected: 1 }) : NO_CONTENT
}

/** @throws CaspioError unless the body holds files */
function readParts(request: ReceivedRequest): FilePart[] {
  const parts = readFileParts(request.headers['content-type'] ?? '', request.body)
  if (parts === undefined) throw badBody('The body is not well-formed multipart/form-data.')
  if (parts.length === 0) throw badBody('The body holds no file.')
  return parts
}

/** @throws CaspioError unless the body holds one file */
export function readOneFile(request: ReceivedRequest): FilePart {
  const [part, ...others] = readParts(request) as [FilePart, ...FilePart[]]
  if (others.length > 0) throw badBody('The body holds more than one file.')
  return part
}

/** The folder that the query names. Undefined for the root. */
function folderOf({ request, data }: ApiCall): string | undefined {
  const key = findParameter(request.query, 'externalKey') ?? ''
  return key === '' ? undefined : found(data.files.folder(key), `folder ${key}`).key
}

function describeUpload({ name, key }: StoredFile) {
  return { Name: name, ExternalKey: key }
}

function describe(stored: StoredFile) {
  return {
    ...describeUpload(stored),
    Size: stored.bytes.length,
    ContentType: stored.contentType,
    DateCreated: new Date(stored.created).toISOString(),
    LastModified: new Date(stored.modified).toISOString(),
  }
}

function describeFolder({ name, key, created }: { name: string; key: string; created: number }) {
  return { Name: name, ExternalKey: key, DateCreated: new Date(created).toISOString() }
}
