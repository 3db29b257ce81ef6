import { type Answer, jsonAnswer } from './answer.js'
import { CaspioError } from './caspio-error.js'
import { deleteFile, downloadFile, type Files, listFiles, uploadFiles } from './files.js'
import type { ReceivedRequest } from './received-request.js'
import type { Table } from './table.js'
import { deleteRecords, insertRecord, listRecords, updateRecords } from './table-records.js'
import type { TokenRegistry } from './token-registry.js'

const MAX_URI_LENGTH = 2_047

/** The data that the API serves. */
export interface Resources {
  tables: ReadonlyMap<string, Table>
  files: Files
}

/**
 * Answers a request to REST v2 or v3. Both serve the same resources.
 * @throws CaspioError unless the request succeeds
 */
export function answerApiRequest(
  request: ReceivedRequest,
  tokens: TokenRegistry,
  resources: Resources,
): Answer {
  if (request.origin.length + request.target.length > MAX_URI_LENGTH) throw new CaspioError(414)
  const rest = /^\/(?:rest\/v2|integrations\/rest\/v3)(\/.*)?$/is.exec(request.path)
  if (rest === null) throw new CaspioError(404)
  const [, accessToken] = /^bearer +(\S+)\s*$/i.exec(request.headers.authorization ?? '') ?? []
  if (accessToken === undefined || !tokens.isLive(accessToken)) throw new CaspioError(401)
  if (request.bodyState === 'too large') throw new CaspioError(413)
  return route(request, decodePath(rest[1] ?? ''), resources)
}

function route(request: ReceivedRequest, segments: string[], { tables, files }: Resources): Answer {
  const name = segments[1] ?? ''
  const pattern = segments.map((text, index) => (index === 1 && text ? '*' : text.toLowerCase()))
  switch (pattern.join('/')) {
    case 'tables':
      return byMethod(request, { GET: () => jsonAnswer(200, { Result: [...tables.keys()] }) })
    case 'tables/*/records': {
      const table = tables.get(name)
      if (table === undefined) throw new CaspioError(404, { message: `There is no table ${name}.` })
      return byMethod(request, {
        GET: () => listRecords(request, table),
        POST: () => insertRecord(request, table),
        PUT: () => updateRecords(request, table),
        DELETE: () => deleteRecords(request, table),
      })
    }
    case 'files':
      return byMethod(request, {
        GET: () => listFiles(files),
        POST: () => uploadFiles(request, files),
      })
    case 'files/*':
      return byMethod(request, {
        GET: () => downloadFile(name, files),
        DELETE: () => deleteFile(name, files),
      })
    default:
      throw new CaspioError(404)
  }
}

/** Serves HEAD as GET. Node leaves out the body. */
function byMethod(request: ReceivedRequest, handlers: Record<string, () => Answer>): Answer {
  const method = request.method === 'HEAD' ? 'GET' : request.method
  const handler = Object.hasOwn(handlers, method) ? handlers[method] : undefined
  if (handler !== undefined) return handler()
  const methods = Object.keys(handlers).flatMap((name) =>
    name === 'GET' ? ['GET', 'HEAD'] : [name],
  )
  throw new CaspioError(405, { headers: { Allow: methods.join(', ') } })
}

function decodePath(path: string): string[] {
  try {
    return path.replace(/\/$/, '').split('/').slice(1).map(decodeURIComponent)
  } catch {
    throw new CaspioError(404)
  }
}
