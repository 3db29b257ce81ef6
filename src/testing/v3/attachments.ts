import { type Answer, jsonAnswer, NO_CONTENT } from '../answer.js'
import { readObjectBody } from '../api/read-json-body.js'
import type { ApiCall, Route } from '../api/route.js'
import {
  type FindSource,
  findField,
  findRecord,
  findTable,
  findView,
  found,
} from '../api/sources.js'
import { badBody } from '../caspio-error.js'
import type { FieldDefinition } from '../data/field.js'
import type { RecordSource } from '../data/record-source.js'
import { KEY_FIELD } from '../data/row.js'
import type { FilePart } from '../multipart.js'
import { readParameters } from '../query/read-parameters.js'
import { selectRows } from '../query/run-query.js'
import { fileDownload } from './file-download.js'
import { readOneFile } from './files.js'
import { answerChange, rowsToChange } from './table-records.js'

export const ATTACHMENT_ROUTES: readonly Route[] = [
  ...attachmentRoutes('/tables/{tableName}', 'Table', findTable),
  ...attachmentRoutes('/views/{viewName}', 'View', findView),
]

/** The attachment field that a call is about. */
interface AttachmentField {
  readonly source: RecordSource
  readonly field: FieldDefinition
}

type Handler = (call: ApiCall, target: AttachmentField) => Answer

function attachmentRoutes(path: string, kind: string, find: FindSource): Route[] {
  const fieldPath = `${path}/attachments/{attachmentFieldName}`
  const route = (method: string, end: string, right: Route['right'], answer: Handler): Route => ({
    method,
    path: fieldPath + end,
    right,
    answer: (call) => answer(call, findAttachmentField(call, find(call))),
  })
  return [
    route('GET', '/{recordPkId}', 'read', download),
    route('PUT', '/{recordPkId}', 'update', upload),
    route('DELETE', '', 'update', deleteFiles),
    route('GET', '/fileInfo', 'read', getInfo(kind)),
    route('PUT', '/fileInfo', 'update', renameFiles),
  ]
}

function findAttachmentField({ path }: ApiCall, source: RecordSource): AttachmentField {
  const field = findField(source, path.attachmentFieldName as string)
  if (field.Type === 'ATTACHMENT') return { source, field }
  throw badBody(`The field '${field.Name}' is not an attachment field.`)
}

function download(call: ApiCall, { source, field }: AttachmentField): Answer {
  const row = findRecord(call, source)
  const file = source.table.attachments.get(row[KEY_FIELD], field.Name)
  return fileDownload(found(file, `file in ${field.Name} of record ${row[KEY_FIELD]}`))
}

function upload(call: ApiCall, { source, field }: AttachmentField): Answer {
  const row = findRecord(call, source)
  const file = readOneFile(call.request)
  checkFile(file, field)
  source.table.attachments.put(row[KEY_FIELD], field.Name, file)
  source.update([row], { [field.Name]: file.name })
  return NO_CONTENT
}

/** @throws CaspioError if the field does not take the file */
function checkFile({ name, bytes }: FilePart, field: FieldDefinition): void {
  checkExtension(name, field)
  const max = field.AttachmentMaxFileSize || Number.POSITIVE_INFINITY
  if (bytes.length < field.AttachmentMinFileSize || bytes.length > max) {
    throw badBody(`The field '${field.Name}' does not take a file of this size.`)
  }
}

/** @throws CaspioError if the field does not take files of this name */
function checkExtension(fileName: string, field: FieldDefinition): void {
  const types = field.AttachmentPermittedFileTypes.map((type) => type.toLowerCase())
  const type = fileName.slice(fileName.lastIndexOf('.') + 1).toLowerCase()
  if (types.length > 0 && !types.includes(type)) {
    throw badBody(`The field '${field.Name}' takes only files of the types ${types.join(', ')}.`)
  }
}

function deleteFiles({ request }: ApiCall, { source, field }: AttachmentField): Answer {
  const rows = rowsToChange(request, source)
  for (const row of rows) source.table.attachments.delete(row[KEY_FIELD], field.Name)
  source.update(rows, { [field.Name]: null })
  return jsonAnswer(200, { RecordsAffected: rows.length })
}

/** The `PK_ID` is a number for a table, and a text for a view. */
function getInfo(kind: string): Handler {
  return ({ request }, { source, field }) => {
    const parameters = readParameters(request.query, 'q.', ['where'])
    const rows = parameters.where === undefined ? source.rows : selectRows(source, parameters)
    const Result = rows.map(({ [KEY_FIELD]: key }) => {
      const file = source.table.attachments.get(key, field.Name)
      return {
        PK_ID: kind === 'View' ? String(key) : key,
        FileName: file?.name ?? null,
        FileType: file?.contentType ?? null,
        Size: file?.bytes.length ?? null,
        DateCreated: file ? new Date(file.created).toISOString() : null,
        DateUpdated: file ? new Date(file.updated).toISOString() : null,
      }
    })
    return jsonAnswer(200, { Result })
  }
}

function renameFiles({ request }: ApiCall, { source, field }: AttachmentField): Answer {
  const selected = rowsToChange(request, source)
  const { FileName } = readObjectBody(request)
  if (typeof FileName !== 'string' || FileName === '') throw badBody('FileName must be a string.')
  checkExtension(FileName, field)
  const { attachments } = source.table
  const rows = selected.filter((row) => attachments.get(row[KEY_FIELD], field.Name) !== undefined)
  for (const row of rows) {
    const file = attachments.get(row[KEY_FIELD], field.Name) as FilePart
    attachments.put(row[KEY_FIELD], field.Name, { ...file, name: FileName })
  }
  return answerChange(request, source.update(rows, { [field.Name]: FileName }))
}
