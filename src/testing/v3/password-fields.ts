import { type Answer, jsonAnswer } from '../answer.js'
import { readObjectBody } from '../api/read-json-body.js'
import type { ApiCall, Route } from '../api/route.js'
import { findTable, found } from '../api/sources.js'
import { badBody } from '../caspio-error.js'
import { rowsToChange } from './table-records.js'

const PATH = '/tables/{tableName}/passwordFields'

export const PASSWORD_FIELD_ROUTES: readonly Route[] = [
  {
    method: 'GET',
    path: PATH,
    right: 'read',
    answer: listPasswordFields,
  },
  {
    method: 'PUT',
    path: `${PATH}/{passwordFieldName}`,
    right: 'update',
    answer: (call) => setPasswords(call, () => checkPassword(call)),
  },
  {
    method: 'DELETE',
    path: `${PATH}/{passwordFieldName}`,
    right: 'update',
    answer: (call) => setPasswords(call, () => {}),
  },
]

function listPasswordFields(call: ApiCall): Answer {
  const fields = findTable(call).fields.filter(({ Type }) => Type === 'PASSWORD')
  return jsonAnswer(200, { Result: fields.map(({ Name }) => Name) })
}

/** Changes nothing but counts: no record shows a password, and no condition sees one. */
function setPasswords(call: ApiCall, checkBody: () => void): Answer {
  const source = findTable(call)
  const name = call.path.passwordFieldName as string
  const field = source.findField(name)
  found(field?.Type === 'PASSWORD' ? field : undefined, `password field ${name}`)
  const rows = rowsToChange(call.request, source)
  checkBody()
  return jsonAnswer(200, { RecordsAffected: rows.length })
}

function checkPassword({ request }: ApiCall): void {
  const { Value } = readObjectBody(request)
  if (Value !== null && typeof Value !== 'string') throw badBody('Value must be a string or null.')
}
