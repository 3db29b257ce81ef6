import { type Answer, jsonAnswer } from './answer.js'
import type { Call } from './call.js'
import { CaspioError } from './caspio-error.js'
import { deleteFile, downloadFile, type Files, listFiles, uploadFiles } from './files.js'
import type { Table } from './table.js'
import { deleteRecords, insertRecord, listRecords, updateRecords } from './table-records.js'
import type { TokenRegistry } from './token-registry.js'

const MAX_URI_LENGTH = 2_047

/** What the API serves. */
export interface Resources {
  tables: ReadonlyMap<string, Table>
  files: Files
}

/**
 * Serves v2 and v3, which are the same resources under two prefixes.
 * @throws CaspioError for everything that is not answered with success
 */
export function answerApiCall(call: Call, tokens: TokenRegistry, resources: Resources): Answer {
  if (call.origin.length + call.target.length > MAX_URI_LENGTH) throw new CaspioError(414)
  const rest = /^\/(?:rest\/v2|integrations\/rest\/v3)(\/.*)?$/is.exec(call.path)
  if (rest === null) throw new CaspioError(404)
  const [, accessToken] = /^bearer +(\S+)\s*$/i.exec(call.headers.authorization ?? '') ?? []
  if (accessToken === undefined || !tokens.isLive(accessToken)) throw new CaspioError(401)
  if (call.bodyState === 'too large') throw new CaspioError(413)
  return route(call, decodePath(rest[1] ?? ''), resources)
}

function route(call: Call, segments: string[], { tables, files }: Resources): Answer {
  const name = segments[1] ?? ''
  const pattern = segments.map((text, index) => (index === 1 && text ? '*' : text.toLowerCase()))
  switch (pattern.join('/')) {
    case 'tables':
      return byMethod(call, { GET: () => jsonAnswer(200, { Result: [...tables.keys()] }) })
    case 'tables/*/records': {
      const table = tables.get(name)
      if (table === undefined) throw new CaspioError(404, { message: `There is no table ${name}.` })
      return byMethod(call, {
        GET: () => listRecords(call, table),
        POST: () => insertRecord(call, table),
        PUT: () => updateRecords(call, table),
        DELETE: () => deleteRecords(call, table),
      })
    }
    case 'files':
      return byMethod(call, { GET: () => listFiles(files), POST: () => uploadFiles(call, files) })
    case 'files/*':
      return byMethod(call, {
        GET: () => downloadFile(name, files),
        DELETE: () => deleteFile(name, files),
      })
    default:
      throw new CaspioError(404)
  }
}

/** HEAD is served as GET; the HTTP layer drops the body. */
function byMethod(call: Call, handlers: Record<string, () => Answer>): Answer {
  const method = call.method === 'HEAD' ? 'GET' : call.method
  const handler = Object.hasOwn(handlers, method) ? handlers[method] : undefined
  if (handler !== undefined) return handler()
  const methods = Object.keys(handlers).flatMap((one) => (one === 'GET' ? ['GET', 'HEAD'] : [one]))
  throw new CaspioError(405, { headers: { Allow: methods.join(', ') } })
}

function decodePath(path: string): string[] {
  try {
    return path.replace(/\/$/, '').split('/').slice(1).map(decodeURIComponent)
  } catch {
    throw new CaspioError(404)
  }
}
