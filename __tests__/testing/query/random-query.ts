import * as fc from 'fast-check'
import type { Field, Row } from '../../../src/testing/query/types.js'

/** The same text for Caspio and for PostgreSQL. */
export interface Pair {
  caspio: string
  sql: string
}

export const FIELDS: Field[] = [
  { Name: 'PK_ID', Type: 'AUTONUMBER' },
  { Name: 'Name', Type: 'STRING' },
  { Name: 'Other Name', Type: 'TEXT' },
  { Name: 'Count', Type: 'INTEGER' },
  { Name: 'Size', Type: 'NUMBER' },
  { Name: 'Price', Type: 'CURRENCY' },
  { Name: 'Active', Type: 'YES/NO' },
  { Name: 'Created', Type: 'DATE/TIME' },
]

/** The rows of a table, from a parameter that holds them as JSON. */
export const FROM_ROWS = `FROM jsonb_to_recordset($1::jsonb) AS r("PK_ID" int, "Name" text,
  "Other Name" text, "Count" int, "Size" float8, "Price" numeric, "Active" boolean,
  "Created" timestamp)`

const collated = (sql: string) =>
  `(rtrim(lower(${sql} COLLATE "en-x-icu"), ' ') COLLATE "en-x-icu")`

/** How each field is compared in PostgreSQL, as SQL Server does it. */
export const COMPARED: Record<string, string> = {
  PK_ID: '"PK_ID"',
  Name: collated('"Name"'),
  'Other Name': collated('"Other Name"'),
  Count: '"Count"',
  Size: '"Size"',
  Price: '"Price"',
  Active: '"Active"::int',
  Created: '"Created"',
}

const text = fc.string({
  unit: fc.constantFrom(...'aAbBzZ19 %_\'"[]-^éÉß'.split('')),
  maxLength: 5,
})
const integer = fc.integer({ min: -3, max: 5 })
const quarter = fc.integer({ min: -6, max: 6 }).map((n) => n / 4)
const cents = fc.integer({ min: -300, max: 300 }).map((n) => n / 100)
const date = fc
  .tuple(fc.constantFrom('2025-12-31', '2026-01-01', '2026-02-28'), fc.constantFrom(0, 9, 23))
  .map(([day, hour]) => `${day}T${String(hour).padStart(2, '0')}:30:00`)
const nullable = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { freq: 4 })

export const rows: fc.Arbitrary<Row[]> = fc
  .array(
    fc.record({
      Name: nullable(text),
      'Other Name': nullable(text),
      Count: nullable(integer),
      Size: nullable(quarter),
      Price: nullable(cents),
      Active: nullable(fc.boolean()),
      Created: nullable(date),
    }),
    { maxLength: 20 },
  )
  .map((list) => list.map((row, index) => ({ PK_ID: index + 1, ...row })))

const quoted = (value: string) => `'${value.replaceAll("'", "''")}'`
const operator = fc.constantFrom('=', '<>', '!=', '<', '<=', '>', '>=')
const spaced = fc.constantFrom('', ' ', '\n ')
const not = fc.constantFrom('', 'NOT ')
const keyword = (word: string) => fc.constantFrom(word, word.toLowerCase())

/** A field of one of these names. */
function field(...names: string[]): fc.Arbitrary<Pair> {
  return fc
    .tuple(fc.constantFrom(...names), fc.boolean(), fc.boolean())
    .map(([name, isBracketed, isUpper]) => {
      const spelt = isUpper ? name.toUpperCase() : name
      const caspio = isBracketed || name.includes(' ') ? `[${spelt}]` : spelt
      return { caspio, sql: COMPARED[name] as string }
    })
}

const textOperand = fc.oneof(
  field('Name', 'Other Name'),
  fc.tuple(text, fc.constantFrom('', 'N')).map(([value, prefix]) => ({
    caspio: prefix + quoted(value),
    sql: collated(quoted(value)),
  })),
)
const numberOperand = fc.oneof(
  field('Count', 'Size', 'Price', 'PK_ID', 'Active'),
  fc.oneof(integer, quarter).map((n) => ({ caspio: `${n}`, sql: `(${n})` })),
)
// One side of a comparison with a text has to be a number, so that it compares as numbers.
const quotedInteger = integer.map((n) => ({ caspio: quoted(` ${n} `), sql: `(${n})` }))
const dateOperand = fc.oneof(
  field('Created'),
  date.map((value) => ({ caspio: quoted(value), sql: `timestamp ${quoted(value)}` })),
)
const datePair = fc.tuple(field('Created'), dateOperand)
const nullOperand = fc.constant({ caspio: 'NULL', sql: 'NULL' })

