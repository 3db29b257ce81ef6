import { type Answer, jsonAnswer } from '../answer.js'
import { readObjectBody } from '../api/read-json-body.js'
import type { ApiCall, Route } from '../api/route.js'
import { findTable, found } from '../api/sources.js'
import { badBody } from '../caspio-error.js'
import { rowsToChange } from './table-records.js'

const PATH = '/tables/{tableName}/passwordFields'
/** What a record shows of a password. */
const HIDDEN = '********'

export const PASSWORD_FIELD_ROUTES: readonly Route[] = [
  {
    method: 'GET',
    path: PATH,
    operation: 'ListPasswordTableFields',
    right: 'read',
    answer: listPasswordFields,
  },
  {
    method: 'PUT',
    path: `${PATH}/{passwordFieldName}`,
    operation: 'UpdatePasswordTableField',
    right: 'update',
    answer: (call) => setPasswords(call, () => readPassword(call)),
  },
  {
    method: 'DELETE',
    path: `${PATH}/{passwordFieldName}`,
    operation: 'ResetPasswordTableField',
    right: 'update',
    answer: (call) => setPasswords(call, () => null),
  },
]

function listPasswordFields(call: ApiCall): Answer {
  const fields = findTable(call).fields.filter(({ Type }) => Type === 'PASSWORD')
  return jsonAnswer(200, { Result: fields.map(({ Name }) => Name) })
}

function setPasswords(call: ApiCall, readShown: () => string | null): Answer {
  const source = findTable(call)
  const name = call.path.passwordFieldName as string
  const field = source.findField(name)
  const { Name } = found(field?.Type === 'PASSWORD' ? field : undefined, `password field ${name}`)
  const rows = rowsToChange(call.request, source)
  source.update(rows, { [Name]: readShown() })
  return jsonAnswer(200, { RecordsAffected: rows.length })
}

function readPassword({ request }: ApiCall): string | null {
  const { Value } = readObjectBody(request)
  if (Value === null || Value === '') return null
  if (typeof Value !== 'string') throw badBody('Value must be a string.')
  return HIDDEN
}
