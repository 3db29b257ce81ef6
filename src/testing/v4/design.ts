import { jsonAnswer } from '../answer.js'
import type { ApiCall, Route } from '../api/route.js'
import { findField } from '../api/sources.js'
import { type FieldDefinition, isEditable } from '../data/field.js'
import type { RecordSource } from '../data/record-source.js'
import { findSource, ID_NAMES, KINDS, type Kind, pageOf, readableSources } from './sources.js'

/** Tables, views and their fields, as v4 describes them. */
export const DESIGN_ROUTES: readonly Route[] = KINDS.flatMap((kind) => {
  const object = `/${kind}/{${ID_NAMES[kind]}}`
  const get = (path: string, right: Route['right'], body: (call: ApiCall) => unknown): Route => ({
    method: 'GET',
    path,
    right,
    answer: (call) => jsonAnswer(200, body(call)),
  })
  const list = (call: ApiCall, describe: (source: RecordSource) => unknown) =>
    pageOf(readableSources(call, kind).map(describe), call.request.query)
  return [
    get(`/${kind}`, undefined, (call) => list(call, (source) => summarise(source, kind))),
    get(`/schemas/${kind}`, undefined, (call) =>
      list(call, (source) => ({
        ...summarise(source, kind),
        fields: source.fields.map(describeField),
      })),
    ),
    get(object, 'read', (call) => ({ data: summarise(findSource(call, kind), kind) })),
    get(`${object}/fields`, 'read', (call) =>
      pageOf(findSource(call, kind).fields.map(describeField), call.request.query),
    ),
    get(`${object}/fields/{fieldName}`, 'read', (call) => ({
      data: describeField(findField(findSource(call, kind), call.path.fieldName as string)),
    })),
  ]
})

function summarise({ id, name, note, fields }: RecordSource, kind: Kind) {
  return { [ID_NAMES[kind]]: id, name, description: note, fieldCount: fields.length }
}

/** The types that have another name in v4 than in v3. */
const TYPE_NAMES: Readonly<Record<string, string>> = {
  STRING: 'TEXT255',
  TEXT: 'TEXT64K',
  'PREFIXED AUTONUMBER': 'SEQUENCE',
  'RANDOM ID': 'RANDOM_ID',
}

function describeField(field: FieldDefinition) {
  const { Name, Type, Label, Unique, IsFormula } = field
  return {
    name: Name,
    dataType: TYPE_NAMES[Type] ?? Type,
    label: Label,
    editable: isEditable(field),
    unique: Unique,
    isFormula: IsFormula,
  }
}