const operands: fc.Arbitrary<[Pair, Pair]> = fc.oneof(
  fc.tuple(textOperand, textOperand),
  fc.tuple(numberOperand, numberOperand),
  fc.tuple(field('Count', 'PK_ID'), quotedInteger),
  fc.tuple(field('Size'), quotedInteger),
  datePair,
  fc.tuple(numberOperand, nullOperand),
)

const comparison = fc.tuple(operands, operator, spaced).map(([[left, right], sign, space]) => ({
  caspio: `${left.caspio}${space}${sign}${space}${right.caspio}`,
  sql: `${left.sql} ${sign} ${right.sql}`,
}))

const between = fc
  .tuple(
    fc.oneof(
      fc.tuple(textOperand, textOperand, textOperand),
      fc.tuple(numberOperand, numberOperand, fc.oneof(numberOperand, nullOperand)),
      fc.tuple(field('Created'), dateOperand, dateOperand),
    ),
    not,
    keyword('BETWEEN'),
  )
  .map(([[value, low, high], negation, word]) => ({
    caspio: `${value.caspio} ${negation}${word} ${low.caspio} AND ${high.caspio}`,
    sql: `${value.sql} ${negation}BETWEEN ${low.sql} AND ${high.sql}`,
  }))

const list = (operand: fc.Arbitrary<Pair>) => fc.array(operand, { minLength: 1, maxLength: 4 })
const isIn = fc
  .tuple(
    fc.oneof(
      fc.tuple(textOperand, list(textOperand)),
      fc.tuple(field('Count', 'Size', 'Active'), list(fc.oneof(numberOperand, nullOperand))),
      fc.tuple(field('Created'), list(dateOperand)),
    ),
    not,
  )
  .map(([[value, items], negation]) => ({
    caspio: `${value.caspio} ${negation}IN (${items.map(({ caspio }) => caspio).join(',')})`,
    sql: `${value.sql} ${negation}IN (${items.map(({ sql }) => sql).join(',')})`,
  }))

const isNull = fc
  .tuple(field(...FIELDS.map(({ Name }) => Name)), not)
  .map(([{ caspio, sql }, negation]) => ({
    caspio: `${caspio} IS ${negation}NULL`,
    sql: `${sql} IS ${negation}NULL`,
  }))

const escaped = (character: string) => `\\${character}`
const letters = fc.array(fc.constantFrom(...'abz1 é'.split('')), { minLength: 1, maxLength: 3 })
/** A part of a LIKE pattern, and the same as a regular expression. The escape character is `!`. */
const patternPart = fc.oneof(
  { weight: 3, arbitrary: fc.constant({ caspio: '%', sql: '.*' }) },
  fc.constant({ caspio: '_', sql: '.' }),
  { weight: 3, arbitrary: fc.constantFrom(...'aBzé1 ').map((c) => ({ caspio: c, sql: c })) },
  fc.constantFrom('%', '_', '[').map((c) => ({ caspio: `[${c}]`, sql: escaped(c) })),
  fc.constantFrom('%', '_', '[').map((c) => ({ caspio: `!${c}`, sql: escaped(c) })),
  letters.map((l) => ({ caspio: `[${l.join('')}]`, sql: `[${l.join('')}]` })),
  letters.map((l) => ({ caspio: `[^${l.join('')}]`, sql: `[^${l.join('')}]` })),
  fc.constant({ caspio: '[1-9]', sql: '[1-9]' }),
)
const like = fc
  .tuple(fc.constantFrom('Name', 'Other Name'), not, fc.array(patternPart, { maxLength: 6 }))
  .map(([name, negation, parts]) => {
    const pattern = parts.map(({ caspio }) => caspio).join('')
    const regex = parts.map(({ sql }) => sql.toLowerCase()).join('')
    const lower = `lower("${name}" COLLATE "en-x-icu")`
    return {
      caspio: `[${name}] ${negation}LIKE ${quoted(pattern)} ESCAPE '!'`,
      sql: `${lower} ${negation && '!'}~ ${quoted(`^${regex}$`)}`,
    }
  })

/** A condition, with the parentheses of both texts in the same places: often there are none. */
export const condition: fc.Arbitrary<Pair> = fc.letrec<{ condition: Pair }>((tie) => ({
  condition: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    comparison,
    between,
    isIn,
    isNull,
    like,
    fc
      .tuple(tie('condition'), fc.constantFrom('AND', 'OR'), tie('condition'))
      .map(([left, word, right]) => ({
        caspio: `${left.caspio} ${word} ${right.caspio}`,
        sql: `${left.sql} ${word} ${right.sql}`,
      })),
    tie('condition').map(({ caspio, sql }) => ({ caspio: `NOT ${caspio}`, sql: `NOT ${sql}` })),
    tie('condition').map(({ caspio, sql }) => ({ caspio: `(${caspio})`, sql: `(${sql})` })),
  ),
})).condition
