import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Ajv } from 'ajv'

export interface Operation {
  operationId: string
  method: string
  path: string
  responses: Record<string, { content?: Record<string, { schema?: object }> }>
}

const file =
  process.env.CASPIO_OPENAPI ??
  fileURLToPath(new URL('../../../shared/caspio/openapi-v3.json', import.meta.url))

/** The vendor's OpenAPI file. It is not part of the project; undefined where it is missing. */
export const openAPI = existsSync(file) ? readContract() : undefined

function readContract() {
  const document = toJSONSchema(JSON.parse(readFileSync(file, 'utf8'))) as {
    paths: Record<string, Record<string, Omit<Operation, 'method' | 'path'>>>
    components: object
  }
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      ...operation,
      method: method.toUpperCase(),
      path,
    })),
  )
  const ajv = new Ajv({ strict: false, allErrors: true })
  ajv.addFormat('int32', {
    type: 'number',
    validate: (n: number) => n === Math.trunc(n) && Math.abs(n) < 2 ** 31,
  })
  ajv.addFormat('int64', { type: 'number', validate: Number.isSafeInteger })
  ajv.addFormat('uuid', /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
  ajv.addFormat('date-time', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/)
  ajv.addFormat('binary', true)
  ajv.addSchema({ components: document.components }, 'contract')
  return {
    operations,
    /** Returns what is wrong with a body; an empty list if it is right. */
    faults(schema: object, body: unknown): string[] {
      const validate = ajv.compile(schema)
      validate(body)
      return (validate.errors ?? []).map(
        ({ instancePath, message, params }) =>
          `${instancePath || 'the body'} ${message} ${JSON.stringify(params)}`,
      )
    },
  }
}

/**
 * Turns schemas of OpenAPI 3.0 into JSON Schema: `nullable` becomes a type, and references point into
 * the contract. A field of a record is declared as an object, but holds any value.
 */
function toJSONSchema(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(toJSONSchema)
  if (Object(value) !== value) return value
  const { nullable, ...schema } = Object.fromEntries(
    Object.entries(value as object).map(([name, item]) => [name, toJSONSchema(item)]),
  ) as Record<string, unknown>
  if (typeof schema.$ref === 'string') schema.$ref = schema.$ref.replace('#', 'contract#')
  const extra = schema.additionalProperties as { type?: string; properties?: object } | undefined
  if (extra?.type === 'object' && extra.properties === undefined) schema.additionalProperties = {}
  if (nullable !== true) return schema
  return { anyOf: [schema, { type: 'null' }] }
}
